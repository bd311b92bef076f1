"""Application: what the way out answers, as it goes over the wire.

Plain values only: a text that was erased is null, as is one that was never said. Times carry an
offset, days are days in the jurisdiction's time zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from application.said import (
    Closing,
    Correction,
    Dismissal,
    Erasure,
    Extension,
    Plan,
    Reasons,
    Rectification,
    Regrading,
    Reinspection,
    Reopening,
    Resumption,
    SelfInspection,
    SentReport,
    Step,
    TransferNote,
    WorkersNotice,
)
from domain.actors import By, Role
from domain.hazard.reporting import Location
from domain.hazard.words import Category, Channel, Grade, Recipient, ReportStage, Stage
from domain.rules.duties import Duty, DutyKind

T = TypeVar("T")


class Answer(BaseModel):
    """A frozen value that can't be mistaken for what is stored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(Answer, Generic[T]):
    """One page of a list. `position` is how far the log had been read when it was drawn up."""

    items: Sequence[T]
    next: str | None = None
    """The cursor of the next page, bound to the filters; null on the last."""
    position: int


class HazardSummary(Answer):
    """One row of the hazard ledger (隐患台账)."""

    id: UUID
    version: int
    stage: Stage
    grade: Grade | None
    round: int
    enterprise_uscc: str | None
    position: int
    """The log position of the last event that changed this row: its own, or that a duty has another day."""
    description: str | None
    place: str | None
    category: Category | None
    channel: Channel
    reported_as: Grade | None
    found_at: datetime
    deadline: date | None
    next_due: date | None
    """The earliest due day of an open duty."""
    overdue: bool
    """Whether that day had passed at the time asked for."""
    suspended: bool
    closed_before_import: bool
    """Closed, but only a record from before the import says so."""
    updated_at: datetime
    """When that event was recorded."""


class DutyState(StrEnum):
    """What became of a duty. Rescheduled or transferred, it goes on in a row of its own: another day, or enterprise."""

    OPEN = "open"
    MET = "met"
    LAPSED = "lapsed"
    RESCHEDULED = "rescheduled"
    TRANSFERRED = "transferred"


class DutyRow(Answer):
    """A duty of a hazard's round, and what became of it."""

    hazard_id: UUID
    number: int
    """Counts a hazard's duties from 1, in the order they started."""
    enterprise_uscc: str | None
    round: int
    kind: DutyKind
    recipient: Recipient | None
    stage: ReportStage | None
    due: date
    rule: str
    pack: str
    calendar: str
    provisional: bool
    since: datetime
    """What its days are counted from."""
    begun_position: int
    """The event that started it, or by which it goes on."""
    state: DutyState
    ended_at: datetime | None
    """When it ceased to be open: as recorded, for imported history as it occurred."""
    late: bool
    """Whether the day had passed when it ended, or at the time asked for. What is late stays late."""
    escalated_to: tuple[Role, ...]
    """Whom the clock has told that it was missed, in that order."""

    @property
    def duty(self) -> Duty:
        """The duty as the events name it."""
        return Duty(**{name: getattr(self, name) for name in Duty.model_fields})


class HazardFile(HazardSummary):
    """One file per hazard (一患一档): its state, and what was said in the present round.

    Transfers, corrections, erasures and reopenings are of every round; an earlier round's other
    statements are in the history. A reporter whose hazard has gone to another enterprise is shown the ledger row
    and what they said themselves.
    """

    evacuated: bool | None = None
    """Null, as the three that follow, to a reporter of another enterprise than the one it has gone to."""
    challenged: bool | None = None
    """A challenge of the grade waits for its answer."""
    objected: bool | None = None
    """A union inspector failed it, and nobody who may has passed it since."""
    workers_notified: bool | None = None
    planned_at_version: int | None = None
    reported_by: By
    location: Location | None
    evidence: tuple[str, ...]
    self_inspection: SelfInspection | None = None
    plan: Plan | None = None
    extensions: tuple[Extension, ...] = ()
    steps: tuple[Step, ...] = ()
    rectification: Rectification | None = None
    reinspections: tuple[Reinspection, ...] = ()
    workers_notices: tuple[WorkersNotice, ...] = ()
    dual_reports: tuple[SentReport, ...] = ()
    resumption: Resumption | None = None
    challenges: tuple[Reasons, ...] = ()
    answers: tuple[Reasons, ...] = ()
    regradings: tuple[Regrading, ...] = ()
    dismissal: Dismissal | None = None
    closing: Closing | None = None
    transfers: tuple[TransferNote, ...] = ()
    corrections: tuple[Correction, ...] = ()
    erasures: tuple[Erasure, ...] = ()
    reopenings: tuple[Reopening, ...] = ()
    duties: tuple[DutyRow, ...] = ()
    """The open ones, the earliest due first."""


class LoggedEvent(Answer):
    """An event by where it lies in the log."""

    position: int
    stream_id: UUID
    version: int
    name: str
    recorded_at: datetime


class HistoryEntry(Answer):
    """One event of a stream: who, both times, where in the log, and what it says."""

    position: int
    version: int
    name: str
    by: By | None
    """Null, as the three that follow, where this release can't read the event."""
    occurred_at: datetime | None
    correlation_id: UUID | None
    causation_id: UUID | None
    recorded_at: datetime
    body: dict[str, Any] | None
    """The event's own fields; an erased text is null."""
