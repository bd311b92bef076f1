"""Application: what has to be kept of a hazard between two batches, as compact JSON without any text.

Whatever the aggregate holds is kept, so that the next event finds it as the last one left it. The
same memory always gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from uuid import UUID

from pydantic import TypeAdapter

from application.views.duty_book import DutyBook, HeldDuty
from application.views.hazard_memory import HazardMemory, Standing
from domain.hazard.hazard import Hazard
from domain.hazard.words import Category, Channel, Grade, Recipient, ReportStage, Stage

Reports = list[tuple[Recipient, ReportStage]]

_BASE = frozenset({"id", "version", "created_on", "modified_on"})
"""What every aggregate has, whatever it is."""

_UNKEPT = frozenset({"pending_events"})


class NotKept(Exception):
    """The aggregate has an attribute that is not declared here: it would be lost between two batches."""


@dataclass(slots=True)
class KeptHazard:
    """The attributes of the aggregate, by their names; sets as sorted lists."""

    id: UUID
    version: int
    created_on: datetime
    modified_on: datetime
    stage: Stage
    enterprise_uscc: str | None
    reporter: UUID | None
    found_at: datetime | None
    reported_as: Grade | None
    grade: Grade | None
    suspended: bool
    evacuated: bool
    round: int
    planned_at_version: int | None
    deadline: date | None
    rectifiers: list[UUID]
    objected: bool
    challenged: bool
    workers_notified: bool
    sent: Reports
    acknowledged: Reports

    @classmethod
    def of(cls, hazard: Hazard) -> KeptHazard:
        """What is kept of it. Raises NotKept."""
        if len(vars(hazard)) != len(_ATTRIBUTES) + len(_UNKEPT):
            raise NotKept(*vars(hazard))
        it = cls(*_attributes(hazard))
        it.rectifiers, it.sent, it.acknowledged = sorted(it.rectifiers), sorted(it.sent), sorted(it.acknowledged)
        return it

    def hazard(self) -> Hazard:
        """The aggregate as it was."""
        hazard: Hazard = Hazard.begin(self.id, self.created_on)
        hazard.version, hazard.modified_on = self.version, self.modified_on
        for name in _DECLARED:
            value = getattr(self, name)
            setattr(hazard, name, set(value) if isinstance(value, list) else value)
        return hazard


_ATTRIBUTES = tuple(one.name for one in fields(KeptHazard))
_DECLARED = [name for name in _ATTRIBUTES if name not in _BASE]
_attributes = attrgetter(*_ATTRIBUTES)


@dataclass(slots=True)
class Kept:
    """A hazard between two batches."""

    hazard: KeptHazard
    first_position: int
    category: Category | None
    channel: Channel
    closed_before_import: bool
    duties_begun: int
    open_duties: list[HeldDuty]
    latest: datetime
    standing: Standing
    texts_version: int


_JSON = TypeAdapter(Kept)


def kept(memory: HazardMemory) -> str:
    """The memory as JSON."""
    assert memory.latest is not None
    it = Kept(
        hazard=KeptHazard.of(memory.hazard),
        first_position=memory.first_position,
        category=memory.category,
        channel=memory.channel,
        closed_before_import=memory.closed_before_import,
        duties_begun=memory.duties.begun,
        open_duties=list(memory.duties.open()),
        latest=memory.latest,
        standing=memory.now,
        texts_version=memory.texts_version,
    )
    return _JSON.serializer.to_json(it, exclude_defaults=True).decode()


def recalled(json: str) -> HazardMemory:
    """The memory behind such JSON; of standings, texts and ended duties it holds none."""
    was = _JSON.validator.validate_json(json)
    return HazardMemory(
        hazard=was.hazard.hazard(),
        first_position=was.first_position,
        category=was.category,
        channel=was.channel,
        closed_before_import=was.closed_before_import,
        duties=DutyBook(was.duties_begun, {held.number: held for held in was.open_duties}),
        latest=was.latest,
        standing=was.standing,
        texts_version=was.texts_version,
    )
