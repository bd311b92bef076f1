"""Domain: the hazard as its events leave it. What may be done to it stands with each move."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from domain.actors import OF_AN_ENTERPRISE, Actor, Role
from domain.command import Fields, claimed_in_order, require
from domain.event import Act, Aggregate, DomainEvent
from domain.hazard import rules
from domain.hazard.words import Grade, Recipient, ReportStage, Stage
from domain.refusals import NotAllowed, WrongStage
from domain.rules.duties import Duty, DutyKey

if TYPE_CHECKING:
    from domain.hazard.moves import Move


class Obliging(Fields):
    """What, once done, obliges somebody to do the next thing. Inherited by the move and its event alike."""

    @abstractmethod
    def obliges(self, hazard: Hazard, act: Act) -> tuple[Duty, ...]:
        """The duties it starts under the act's rules, on the hazard as it was before."""


class HazardEvent(DomainEvent):
    """Something that happened to a hazard."""

    duties: tuple[Duty, ...] = ()
    """The duties this event starts, with the day each is due."""

    def apply(self, aggregate: Hazard) -> None:
        """Change the hazard as this event says."""

    def meets(self, duty: DutyKey) -> bool:
        """Whether this event is what an open duty asked for."""
        return False

    def lapses(self, duty: DutyKey) -> bool:
        """Whether an open duty falls away with this event without having been met."""
        return False


class Hazard(Aggregate):
    """事故隐患. Everything below `round` is of the present round: nothing of an earlier one counts."""

    def __init__(self) -> None:
        self.stage = Stage.REPORTED
        self.enterprise_uscc: str | None = None
        self.reporter: UUID | None = None
        self.found_at: datetime | None = None
        self.reported_as: Grade | None = None
        self.grade: Grade | None = None
        self.suspended = False
        self.evacuated = False
        self.round = 0
        self.begin_round()

    def begin_round(self) -> None:
        """Forget what an earlier round did; a suspension not lifted goes on."""
        self.round += 1
        self.stage = Stage.REPORTED
        self.planned_at_version: int | None = None
        self.deadline: date | None = None
        self.rectifiers: set[UUID] = set()
        self.objected = False
        self.challenged = False
        self.workers_notified = False
        self.sent: set[tuple[Recipient, ReportStage]] = set()
        self.acknowledged: set[tuple[Recipient, ReportStage]] = set()

    @property
    def major(self) -> bool:
        """Graded as a major hazard (重大事故隐患)."""
        return self.grade is Grade.MAJOR

    @property
    def found_as_major(self) -> bool:
        """Reported as major in this round: the initial dual reports are due since then, not since grading."""
        return self.reported_as is Grade.MAJOR and self.round == 1

    @property
    def both_finals_acknowledged(self) -> bool:
        """Whether regulator and workers' congress acknowledged this round's final report."""
        return all((recipient, ReportStage.FINAL) in self.acknowledged for recipient in Recipient)

    def visible_to(self, actor: Actor) -> bool:
        """Also to whoever reported it, whatever enterprise it has gone to since."""
        if actor.role not in OF_AN_ENTERPRISE:
            return True
        return actor.id == self.reporter or self.is_of(actor.enterprise)

    def only_reported_by(self, actor: Actor) -> bool:
        """Whether it has gone to another enterprise than the reporter's: what that one says is not theirs to read."""
        elsewhere = self.enterprise_uscc is not None and not self.is_of(actor.enterprise)
        return actor.role in OF_AN_ENTERPRISE and actor.id == self.reporter and elsewhere

    def is_of(self, enterprise: str | None) -> bool:
        """Whether the hazard is this enterprise's. One of no enterprise yet is nobody's."""
        return enterprise is not None and enterprise == self.enterprise_uscc

    def carry_out(self, move: Move, act: Act) -> None:
        """Check who, whose, when and from where, then let the move decide. Raises Refusal."""
        reporter_may = move.reporter_may and act.by.id == self.reporter and not imported(act)
        require(act.by.role in move.roles or reporter_may, rules.ROLE, refusal=NotAllowed)
        if act.by.role in OF_AN_ENTERPRISE and not reporter_may:
            require(self.is_of(act.by.enterprise), rules.OF_ANOTHER_ENTERPRISE, refusal=NotAllowed)
        stages = move.stages | move.record_stages if imported(act) else move.stages
        require(self.stage in stages, rules.STAGE, refusal=WrongStage)
        # What a record says out of order it says (docs/decisions/0008-importing.md).
        claimed_in_order(act, None if imported(act) else self.modified_on)
        move.decide(self, act)


def imported(act: Act) -> bool:
    """Whether a record speaks that says less than the loop asks for; nothing is made up for it."""
    return act.by.role is Role.IMPORTER


def counted_from(act: Act) -> datetime:
    """When a duty begins to count: now, for imported history when it is said to have occurred."""
    return act.occurred_at if imported(act) else act.now
