"""Application: which event says which part of a hazard's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from application import answers
from application.answers import SentReport, Statement
from application.log import Recorded
from domain.erasable import Erasable
from domain.event import DomainEvent
from domain.hazard.closing import ClosedBeforeImport, ClosedOut, Reopened, TextsErased
from domain.hazard.dual_reporting import DualReportAcknowledged, DualReported, WorkersNotified
from domain.hazard.grading import GradeChallengeAnswered, GradeChallenged, Regraded
from domain.hazard.inspecting import Dismissed, SelfInspected
from domain.hazard.rectifying import DeadlineExtended, RectificationPlanned, RectificationStepRecorded, Rectified
from domain.hazard.reinspecting import Reinspected, ResumptionApproved
from domain.hazard.reporting import CorrectableField, Corrected, Transferred
from domain.hazard.words import ReportStage


@dataclass(frozen=True, slots=True)
class Part:
    """A field of HazardFile, what stands in it, whether there may be many, and whether it is of one round only."""

    field: str
    kind: type[Statement]
    many: bool = False
    of_the_round: bool = True


PARTS: Mapping[type[DomainEvent], Part] = {
    SelfInspected: Part("self_inspection", answers.SelfInspection),
    RectificationPlanned: Part("plan", answers.Plan),
    DeadlineExtended: Part("extensions", answers.Extension, many=True),
    RectificationStepRecorded: Part("steps", answers.Step, many=True),
    Rectified: Part("rectification", answers.Rectification),
    Reinspected: Part("reinspections", answers.Reinspection, many=True),
    WorkersNotified: Part("workers_notices", answers.WorkersNotice, many=True),
    DualReported: Part("dual_reports", SentReport, many=True),
    ResumptionApproved: Part("resumption", answers.Resumption),
    GradeChallenged: Part("challenges", answers.Reasons, many=True),
    GradeChallengeAnswered: Part("answers", answers.Reasons, many=True),
    Regraded: Part("regradings", answers.Regrading, many=True),
    Dismissed: Part("dismissal", answers.Dismissal),
    ClosedOut: Part("closing", answers.Closing),
    ClosedBeforeImport: Part("closing", answers.Closing),
    Transferred: Part("transfers", answers.TransferNote, many=True, of_the_round=False),
    Corrected: Part("corrections", answers.Correction, many=True, of_the_round=False),
    TextsErased: Part("erasures", answers.Erasure, many=True, of_the_round=False),
    Reopened: Part("reopenings", answers.Reopening, many=True, of_the_round=False),
}

S = TypeVar("S", bound=Statement)


class Parts:
    """What a hazard's events have said, under the names of HazardFile."""

    def __init__(self) -> None:
        self.said: dict[str, Any] = {}

    def take(self, recorded: Recorded) -> None:
        """Add what the event says, and drop what it makes void."""
        event = recorded.event
        assert isinstance(event, DomainEvent)
        if isinstance(event, DualReportAcknowledged):
            self._acknowledge(event, recorded)
            return
        self._void(event)
        part = PARTS.get(type(event))
        if part is None:
            return
        statement = _statement(part.kind, recorded)
        self.said[part.field] = (*self.said.get(part.field, ()), statement) if part.many else statement

    def _void(self, event: object) -> None:
        if isinstance(event, Reopened):
            for part in PARTS.values():
                if part.of_the_round:
                    self.said.pop(part.field, None)
        elif isinstance(event, Regraded):
            self.said.pop("plan", None)
            self.said.pop("extensions", None)
            sent = self.said.get("dual_reports", ())
            self.said["dual_reports"] = tuple(one for one in sent if one.stage is not ReportStage.FINAL)
        elif isinstance(event, Corrected) and event.field in (CorrectableField.CAUSE, CorrectableField.HARM):
            inspection = self.said.get("self_inspection")
            if inspection is not None:
                corrected = {event.field.value: event.value.value}
                self.said["self_inspection"] = inspection.model_copy(update=corrected)

    def _acknowledge(self, event: DualReportAcknowledged, recorded: Recorded) -> None:
        receipt = _statement(answers.Acknowledgement, recorded)
        sent: list[SentReport] = list(self.said.get("dual_reports", ()))
        for at, one in reversed(list(enumerate(sent))):
            if (one.recipient, one.stage) == (event.recipient, event.stage):
                sent[at] = one.model_copy(update={"acknowledged": receipt})
                break
        self.said["dual_reports"] = tuple(sent)


def _statement(kind: type[S], recorded: Recorded) -> S:
    event = recorded.event
    said = {name: _plain(getattr(event, name)) for name in kind.model_fields if hasattr(event, name)}
    said |= {"version": recorded.version, "recorded_at": recorded.recorded_at}
    return kind.model_validate(said)


def _plain(value: object) -> object:
    return value.value if isinstance(value, Erasable) else value
