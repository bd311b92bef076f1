"""Domain: a duty as the event that starts it stores it: what is due, when, and by which rule.

Due dates are days in the jurisdiction's time zone; a duty is missed at the midnight after.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import cache

from pydantic import BaseModel, ConfigDict

from domain.hazard.words import Recipient, ReportStage


class DutyKind(StrEnum):
    """What can fall due."""

    SELF_INSPECTION = "self_inspection"
    PLAN = "plan"
    RECTIFICATION = "rectification"
    DUAL_REPORT = "dual_report"
    ACKNOWLEDGEMENT = "acknowledgement"
    ANSWER = "answer"


class DutyKey(BaseModel):
    """Which duty of a hazard's round: its kind and, for dual reports, whose and of which stage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: DutyKind
    recipient: Recipient | None = None
    stage: ReportStage | None = None

    def __str__(self) -> str:
        return ".".join(part for part in (self.kind, self.stage, self.recipient) if part)


class Duty(DutyKey):
    """A duty with its due day. `provisional`: the calendar had no holidays for all the days counted."""

    due: date
    rule: str
    pack: str
    calendar: str
    provisional: bool

    @property
    def key(self) -> DutyKey:
        """The duty without its date, equal to the key of what meets it."""
        return _key(self.kind, self.recipient, self.stage)


@cache
def _key(kind: DutyKind, recipient: Recipient | None, stage: ReportStage | None) -> DutyKey:
    # There are few, and every event asks for those of all open duties.
    return DutyKey(kind=kind, recipient=recipient, stage=stage)
