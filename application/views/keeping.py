"""Application: what has to be kept of a hazard between two batches, as compact JSON without any text.

Whatever the aggregate holds is kept, so that the next event finds it as the last one left it. The
same memory always gives the same bytes.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from application.views.duty_book import DutyBook, HeldDuty
from application.views.hazard_memory import HazardMemory, Standing
from domain.hazard.hazard import Hazard
from domain.hazard.words import Category, Channel, Grade, Recipient, ReportStage, Stage

Reports = list[tuple[Recipient, ReportStage]]

_BASE = frozenset({"id", "version", "created_on", "modified_on"})
"""What every aggregate has, whatever it is."""


class KeptHazard(BaseModel):
    """The attributes of the aggregate, by their names; sets as sorted lists."""

    model_config = ConfigDict(extra="forbid")

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
        """What is kept of it. An attribute that is not declared above is refused."""
        said: dict[str, Any] = {name.removeprefix("_"): value for name, value in vars(hazard).items()}
        del said["pending_events"]
        said |= {name: sorted(value) for name, value in said.items() if isinstance(value, set)}
        return cls.model_construct(**said) if said.keys() == cls.model_fields.keys() else cls(**said)

    def hazard(self) -> Hazard:
        """The aggregate as it was."""
        hazard: Hazard = Hazard.begin(self.id, self.created_on)
        hazard.version, hazard.modified_on = self.version, self.modified_on
        for name in KeptHazard.model_fields.keys() - _BASE:
            value = getattr(self, name)
            setattr(hazard, name, set(value) if isinstance(value, list) else value)
        return hazard


class Kept(BaseModel):
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


def kept(memory: HazardMemory) -> str:
    """The memory as JSON."""
    assert memory.latest is not None
    return Kept.model_construct(
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
    ).model_dump_json(exclude_defaults=True)


def recalled(json: str) -> HazardMemory:
    """The memory behind such JSON; of standings, texts and ended duties it holds none."""
    was = Kept.model_validate_json(json)
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
