"""What a route says of itself in OpenAPI: the problems it may answer with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.problems import MEDIA_TYPE, Kind

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
    return {
        "type": kind.urn,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.title,
        "errors": [],
        "correlation_id": "019a0000-0000-7000-8000-000000000000",
    }
