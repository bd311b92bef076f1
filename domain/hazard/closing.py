"""Domain: a hazard is struck off the ledger (销号), or brought back to it."""

from __future__ import annotations

from typing import ClassVar

from domain.actors import ENTERPRISE, UNION, Role
from domain.command import Evidence, Fields, Label, require
from domain.erasable import Erasable
from domain.event import Act
from domain.hazard import rules
from domain.hazard.grading import SUPERVISORS
from domain.hazard.hazard import Hazard, HazardEvent, Obliging
from domain.hazard.moves import Move
from domain.hazard.reporting import to_be_inspected
from domain.hazard.words import Grade, Stage
from domain.refusals import NotAllowed, WrongStage
from domain.rules.duties import Duty, DutyKey


class Closing(HazardEvent):
    """What ends the round: no duty of it is left open."""

    def apply(self, aggregate: Hazard) -> None:
        aggregate.stage = Stage.CLOSED

    def lapses(self, duty: DutyKey) -> bool:
        return True


class CloseOutFields(Fields):
    """What there is to say at the end."""

    note: Erasable | None = None
    evidence: Evidence = ()


class ClosedOut(Closing, CloseOutFields):
    """The hazard was struck off the ledger."""

    name: ClassVar[str] = "hazard.closed_out.v1"


class CloseOut(Move, CloseOutFields):
    """Close out: a general hazard once verified, a major one once both recipients have acknowledged."""

    roles: ClassVar[frozenset[Role]] = ENTERPRISE | SUPERVISORS
    stages: ClassVar[frozenset[Stage]] = frozenset({Stage.VERIFIED, Stage.DUAL_REPORTED})
    replaces: ClassVar[bool] = True

    def decide(self, hazard: Hazard, act: Act) -> None:
        if hazard.major:
            require(hazard.both_finals_acknowledged, rules.BOTH_RECEIPTS, refusal=WrongStage)
            require(act.by.role in SUPERVISORS, rules.MAJOR_CLOSER, refusal=NotAllowed)
        else:
            require(act.by.role in ENTERPRISE, rules.ROLE, refusal=NotAllowed)
            require(hazard.grade is not None, rules.GRADED_FIRST, refusal=WrongStage)
        require(hazard.workers_notified, rules.WORKERS_TOLD)
        require(not hazard.suspended, rules.RESUMPTION_FIRST)
        hazard.happen(ClosedOut, act, **self.said())


class ReopeningFields(Obliging):
    """Why it is no longer done with."""

    reason: Erasable
    evidence: Evidence = ()

    def obliges(self, hazard: Hazard, act: Act) -> tuple[Duty, ...]:
        return to_be_inspected(act) if hazard.enterprise_uscc else ()


class Reopened(HazardEvent, ReopeningFields):
    """The next round began. Nothing of an earlier one satisfies a rule."""

    name: ClassVar[str] = "hazard.reopened.v1"

    def apply(self, aggregate: Hazard) -> None:
        aggregate.begin_round()
        if aggregate.grade is Grade.GENERAL:
            aggregate.grade = None


class Reopen(Move, ReopeningFields):
    """Reopen what was closed or dismissed."""

    roles: ClassVar[frozenset[Role]] = UNION | {Role.REGULATOR}
    stages: ClassVar[frozenset[Stage]] = frozenset({Stage.CLOSED, Stage.DISMISSED})
    reporter_may: ClassVar[bool] = True

    def decide(self, hazard: Hazard, act: Act) -> None:
        hazard.happen(Reopened, act, duties=self.obliges(hazard, act), **self.said())


class ImportedClosingFields(Fields):
    """A record says it was closed, not how. `source` names the record."""

    source: Label
    outcome: Erasable | None = None


class ClosedBeforeImport(Closing, ImportedClosingFields):
    """A record from before says the hazard was closed; counted apart in every rate."""

    name: ClassVar[str] = "hazard.closed_before_import.v1"


class CloseBeforeImport(Move, ImportedClosingFields):
    """Take over a closing from a record, whatever the stage."""

    roles: ClassVar[frozenset[Role]] = frozenset({Role.IMPORTER})
    stages: ClassVar[frozenset[Stage]] = frozenset(Stage)

    def decide(self, hazard: Hazard, act: Act) -> None:
        hazard.happen(ClosedBeforeImport, act, **self.said())


class ErasureFields(Fields):
    """The legal basis of the erasure (个人信息保护法 Art 47)."""

    legal_basis: Label


class TextsErased(HazardEvent, ErasureFields):
    """The texts of this hazard's earlier events were erased; their commitments stay."""

    name: ClassVar[str] = "hazard.texts_erased.v1"


class EraseTexts(Move, ErasureFields):
    """Erase the texts said so far. The log keeps that they were said, not what."""

    roles: ClassVar[frozenset[Role]] = frozenset({Role.ADMINISTRATOR})
    stages: ClassVar[frozenset[Stage]] = frozenset(Stage)

    def decide(self, hazard: Hazard, act: Act) -> None:
        hazard.happen(TextsErased, act, **self.said())
