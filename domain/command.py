"""Domain: what somebody asks to be done. Also the shape of the request body that asks it.

The moves of the loop are declared, not scattered: each names who may make it, the stages it
starts from and whether it replaces an earlier decision, and decides in one method.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from domain.actors import Role
from domain.event import Act
from domain.refusals import Refusal, Rule, RuleBroken

AHEAD = timedelta(minutes=5)
"""How far a claimed time may lie ahead of ours: clocks differ."""

NOT_AHEAD = Rule("occurred_at.ahead", "occurred_at lies more than 5 minutes ahead of now")
NOT_BEFORE = Rule("occurred_at.before", "occurred_at lies before the previous event of this stream")

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A piece of evidence, named by the SHA-256 of its bytes."""

Evidence = Annotated[tuple[Sha256, ...], Field(max_length=50)]

Label = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")
]
"""A short name of a thing, never of a person: it can't be erased."""


class Fields(BaseModel):
    """What both a command and the event it leads to say."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Command(Fields):
    """Asked for by somebody; `occurred_at` is when it is claimed to have happened (default: now)."""

    roles: ClassVar[frozenset[Role]]
    replaces: ClassVar[bool] = False
    """Whether it replaces an earlier decision, so that the caller must say which version it has seen."""

    occurred_at: AwareDatetime | None = None

    def said(self) -> dict[str, Any]:
        """The fields, as the event takes them over."""
        return {name: getattr(self, name) for name in type(self).model_fields if name != "occurred_at"}


def claimed_in_order(act: Act, previous: datetime | None) -> None:
    """Refuse a claimed time that can't be (design §8)."""
    # The time of the previous event is never too far ahead: that is where a command that names none is put.
    if act.occurred_at > act.now + AHEAD and act.occurred_at != previous:
        raise RuleBroken(NOT_AHEAD, "occurred_at")
    if previous is not None and act.occurred_at < previous:
        raise RuleBroken(NOT_BEFORE, "occurred_at")


def require(condition: bool, rule: Rule, field: str | None = None, *, refusal: type[Refusal] = RuleBroken) -> None:
    """Raise the refusal naming rule and field unless the condition holds."""
    if not condition:
        raise refusal(rule, field)
