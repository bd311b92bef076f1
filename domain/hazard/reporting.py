"""Domain: a hazard is reported, passed on to the right enterprise, and what was said is corrected."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from domain.actors import ANYONE, ENTERPRISE, OF_AN_ENTERPRISE, UNION, Role
from domain.command import Command, Evidence, Fields, claimed_in_order, require
from domain.erasable import Erasable
from domain.event import Act
from domain.hazard import rules
from domain.hazard.hazard import Hazard, HazardEvent, Obliging, counted_from
from domain.hazard.moves import Move
from domain.hazard.words import OPEN, Category, Channel, Grade, Recipient, ReportStage, Stage
from domain.refusals import NotAllowed
from domain.rules.duties import Duty, DutyKey, DutyKind
from domain.uscc import EnterpriseCode


class Location(Fields):
    """WGS 84, in degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class ReportFields(Obliging):
    """What a report says. `enterprise_uscc` may be left open where it has yet to be found."""

    enterprise_uscc: EnterpriseCode | None = None
    description: Erasable | None = None
    place: Erasable | None = None
    location: Location | None = None
    category: Category | None = None
    channel: Channel
    reported_as: Grade | None = None
    """The grade the reporter takes it for."""
    evidence: Evidence = ()

    def obliges(self, hazard: Hazard, act: Act) -> tuple[Duty, ...]:
        if self.enterprise_uscc is None:
            return ()
        return to_be_inspected(act) + initial_reports(act, self.reported_as, found=True)


class Reported(HazardEvent, ReportFields):
    """A hazard was found and reported."""

    name: ClassVar[str] = "hazard.reported.v1"

    def apply(self, aggregate: Hazard) -> None:
        aggregate.enterprise_uscc = self.enterprise_uscc
        aggregate.reporter = self.by.actor_id
        aggregate.found_at = self.occurred_at
        aggregate.reported_as = self.reported_as


class Report(Command, ReportFields):
    """Report a hazard: anyone, by any channel (安全生产法 Art 59)."""

    roles: ClassVar[frozenset[Role]] = ANYONE

    def open(self, id: UUID, act: Act) -> Hazard:
        """The new hazard, with its first event pending. Raises Refusal."""
        require(act.by.role in self.roles, rules.ROLE, refusal=NotAllowed)
        if act.by.role in OF_AN_ENTERPRISE:
            own = self.enterprise_uscc in (None, act.by.enterprise)
            require(own, rules.OF_ANOTHER_ENTERPRISE, "enterprise_uscc", refusal=NotAllowed)
        require(self.description is not None or bool(self.evidence), rules.TEXT_OR_PHOTO, "description")
        claimed_in_order(act, None)
        hazard: Hazard = Hazard.begin(id, act.occurred_at)
        hazard.happen(Reported, act, duties=self.obliges(hazard, act), **self.said())
        return hazard


def to_be_inspected(act: Act) -> tuple[Duty, ...]:
    """The enterprise's duty to inspect what was reported to it."""
    duty = act.rules.duty(DutyKind.SELF_INSPECTION, counted_from(act))
    return (duty,) if duty else ()


def initial_reports(act: Act, grade: Grade | None, *, found: bool = False) -> tuple[Duty, ...]:
    """The duty to report a major hazard to both, counted from the claimed finding or from grading."""
    if grade is not Grade.MAJOR:
        return ()
    since = act.occurred_at if found else counted_from(act)
    kind, initial = DutyKind.DUAL_REPORT, ReportStage.INITIAL
    duties = (act.rules.duty(kind, since, recipient=recipient, stage=initial) for recipient in Recipient)
    return tuple(duty for duty in duties if duty)


class TransferFields(Obliging):
    """Another enterprise is responsible."""

    enterprise_uscc: EnterpriseCode
    reason: Erasable

    def obliges(self, hazard: Hazard, act: Act) -> tuple[Duty, ...]:
        if hazard.stage is not Stage.REPORTED:
            return ()
        return to_be_inspected(act) + initial_reports(act, Grade.MAJOR if hazard.found_as_major else None)


class Transferred(HazardEvent, TransferFields):
    """The hazard was passed on to another enterprise."""

    name: ClassVar[str] = "hazard.transferred.v1"

    def apply(self, aggregate: Hazard) -> None:
        aggregate.enterprise_uscc = self.enterprise_uscc

    def lapses(self, duty: DutyKey) -> bool:
        return any(duty == started.key for started in self.duties)


class Transfer(Move, TransferFields):
    """Pass a hazard on to the enterprise responsible for it, or name one where none was known."""

    roles: ClassVar[frozenset[Role]] = UNION | {Role.REGULATOR}
    stages: ClassVar[frozenset[Stage]] = OPEN

    def decide(self, hazard: Hazard, act: Act) -> None:
        require(self.enterprise_uscc != hazard.enterprise_uscc, rules.SAME_ENTERPRISE, "enterprise_uscc")
        hazard.happen(Transferred, act, duties=self.obliges(hazard, act), **self.said())


class CorrectableField(StrEnum):
    """The texts that can be corrected; grade, deadline and enterprise have moves of their own."""

    DESCRIPTION = "description"
    PLACE = "place"
    CAUSE = "cause"
    HARM = "harm"


DECIDED_BY_ENTERPRISE = frozenset({CorrectableField.CAUSE, CorrectableField.HARM})


class CorrectionFields(Fields):
    """What it should have said, and why; the old text stays in the history."""

    field: CorrectableField
    value: Erasable
    reason: Erasable


class Corrected(HazardEvent, CorrectionFields):
    """A text was corrected."""

    name: ClassVar[str] = "hazard.corrected.v1"


class Correct(Move, CorrectionFields):
    """Correct a text: the report's by the reporter or the union, the self-inspection's by the enterprise."""

    roles: ClassVar[frozenset[Role]] = ENTERPRISE | UNION
    stages: ClassVar[frozenset[Stage]] = OPEN
    reporter_may: ClassVar[bool] = True

    def decide(self, hazard: Hazard, act: Act) -> None:
        if self.field in DECIDED_BY_ENTERPRISE:
            may = act.by.role in ENTERPRISE and hazard.is_of(act.by.enterprise)
        else:
            may = act.by.role in UNION or act.by.id == hazard.reporter
        require(may, rules.WHO_DECIDES, "field", refusal=NotAllowed)
        hazard.happen(Corrected, act, **self.said())
