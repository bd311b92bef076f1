"""Application: the parts of a hazard's file: what was said about it, by whom, and as of which version of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.actors import By
from domain.hazard.moves import Consent
from domain.hazard.reporting import CorrectableField
from domain.hazard.words import Grade, NoticeChannel, Recipient, ReportStage, Result


class Statement(BaseModel):
    """Something said about a hazard. A text that was erased is null, as is one that was never said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    by: By
    occurred_at: datetime
    recorded_at: datetime


class SelfInspection(Statement):
    """The enterprise's own inspection (自查)."""

    grade: Grade | None
    cause: str | None
    harm: str | None
    criteria_clause: str | None
    interim_measures: str | None
    suspended: bool
    evacuated: bool


class Plan(Statement):
    """The governance plan (治理方案) in force."""

    goals_and_tasks: str | None
    methods_and_measures: str | None
    funds_and_materials: str | None
    organisation_and_people: str | None
    time_and_requirements: str | None
    safety_measures_and_emergency_plan: str | None
    deadline: date


class Extension(Statement):
    """The deadline was moved."""

    old_deadline: date
    new_deadline: date
    reason: str | None
    consent: Consent | None


class Step(Statement):
    """One step of the rectification."""

    note: str | None
    measure: str | None
    cost: Decimal | None
    evidence: tuple[str, ...]


class Rectification(Statement):
    """The declaration that it is rectified."""

    note: str | None
    evidence: tuple[str, ...]
    on_the_spot: bool


class Reinspection(Statement):
    """What somebody else found (复查)."""

    result: Result
    findings: str | None
    evidence: tuple[str, ...]


class WorkersNotice(Statement):
    """How the workers were told."""

    channel: NoticeChannel
    note: str | None
    evidence: tuple[str, ...]


class Acknowledgement(Statement):
    """The recipient's receipt."""

    note: str | None
    evidence: tuple[str, ...]


class SentReport(Statement):
    """A dual report (双报告) of this round and, once it is there, its receipt."""

    recipient: Recipient
    stage: ReportStage
    present_state: str | None
    cause: str | None
    harm: str | None
    difficulty: str | None
    evidence: tuple[str, ...]
    plan_version: int | None
    acknowledged: Acknowledgement | None = None


class Resumption(Statement):
    """The approval that work resumes (恢复生产)."""

    findings: str | None
    evidence: tuple[str, ...]


class Reasons(Statement):
    """A challenge of the grade, or the answer to one."""

    reasons: str | None
    criteria_clause: str | None


class Regrading(Reasons):
    """The grade was changed."""

    grade: Grade


class Dismissal(Statement):
    """Why it was dismissed."""

    reason: str | None
    duplicate_of: UUID | None
    consent: Consent | None


class Closing(Statement):
    """How it ended: struck off (销号), or closed in the record it was imported from, which `source` names."""

    note: str | None = None
    evidence: tuple[str, ...] = ()
    source: str | None = None
    outcome: str | None = None


class Reopening(Statement):
    """Why the next round began."""

    reason: str | None
    evidence: tuple[str, ...]


class TransferNote(Statement):
    """It was passed on to this enterprise."""

    enterprise_uscc: str
    reason: str | None


class Correction(Statement):
    """A text was corrected; `value` is what it says since."""

    field: CorrectableField
    value: str | None
    reason: str | None


class Erasure(Statement):
    """Every text said before was erased."""

    legal_basis: str
