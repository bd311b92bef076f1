"""Domain: somebody else looks whether it is really rectified (复查), and work may resume."""

from __future__ import annotations

from typing import ClassVar

from domain.actors import ENTERPRISE, Role
from domain.command import Evidence, Fields, require
from domain.erasable import Erasable
from domain.event import Act
from domain.hazard import rules
from domain.hazard.hazard import Hazard, HazardEvent, Obliging, counted_from, imported
from domain.hazard.inspecting import to_be_planned
from domain.hazard.moves import Move, by_regulator_or_its_paper
from domain.hazard.words import Recipient, ReportStage, Result, Stage
from domain.refusals import NotAllowed
from domain.rules.duties import Duty, DutyKey, DutyKind


class ReinspectionFields(Obliging):
    """What the re-inspection found. For a major hazard `evidence` holds the regulator's paper decision."""

    result: Result
    findings: Erasable | None = None
    evidence: Evidence = ()

    def obliges(self, hazard: Hazard, act: Act) -> tuple[Duty, ...]:
        if self.result is Result.FAILED:
            if hazard.stage is not Stage.RECTIFIED:  # of a record: what was due before is due still
                return ()
            if hazard.deadline is None:
                return to_be_planned(act)
            return (act.rules.duty_until(DutyKind.RECTIFICATION, hazard.deadline),)
        if not hazard.major:
            return ()
        kind, final, since = DutyKind.DUAL_REPORT, ReportStage.FINAL, counted_from(act)
        duties = (act.rules.duty(kind, since, recipient=recipient, stage=final) for recipient in Recipient)
        return tuple(duty for duty in duties if duty)


class Reinspected(HazardEvent, ReinspectionFields):
    """Somebody other than who rectified it looked at the hazard again."""

    name: ClassVar[str] = "hazard.reinspected.v1"

    def apply(self, aggregate: Hazard) -> None:
        if self.result is Result.PASSED:
            aggregate.stage = Stage.VERIFIED
            aggregate.objected = False
            return
        planned = aggregate.planned_at_version is not None
        aggregate.stage = Stage.RECTIFYING if planned else Stage.SELF_INSPECTED
        aggregate.objected = aggregate.objected or self.by.role is Role.UNION_INSPECTOR

    def lapses(self, duty: DutyKey) -> bool:
        # Open only where a record passes what it never said was planned or rectified.
        return self.result is Result.PASSED and duty.kind in (DutyKind.PLAN, DutyKind.RECTIFICATION)


class Reinspect(Move, ReinspectionFields):
    """Re-inspect: passed, it is verified; failed, it is to be rectified again."""

    roles: ClassVar[frozenset[Role]] = ENTERPRISE | {Role.UNION_INSPECTOR, Role.REGULATOR, Role.IMPORTER}
    stages: ClassVar[frozenset[Stage]] = frozenset({Stage.RECTIFIED})
    record_stages: ClassVar[frozenset[Stage]] = frozenset({Stage.SELF_INSPECTED, Stage.RECTIFYING})
    replaces: ClassVar[bool] = True

    def decide(self, hazard: Hazard, act: Act) -> None:
        if not imported(act):
            require(act.by.id not in hazard.rectifiers, rules.NOT_THE_SAME)
            if hazard.major:
                self._accepted_from_outside(act)
            else:
                require(act.by.role is not Role.REGULATOR, rules.ROLE, refusal=NotAllowed)
            overruled = hazard.objected and self.result is Result.PASSED and act.by.role in ENTERPRISE
            require(not overruled, rules.OBJECTION, "result")
        hazard.happen(Reinspected, act, duties=self.obliges(hazard, act), **self.said())

    def _accepted_from_outside(self, act: Act) -> None:
        require(act.by.role not in ENTERPRISE, rules.MAJOR_ACCEPTANCE, refusal=NotAllowed)
        if self.result is Result.PASSED and act.rules.regulator_accepts_major(act.occurred_at):
            paper = act.by.role is Role.REGULATOR or bool(self.evidence)
            require(paper, rules.MAJOR_ACCEPTANCE, "evidence")


class ResumptionFields(Fields):
    """The approval to resume; `evidence` holds the regulator's paper decision where it is one."""

    findings: Erasable | None = None
    evidence: Evidence = ()


class ResumptionApproved(HazardEvent, ResumptionFields):
    """Work may resume (恢复生产)."""

    name: ClassVar[str] = "hazard.resumption_approved.v1"

    def apply(self, aggregate: Hazard) -> None:
        aggregate.suspended = False
        aggregate.evacuated = False


class ApproveResumption(Move, ResumptionFields):
    """Approve that work resumes after review (安全生产法 Art 65)."""

    roles: ClassVar[frozenset[Role]] = frozenset({Role.REGULATOR, Role.UNION_INSPECTOR})
    stages: ClassVar[frozenset[Stage]] = frozenset({Stage.VERIFIED, Stage.DUAL_REPORTED})

    def decide(self, hazard: Hazard, act: Act) -> None:
        require(hazard.suspended, rules.NOT_SUSPENDED)
        by_regulator_or_its_paper(act, self.evidence)
        hazard.happen(ResumptionApproved, act, **self.said())
