"""What a route says of itself in OpenAPI: the problems it may answer with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from api import access, bodies
from api.problems import INTERNAL, LATER, MEDIA_TYPE, Kind, Problem, ProblemDetails
from application import commands, deciding
from domain.hazard import rules
from domain.refusals import Rule

Responses = dict[int | str, dict[str, Any]]

SCHEMA = {"$ref": "#/components/schemas/ProblemDetails"}

ALWAYS = (Kind.UNAUTHENTICATED, Kind.UNKNOWN, Kind.INVALID_INPUT, Kind.UNAVAILABLE, Kind.INTERNAL)
"""What any route under /v1 may answer."""

OF_A_BODY = (Kind.TOO_LARGE, Kind.UNSUPPORTED_MEDIA_TYPE)

OF_A_COMMAND = (
    *OF_A_BODY,
    Kind.NOT_ALLOWED,
    Kind.RULE_BROKEN,
    Kind.KEY_REUSED,
    Kind.CONFLICT,
    Kind.WRONG_STAGE,
    Kind.STALE_VERSION,
    Kind.VERSION_REQUIRED,
)


EXAMPLES: Mapping[Kind, tuple[Rule, str | None]] = {
    Kind.INVALID_INPUT: (bodies.TWICE, "grade"),
    Kind.RULE_BROKEN: (rules.DEADLINE_PAST, "deadline"),
    Kind.KEY_REUSED: (deciding.REUSED, "Idempotency-Key"),
    Kind.UNAUTHENTICATED: (access.NO_TOKEN, "Authorization"),
    Kind.NOT_ALLOWED: (rules.ROLE, None),
    Kind.UNKNOWN: (commands.NO_HAZARD, None),
    Kind.WRONG_STAGE: (rules.STAGE, None),
    Kind.CONFLICT: (commands.REGISTERED, None),
    Kind.STALE_VERSION: (deciding.STALE, "If-Match"),
    Kind.TOO_LARGE: (bodies.TOO_LARGE, "body"),
    Kind.UNSUPPORTED_MEDIA_TYPE: (bodies.NOT_JSON, "Content-Type"),
    Kind.VERSION_REQUIRED: (deciding.MATCH, "If-Match"),
    Kind.INTERNAL: (INTERNAL, None),
    Kind.UNAVAILABLE: (LATER, None),
}
"""A rule for each kind a route may answer with."""


def problems(*more: Kind) -> Responses:
    """The responses of a route under /v1 that are problems, each kind with an example."""
    return responses_of((*ALWAYS, *more))


def responses_of(kinds: Iterable[Kind]) -> Responses:
    """Problem responses by status."""
    by_status: Responses = {}
    for kind in sorted(set(kinds), key=lambda one: (one.status, one.word)):
        response = by_status.setdefault(kind.status, {"description": "", "content": {MEDIA_TYPE: {"schema": SCHEMA}}})
        response["description"] = " · ".join(part for part in (response["description"], kind.title) if part)
        response["content"][MEDIA_TYPE].setdefault("examples", {})[kind.word] = {"value": example_of(kind)}
    return by_status


def example_of(kind: Kind) -> dict[str, Any]:
    """A problem of a kind."""
    rule, field = EXAMPLES[kind]
    details = Problem.of_rule(kind, rule, field).details(UUID("019a0000-0000-7000-8000-000000000000"))
    return ProblemDetails.model_validate(details).model_dump(mode="json")
