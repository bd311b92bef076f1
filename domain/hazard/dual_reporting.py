"""Domain: the workers are told, and a major hazard is reported to both who watch over it (双报告)."""

from __future__ import annotations

from typing import ClassVar

from domain.actors import ENTERPRISE, UNION, Role
from domain.command import Evidence, Fields, require
from domain.erasable import Erasable
from domain.event import Act
from domain.hazard import rules
from domain.hazard.hazard import Hazard, HazardEvent, Obliging, counted_from
from domain.hazard.moves import Move
from domain.hazard.words import FROM_SELF_INSPECTED, OPEN, NoticeChannel, Recipient, ReportStage, Stage
from domain.refusals import NotAllowed, WrongStage
from domain.rules.duties import Duty, DutyKey, DutyKind


class WorkersNoticeFields(Fields):
    """How the workers were told, and where."""

    channel: NoticeChannel
    note: Erasable | None = None
    evidence: Evidence = ()


class WorkersNotified(HazardEvent, WorkersNoticeFields):
    """The workers were told of the hazard and what was done about it."""

    name: ClassVar[str] = "hazard.workers_notified.v1"

    def apply(self, aggregate: Hazard) -> None:
        aggregate.workers_notified = True


class NotifyWorkers(Move, WorkersNoticeFields):
    """Record that the workers were told (安全生产法 Art 41)."""

    roles: ClassVar[frozenset[Role]] = ENTERPRISE | UNION | {Role.IMPORTER}
    stages: ClassVar[frozenset[Stage]] = OPEN

    def decide(self, hazard: Hazard, act: Act) -> None:
        hazard.happen(WorkersNotified, act, **self.said())


class DualReportFields(Obliging):
    """To whom, which of the round's reports, and what Order 16 Art 14 asks it to hold."""

    recipient: Recipient
    stage: ReportStage
    present_state: Erasable
    cause: Erasable
    harm: Erasable
    difficulty: Erasable
    evidence: Evidence = ()

    def obliges(self, hazard: Hazard, act: Act) -> tuple[Duty, ...]:
        kind, since = DutyKind.ACKNOWLEDGEMENT, counted_from(act)
        duty = act.rules.duty(kind, since, recipient=self.recipient, stage=self.stage)
        return (duty,) if duty else ()


class DualReported(HazardEvent, DualReportFields):
    """A major hazard was reported to one of the two recipients, with a copy to the union."""

    name: ClassVar[str] = "hazard.dual_reported.v1"

    plan_version: int | None = None
    """The version of this hazard at which the governance plan stands; none before there is a plan."""

    def apply(self, aggregate: Hazard) -> None:
        aggregate.sent.add((self.recipient, self.stage))
        aggregate.acknowledged.discard((self.recipient, self.stage))

    def meets(self, duty: DutyKey) -> bool:
        return duty == DutyKey(kind=DutyKind.DUAL_REPORT, recipient=self.recipient, stage=self.stage)


class DualReport(Move, DualReportFields):
    """Report a major hazard. The main responsible person signs the statutory reports."""

    roles: ClassVar[frozenset[Role]] = frozenset({Role.MAIN_RESPONSIBLE_PERSON})
    stages: ClassVar[frozenset[Stage]] = FROM_SELF_INSPECTED

    def decide(self, hazard: Hazard, act: Act) -> None:
        require(hazard.major, rules.MAJOR_ONLY)
        if self.stage is ReportStage.FINAL:
            require(hazard.stage is Stage.VERIFIED, rules.FINAL_AT_VERIFIED, "stage", refusal=WrongStage)
            require(hazard.planned_at_version is not None or bool(self.evidence), rules.PLAN_FIRST, "evidence")
        again = self.stage is not ReportStage.PROGRESS and (self.recipient, self.stage) in hazard.sent
        require(not again, rules.SENT_ALREADY, "stage")
        duties = self.obliges(hazard, act)
        hazard.happen(DualReported, act, duties=duties, plan_version=hazard.planned_at_version, **self.said())


RECEIVERS = {Recipient.REGULATOR: Role.REGULATOR, Recipient.WORKERS_CONGRESS: Role.WORKERS_CONGRESS}


class AcknowledgementFields(Fields):
    """Whose receipt of which report. `evidence` holds the paper receipt where it is one."""

    recipient: Recipient
    stage: ReportStage
    note: Erasable | None = None
    evidence: Evidence = ()


class DualReportAcknowledged(HazardEvent, AcknowledgementFields):
    """The recipient acknowledged a report."""

    name: ClassVar[str] = "hazard.dual_report_acknowledged.v1"

    def apply(self, aggregate: Hazard) -> None:
        aggregate.acknowledged.add((self.recipient, self.stage))
        if aggregate.both_finals_acknowledged:
            aggregate.stage = Stage.DUAL_REPORTED

    def meets(self, duty: DutyKey) -> bool:
        return duty == DutyKey(kind=DutyKind.ACKNOWLEDGEMENT, recipient=self.recipient, stage=self.stage)


class Acknowledge(Move, AcknowledgementFields):
    """Acknowledge a report, as its recipient, or record its paper receipt as a union inspector."""

    roles: ClassVar[frozenset[Role]] = frozenset({Role.REGULATOR, Role.WORKERS_CONGRESS, Role.UNION_INSPECTOR})
    stages: ClassVar[frozenset[Stage]] = FROM_SELF_INSPECTED

    def decide(self, hazard: Hazard, act: Act) -> None:
        if act.by.role is Role.UNION_INSPECTOR:
            require(bool(self.evidence), rules.PAPER_RECEIPT, "evidence")
        else:
            require(act.by.role is RECEIVERS[self.recipient], rules.THAT_RECIPIENT, "recipient", refusal=NotAllowed)
        report = (self.recipient, self.stage)
        require(report in hazard.sent - hazard.acknowledged, rules.NOT_SENT, "stage")
        hazard.happen(DualReportAcknowledged, act, **self.said())
