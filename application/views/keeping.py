"""Application: what has to be kept of a hazard between two batches, as compact JSON without any text.

Whatever the aggregate holds is kept, so that the next event finds it as the last one left it. What is as it was at
first is left out, and what follows from the rest is not written twice: the ledger reads none of it, and a batch writes
thousands. The same memory always gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from typing import TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from application.views.duty_book import DutyBook, HeldDuty
from application.views.hazard_memory import HazardMemory
from application.views.times import When
from domain.hazard.hazard import Hazard
from domain.hazard.words import Category, Channel, Grade, Recipient, ReportStage, Stage

Reports = tuple[tuple[Recipient, ReportStage], ...]

T = TypeVar("T", UUID, tuple[Recipient, ReportStage])

_UNKEPT = frozenset({"pending_events"})


class NotKept(Exception):
    """The aggregate has an attribute that is not declared here: it would be lost between two batches."""


@dataclass(slots=True)
class KeptHazard:
    """The attributes of the aggregate, by their names; sets in order."""

    id: UUID
    version: int
    created_on: datetime
    modified_on: datetime
    stage: Stage
    reporter: UUID | None
    found_at: datetime | None
    enterprise_uscc: str | None = None
    reported_as: Grade | None = None
    grade: Grade | None = None
    suspended: bool = False
    evacuated: bool = False
    round: int = 1
    planned_at_version: int | None = None
    deadline: date | None = None
    rectifiers: tuple[UUID, ...] = ()
    objected: bool = False
    challenged: bool = False
    workers_notified: bool = False
    sent: Reports = ()
    acknowledged: Reports = ()

    @classmethod
    def of(cls, hazard: Hazard) -> KeptHazard:
        """What is kept of it. Raises NotKept."""
        if len(vars(hazard)) != len(_ATTRIBUTES) + len(_UNKEPT):
            raise NotKept(*vars(hazard))
        it = cls(*_attributes(hazard))
        it.rectifiers = _in_order(hazard.rectifiers)
        it.sent, it.acknowledged = _in_order(hazard.sent), _in_order(hazard.acknowledged)
        return it

    def hazard(self) -> Hazard:
        """The aggregate as it was."""
        hazard: Hazard = Hazard.begin(self.id, self.created_on)
        hazard.version, hazard.modified_on = self.version, self.modified_on
        for name in _DECLARED:
            value = getattr(self, name)
            setattr(hazard, name, set(value) if isinstance(value, tuple) else value)
        return hazard


def _in_order(values: set[T]) -> tuple[T, ...]:
    return tuple(sorted(values)) if values else ()


_ATTRIBUTES = tuple(one.name for one in fields(KeptHazard))
_DECLARED = _ATTRIBUTES[4:]
"""But those that every aggregate has, whatever it is."""
_attributes = attrgetter(*_ATTRIBUTES)


@dataclass(slots=True)
class Kept:
    """A hazard between two batches."""

    hazard: KeptHazard
    first_position: int
    channel: Channel
    latest: datetime
    since: When
    """Since when it stands as it does."""
    category: Category | None = None
    closed_before_import: bool = False
    duties_begun: int = 0
    open_duties: tuple[HeldDuty, ...] = ()
    texts_version: int = 1


_JSON = TypeAdapter(Kept)


def kept(memory: HazardMemory) -> str:
    """The memory as JSON."""
    assert memory.latest is not None
    it = Kept(
        hazard=KeptHazard.of(memory.hazard),
        first_position=memory.first_position,
        channel=memory.channel,
        latest=memory.latest,
        since=memory.now.since,
        category=memory.category,
        closed_before_import=memory.closed_before_import,
        duties_begun=memory.duties.begun,
        open_duties=tuple(memory.duties.open()),
        texts_version=memory.texts_version,
    )
    return _JSON.serializer.to_json(it, exclude_defaults=True).decode()


def recalled(json: str) -> HazardMemory:
    """The memory behind such JSON; of standings, texts and ended duties it holds none."""
    was = _JSON.validator.validate_json(json)
    memory = HazardMemory(
        hazard=was.hazard.hazard(),
        first_position=was.first_position,
        category=was.category,
        channel=was.channel,
        closed_before_import=was.closed_before_import,
        duties=DutyBook(was.duties_begun, {held.number: held for held in was.open_duties}),
        latest=was.latest,
        texts_version=was.texts_version,
    )
    memory.standing = memory.standing_since(was.since)
    return memory
