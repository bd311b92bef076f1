"""API: every refusal as RFC 9457 problem details. The one place where domain words become status codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.responses import Response

from application.log import Unavailable
from domain import refusals
from domain.refusals import CONTRACT, Refusal, Rule

MEDIA_TYPE = "application/problem+json"
URN = "urn:hazardloop:problem:"


class Named(NamedTuple):
    """What is the same in every problem of a kind."""

    word: str
    status: int
    title: str


class Kind(Named, Enum):
    """The kinds of problem (docs/api.md lists them)."""

    INVALID_INPUT = Named("invalid-input", 422, "What was entered can't be understood")
    RULE_BROKEN = Named("rule-broken", 422, "What was entered breaks a rule")
    KEY_REUSED = Named("key-reused", 422, "The Idempotency-Key was used with another request")
    UNAUTHENTICATED = Named("unauthenticated", 401, "A valid bearer token is needed")
    NOT_ALLOWED = Named("not-allowed", 403, "This actor may not do or see this")
    UNKNOWN = Named("unknown", 404, "There is no such resource, or not for this actor")
    NO_ROUTE = Named("no-route", 404, "There is nothing at this path")
    METHOD_NOT_ALLOWED = Named("method-not-allowed", 405, "This path does not take this method")
    WRONG_STAGE = Named("wrong-stage", 409, "The move does not start from where the resource stands")
    CONFLICT = Named("conflict", 409, "Something of that identity exists already")
    STALE_VERSION = Named("stale-version", 412, "The resource has moved on since it was read")
    TOO_LARGE = Named("too-large", 413, "The body is larger than accepted")
    UNSUPPORTED_MEDIA_TYPE = Named("unsupported-media-type", 415, "The body has a content type that is not accepted")
    VERSION_REQUIRED = Named("version-required", 428, "This decision needs the version it was taken on")
    INTERNAL = Named("internal", 500, "Something is wrong with the service")
    UNAVAILABLE = Named("unavailable", 503, "The service can't answer just now")

    @property
    def urn(self) -> str:
        """The `type` of the problem."""
        return URN + self.word


OF_REFUSAL: Mapping[type[Refusal], Kind] = {
    refusals.RuleBroken: Kind.RULE_BROKEN,
    refusals.WrongStage: Kind.WRONG_STAGE,
    refusals.NotAllowed: Kind.NOT_ALLOWED,
    refusals.Unknown: Kind.UNKNOWN,
    refusals.Conflict: Kind.CONFLICT,
    refusals.StaleVersion: Kind.STALE_VERSION,
    refusals.VersionRequired: Kind.VERSION_REQUIRED,
    refusals.KeyReused: Kind.KEY_REUSED,
}


class FieldError(BaseModel):
    """One thing that is wrong. `field` is a path into the body, or the name of a parameter or header."""

    field: str | None
    rule: str
    says: str
    source: str


class ProblemDetails(BaseModel):
    """RFC 9457 problem details, with what is wrong one by one. Never repeats what was entered."""

    type: str = Field(pattern=f"^{URN}[a-z-]+$")
    title: str
    status: int
    detail: str
    errors: list[FieldError]
    correlation_id: UUID


@dataclass(eq=False)
class Problem(Exception):
    """An answer that is a problem."""

    kind: Kind
    errors: Sequence[FieldError]
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_rule(cls, kind: Kind, rule: Rule, field: str | None = None) -> Problem:
        """A problem that names one rule."""
        return cls(kind, [error(rule, field)])

    @classmethod
    def of_refusal(cls, refusal: Refusal) -> Problem:
        """A refusal of the domain."""
        return cls.of_rule(OF_REFUSAL[type(refusal)], refusal.rule, refusal.field)

    def details(self, correlation_id: UUID) -> dict[str, object]:
        """What it says, as ProblemDetails."""
        return {
            "type": self.kind.urn,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": "; ".join(dict.fromkeys(one.says for one in self.errors)),
            "errors": self.errors,
            "correlation_id": correlation_id,
        }

    def response(self, correlation_id: UUID) -> Response:
        """The problem as it goes over the wire."""
        return Response(to_json(self.details(correlation_id)), self.kind.status, dict(self.headers), MEDIA_TYPE)


def error(rule: Rule, field: str | None = None) -> FieldError:
    """A named rule as it is shown."""
    return FieldError(field=field, rule=rule.id, says=rule.says, source=rule.source)


LATER = Rule("try_again", "the service can't answer just now; try again after Retry-After seconds", CONTRACT)
INTERNAL = Rule("internal", "something is wrong with the service; give the correlation id to whoever runs it", CONTRACT)


def unavailable(reason: Unavailable) -> Problem:
    """Not now: the queue is full, the head is held, the schema is behind or a view has not caught up."""
    return Problem(Kind.UNAVAILABLE, [error(LATER)], {"Retry-After": str(reason.seconds)})
