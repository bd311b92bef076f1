"""Domain: the enterprise inspects and grades what was reported (自查), or dismisses it."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from domain.actors import ENTERPRISE, Role
from domain.command import Fields, Label, require
from domain.erasable import Erasable
from domain.event import Act
from domain.hazard import rules
from domain.hazard.hazard import Hazard, HazardEvent, Obliging, counted_from, imported
from domain.hazard.moves import Consent, Move, consented_if
from domain.hazard.reporting import initial_reports
from domain.hazard.words import OPEN, Grade, Stage
from domain.rules.duties import Duty, DutyKey, DutyKind


class SelfInspectionFields(Obliging):
    """What the enterprise found: grade, cause, harm, and what it did at once where safety can't be assured."""

    grade: Grade | None = None
    """Left out only by a record that does not say it."""
    cause: Erasable | None = None
    harm: Erasable | None = None
    criteria_clause: Label | None = None
    """The clause of the industry's criteria (判定标准) that makes it major."""
    interim_measures: Erasable | None = None
    suspended: bool = False
    evacuated: bool = False

    def obliges(self, hazard: Hazard, act: Act) -> tuple[Duty, ...]:
        reports = () if hazard.found_as_major else initial_reports(act, self.grade)
        return to_be_planned(act) + reports


class SelfInspected(HazardEvent, SelfInspectionFields):
    """The enterprise inspected the hazard itself and graded it."""

    name: ClassVar[str] = "hazard.self_inspected.v1"

    def apply(self, aggregate: Hazard) -> None:
        aggregate.stage = Stage.SELF_INSPECTED
        aggregate.grade = self.grade or aggregate.grade
        aggregate.suspended = aggregate.suspended or self.suspended
        aggregate.evacuated = aggregate.evacuated or self.evacuated

    def meets(self, duty: DutyKey) -> bool:
        return duty.kind is DutyKind.SELF_INSPECTION

    def lapses(self, duty: DutyKey) -> bool:
        return duty.kind is DutyKind.DUAL_REPORT and self.grade is Grade.GENERAL


class SelfInspect(Move, SelfInspectionFields):
    """Record the enterprise's own inspection."""

    roles: ClassVar[frozenset[Role]] = ENTERPRISE | {Role.IMPORTER}
    stages: ClassVar[frozenset[Stage]] = frozenset({Stage.REPORTED})
    replaces: ClassVar[bool] = True

    def decide(self, hazard: Hazard, act: Act) -> None:
        require(self.grade is not None or imported(act), rules.GRADE_NAMED, "grade")
        require(self.cause is not None or imported(act), rules.CAUSE_NAMED, "cause")
        require(not hazard.major or self.grade is not Grade.GENERAL, rules.GRADE_STAYS, "grade")
        hazard.happen(SelfInspected, act, duties=self.obliges(hazard, act), **self.said())


def to_be_planned(act: Act) -> tuple[Duty, ...]:
    """The duty to plan the rectification of what was graded."""
    duty = act.rules.duty(DutyKind.PLAN, counted_from(act))
    return (duty,) if duty else ()


class DismissalFields(Fields):
    """Why it is no hazard, or which other report it repeats."""

    reason: Erasable
    duplicate_of: UUID | None = None
    consent: Consent | None = None


class Dismissed(HazardEvent, DismissalFields):
    """The report was dismissed; reporter and union may reopen it."""

    name: ClassVar[str] = "hazard.dismissed.v1"

    def apply(self, aggregate: Hazard) -> None:
        aggregate.stage = Stage.DISMISSED

    def lapses(self, duty: DutyKey) -> bool:
        return True


class Dismiss(Move, DismissalFields):
    """Dismiss a report. What was graded or reported as major needs consent from outside."""

    roles: ClassVar[frozenset[Role]] = ENTERPRISE | {Role.IMPORTER}
    stages: ClassVar[frozenset[Stage]] = frozenset({Stage.REPORTED, Stage.SELF_INSPECTED})
    record_stages: ClassVar[frozenset[Stage]] = OPEN
    replaces: ClassVar[bool] = True

    def decide(self, hazard: Hazard, act: Act) -> None:
        require(self.duplicate_of != hazard.id, rules.OWN_DUPLICATE, "duplicate_of")
        # What was reported as major keeps needing it, or a low grade would be the way around it.
        consented_if(hazard.major or hazard.reported_as is Grade.MAJOR, self.consent, act)
        hazard.happen(Dismissed, act, **self.said())
