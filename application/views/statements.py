"""Application: which event says which part of a hazard's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from application import said
from application.answers import HistoryEntry
from application.log import Recorded
from application.said import SentReport, Statement
from domain.erasable import Erasable
from domain.event import DomainEvent
from domain.hazard.closing import ClosedBeforeImport, ClosedOut, Reopened, TextsErased
from domain.hazard.dual_reporting import DualReportAcknowledged, DualReported, WorkersNotified
from domain.hazard.grading import GradeChallengeAnswered, GradeChallenged, Regraded
from domain.hazard.hazard import Hazard
from domain.hazard.inspecting import Dismissed, SelfInspected
from domain.hazard.rectifying import DeadlineExtended, RectificationPlanned, RectificationStepRecorded, Rectified
from domain.hazard.reinspecting import Reinspected, ResumptionApproved
from domain.hazard.reporting import CorrectableField, Corrected, Transferred


@dataclass(frozen=True, slots=True)
class Part:
    """A field of HazardFile, what stands in it, whether there may be many, and whether it is of one round only."""

    field: str
    kind: type[Statement]
    many: bool = False
    of_the_round: bool = True


PARTS: Mapping[type[DomainEvent], Part] = {
    SelfInspected: Part("self_inspection", said.SelfInspection),
    RectificationPlanned: Part("plan", said.Plan),
    DeadlineExtended: Part("extensions", said.Extension, many=True),
    RectificationStepRecorded: Part("steps", said.Step, many=True),
    Rectified: Part("rectification", said.Rectification),
    Reinspected: Part("reinspections", said.Reinspection, many=True),
    WorkersNotified: Part("workers_notices", said.WorkersNotice, many=True),
    DualReported: Part("dual_reports", SentReport, many=True),
    ResumptionApproved: Part("resumption", said.Resumption),
    GradeChallenged: Part("challenges", said.Reasons, many=True),
    GradeChallengeAnswered: Part("answers", said.Reasons, many=True),
    Regraded: Part("regradings", said.Regrading, many=True),
    Dismissed: Part("dismissal", said.Dismissal),
    ClosedOut: Part("closing", said.Closing),
    ClosedBeforeImport: Part("closing", said.Closing),
    Transferred: Part("transfers", said.TransferNote, many=True, of_the_round=False),
    Corrected: Part("corrections", said.Correction, many=True, of_the_round=False),
    TextsErased: Part("erasures", said.Erasure, many=True, of_the_round=False),
    Reopened: Part("reopenings", said.Reopening, many=True, of_the_round=False),
}

_CIRCUMSTANCES = ("by", "occurred_at", "correlation_id", "causation_id")
_COLUMNS = set(DomainEvent.model_fields)
"""What every event has; the rest is its body."""

S = TypeVar("S", bound=Statement)


class Parts:
    """What a hazard's events have said, under the names of HazardFile. What still counts is the aggregate's to say."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self._round = 1

    def take(self, recorded: Recorded, hazard: Hazard) -> None:
        """Add what the event says; `hazard` is as it left it, and what counts no more is dropped."""
        self._drop_void(hazard)
        event = recorded.event
        if isinstance(event, DualReportAcknowledged):
            self._acknowledge(event, recorded)
        elif isinstance(event, Corrected):
            self._correct(event)
        part = PARTS.get(type(event)) if isinstance(event, DomainEvent) else None
        if part is not None:
            statement = _statement(part.kind, recorded)
            self.fields[part.field] = (*self.fields.get(part.field, ()), statement) if part.many else statement

    def _drop_void(self, hazard: Hazard) -> None:
        if hazard.round != self._round:
            self._round = hazard.round
            for part in PARTS.values():
                if part.of_the_round:
                    self.fields.pop(part.field, None)
        if hazard.planned_at_version is None:
            self.fields.pop("plan", None)
            self.fields.pop("extensions", None)
        sent = self.fields.get("dual_reports", ())
        self.fields["dual_reports"] = tuple(one for one in sent if (one.recipient, one.stage) in hazard.sent)

    def _correct(self, event: Corrected) -> None:
        inspection = self.fields.get("self_inspection")
        if inspection is not None and event.field in (CorrectableField.CAUSE, CorrectableField.HARM):
            corrected = {event.field.value: event.value.value}
            self.fields["self_inspection"] = inspection.model_copy(update=corrected)

    def _acknowledge(self, event: DualReportAcknowledged, recorded: Recorded) -> None:
        receipt = _statement(said.Acknowledgement, recorded)
        sent: list[SentReport] = list(self.fields["dual_reports"])
        for at, one in reversed(list(enumerate(sent))):
            if (one.recipient, one.stage) == (event.recipient, event.stage):
                sent[at] = one.model_copy(update={"acknowledged": receipt})
                break
        self.fields["dual_reports"] = tuple(sent)


def _statement(kind: type[S], recorded: Recorded) -> S:
    event = recorded.event
    fields = {name: _plain(getattr(event, name)) for name in kind.model_fields if hasattr(event, name)}
    fields |= {"version": recorded.version, "recorded_at": recorded.recorded_at}
    return kind.model_validate(fields)


def _plain(value: object) -> object:
    return value.value if isinstance(value, Erasable) else value


def history_entry(recorded: Recorded) -> HistoryEntry:
    """An event as the history shows it."""
    event = recorded.event
    said: dict[str, Any] = {name: getattr(recorded, name) for name in ("position", "version", "name", "recorded_at")}
    said |= {name: getattr(event, name, None) for name in _CIRCUMSTANCES}
    body = event.model_dump(mode="json", exclude=_COLUMNS) if isinstance(event, DomainEvent) else None
    return HistoryEntry(**said, body=body)
