"""Domain: the enterprise plans, works step by step, and declares the hazard rectified (自改)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from domain.actors import ENTERPRISE, Role
from domain.command import Evidence, Fields, require
from domain.erasable import Erasable
from domain.event import Act
from domain.hazard import rules
from domain.hazard.hazard import Hazard, HazardEvent, Obliging, imported
from domain.hazard.moves import Consent, Move, consented_if
from domain.hazard.words import Stage
from domain.refusals import RuleBroken
from domain.rules.duties import Duty, DutyKey, DutyKind

Yuan = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2)]
"""Money in CNY."""

BY_ENTERPRISE = ENTERPRISE | {Role.IMPORTER}


class PlanFields(Obliging):
    """The governance plan (治理方案): its six items on one form.

    The five implementations (五落实) are a check over it: owner, measures, funds, deadline and
    contingency plan are items 4, 2, 3, 5 and 6.
    """

    goals_and_tasks: Erasable | None = None
    methods_and_measures: Erasable | None = None
    funds_and_materials: Erasable | None = None
    organisation_and_people: Erasable | None = None
    time_and_requirements: Erasable | None = None
    safety_measures_and_emergency_plan: Erasable | None = None
    deadline: date | None = None

    @property
    def complete(self) -> bool:
        """Whether all six items are filled in (浙江省安全生产条例 Art 15)."""
        return all(getattr(self, name) is not None for name in PlanFields.model_fields if name != "deadline")

    def obliges(self, hazard: Hazard, act: Act) -> tuple[Duty, ...]:
        if hazard.deadline is not None or self.deadline is None:
            return ()
        return (act.rules.duty_until(DutyKind.RECTIFICATION, self.deadline),)


class RectificationPlanned(HazardEvent, PlanFields):
    """A plan was made, or made anew within the same deadline."""

    name: ClassVar[str] = "hazard.rectification_planned.v1"

    deadline: date

    def apply(self, aggregate: Hazard) -> None:
        aggregate.stage = Stage.RECTIFYING
        aggregate.planned_at_version = self.originator_version
        aggregate.deadline = self.deadline

    def meets(self, duty: DutyKey) -> bool:
        return duty.kind is DutyKind.PLAN


class Plan(Move, PlanFields):
    """Plan the rectification. A plan made anew keeps the deadline, which only an extension moves."""

    roles: ClassVar[frozenset[Role]] = BY_ENTERPRISE
    stages: ClassVar[frozenset[Stage]] = frozenset({Stage.SELF_INSPECTED, Stage.RECTIFYING})
    replaces: ClassVar[bool] = True

    def decide(self, hazard: Hazard, act: Act) -> None:
        require(self.complete or not hazard.major or imported(act), rules.SIX_ITEMS, _first_missing(self))
        deadline = self.deadline or hazard.deadline
        if deadline is None:
            raise RuleBroken(rules.DEADLINE_NEEDED, "deadline")
        if hazard.deadline is None:
            _not_past(deadline, "deadline", act)
        else:
            require(deadline == hazard.deadline, rules.DEADLINE_STAYS, "deadline")
        said = self.said() | {"deadline": deadline}
        hazard.happen(RectificationPlanned, act, duties=self.obliges(hazard, act), **said)


class ExtensionFields(Obliging):
    """The new day, why, and for a major hazard who consented."""

    new_deadline: date
    reason: Erasable
    consent: Consent | None = None

    def obliges(self, hazard: Hazard, act: Act) -> tuple[Duty, ...]:
        return (act.rules.duty_until(DutyKind.RECTIFICATION, self.new_deadline),)


class DeadlineExtended(HazardEvent, ExtensionFields):
    """The deadline was moved to a later day. What was late by then stays late."""

    name: ClassVar[str] = "hazard.deadline_extended.v1"

    old_deadline: date

    def apply(self, aggregate: Hazard) -> None:
        aggregate.deadline = self.new_deadline

    def lapses(self, duty: DutyKey) -> bool:
        return duty.kind is DutyKind.RECTIFICATION


class Extend(Move, ExtensionFields):
    """Move the deadline (延期申请)."""

    roles: ClassVar[frozenset[Role]] = BY_ENTERPRISE
    stages: ClassVar[frozenset[Stage]] = frozenset({Stage.RECTIFYING})
    replaces: ClassVar[bool] = True

    def decide(self, hazard: Hazard, act: Act) -> None:
        old = hazard.deadline
        assert old is not None, "every plan has a deadline"
        _not_past(self.new_deadline, "new_deadline", act)
        require(self.new_deadline > old, rules.LATER, "new_deadline")
        consented_if(hazard.major, self.consent, act)
        hazard.happen(DeadlineExtended, act, duties=self.obliges(hazard, act), old_deadline=old, **self.said())


class StepFields(Fields):
    """One step of the work: what was done, by what measure, at what cost, shown by what."""

    note: Erasable | None = None
    measure: Erasable | None = None
    cost: Yuan | None = None
    evidence: Evidence = ()


class RectificationStepRecorded(HazardEvent, StepFields):
    """A step of the rectification was recorded."""

    name: ClassVar[str] = "hazard.rectification_step_recorded.v1"


class RecordStep(Move, StepFields):
    """Record a step of the rectification."""

    roles: ClassVar[frozenset[Role]] = BY_ENTERPRISE
    stages: ClassVar[frozenset[Stage]] = frozenset({Stage.RECTIFYING})

    def decide(self, hazard: Hazard, act: Act) -> None:
        require(self.note is not None or bool(self.evidence), rules.NOTE_OR_EVIDENCE, "note")
        hazard.happen(RectificationStepRecorded, act, **self.said())


class RectificationFields(Fields):
    """That it is rectified, and what shows it."""

    note: Erasable | None = None
    evidence: Evidence = ()
    on_the_spot: bool = False


class Rectified(HazardEvent, RectificationFields):
    """The enterprise declared the hazard rectified; somebody else has to see for themselves."""

    name: ClassVar[str] = "hazard.rectified.v1"

    def apply(self, aggregate: Hazard) -> None:
        aggregate.stage = Stage.RECTIFIED
        aggregate.rectifiers.add(self.by.actor_id)

    def meets(self, duty: DutyKey) -> bool:
        return duty.kind is DutyKind.RECTIFICATION

    def lapses(self, duty: DutyKey) -> bool:
        return duty.kind is DutyKind.PLAN


class Rectify(Move, RectificationFields):
    """Declare a hazard rectified; a general one also on the spot (现场处理), without a plan."""

    roles: ClassVar[frozenset[Role]] = BY_ENTERPRISE
    stages: ClassVar[frozenset[Stage]] = frozenset({Stage.SELF_INSPECTED, Stage.RECTIFYING})
    replaces: ClassVar[bool] = True

    def decide(self, hazard: Hazard, act: Act) -> None:
        without_a_plan = hazard.stage is Stage.SELF_INSPECTED
        by_the_rule = self.on_the_spot is without_a_plan and not (self.on_the_spot and hazard.major)
        require(by_the_rule or imported(act), rules.ON_THE_SPOT, "on_the_spot")
        require(bool(self.evidence) or imported(act), rules.RECTIFIED_EVIDENCE, "evidence")
        hazard.happen(Rectified, act, **self.said())


def _not_past(deadline: date, field: str, act: Act) -> None:
    """A deadline in the past is nothing to work to; one that a record states is a fact about that record."""
    require(imported(act) or deadline >= act.rules.day(act.occurred_at), rules.DEADLINE_PAST, field)


def _first_missing(plan: PlanFields) -> str | None:
    return next((name for name in PlanFields.model_fields if getattr(plan, name) is None), None)
