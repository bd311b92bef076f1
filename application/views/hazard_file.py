"""Application: one hazard's file, folded from its stream and its duty stream whenever it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from application.answers import DutyRow, HazardFile, HazardSummary
from application.log import EventLog, Recorded
from application.questions import ClockKind, Moment
from application.views.duty_book import HeldDuty
from application.views.hazard_memory import HazardMemory
from application.views.statements import Parts
from application.views.times import local, local_day
from domain.actors import Actor
from domain.event import DomainEvent
from domain.hazard.hazard import Hazard
from domain.hazard.reporting import Reported
from domain.hazard.watching import stream_of
from domain.rules.duties import DutyKey


@dataclass(frozen=True, slots=True)
class FoldedFile:
    """A hazard's file, and the aggregate it was read off."""

    hazard: Hazard
    file: HazardFile

    def visible_to(self, actor: Actor) -> bool:
        """Whether the actor may see the hazard as it then stood."""
        return self.hazard.visible_to(actor)

    def wholly_visible_to(self, actor: Actor) -> bool:
        """Whether the actor may also see what everybody said about it."""
        return self.visible_to(actor) and not self.hazard.only_reported_by(actor)

    def as_reported(self, actor: Actor) -> HazardFile:
        """The ledger row, and what the reporter said themselves: nothing of another enterprise's."""
        kept = {*HazardSummary.model_fields, "reported_by", "location", "evidence"}
        return HazardFile(
            **{name: getattr(self.file, name) for name in kept},
            corrections=tuple(one for one in self.file.corrections if one.by.actor_id == actor.id),
            reopenings=tuple(one for one in self.file.reopenings if one.by.actor_id == actor.id),
        )


async def everything_about(log: EventLog, id: UUID) -> Sequence[Recorded]:
    """A hazard's stream and its duty stream, in the log's order; empty where there is none. Raises Unavailable."""
    # The duty stream first: whatever it speaks of then is in the hazard's.
    watched = await log.read(stream_of(id))
    return sorted([*await log.read(id), *watched], key=lambda one: one.position)


def until_version(recorded: Sequence[Recorded], id: UUID, version: int) -> Sequence[Recorded]:
    """The events of both streams, in the log's order, up to the one that made this version; none where none did.

    What the clock said after it is not among them: a version never changes again.
    """
    made = next((one.position for one in recorded if one.stream_id == id and one.version == version), 0)
    return [one for one in recorded if one.position <= made]


def until_moment(recorded: Sequence[Recorded], moment: Moment) -> Sequence[Recorded]:
    """Those recorded by then; or those up to the last that is said to have occurred by then."""
    if moment.clock is ClockKind.RECORDED:
        return [one for one in recorded if one.recorded_at <= moment.at]
    occurred = [isinstance(one.event, DomainEvent) and one.event.occurred_at <= moment.at for one in recorded]
    return recorded[: max((at + 1 for at, by_then in enumerate(occurred) if by_then), default=0)]


def until(recorded: Sequence[Recorded], id: UUID, version: int | None, moment: Moment | None) -> Sequence[Recorded]:
    """Those up to a version, or up to a moment; all of them where neither is named."""
    if version is not None:
        return until_version(recorded, id, version)
    return recorded if moment is None else until_moment(recorded, moment)


def fold(recorded: Sequence[Recorded], zone: ZoneInfo, asked_at: datetime | None) -> FoldedFile | None:
    """The file after these events, all of one hazard and in the log's order; None where there are none.

    `asked_at` is the time by which it is overdue or not, by default that of the last event.
    """
    folding = FileFolding(zone)
    for one in recorded:
        folding.take(one)
    return folding.folded(local_day(asked_at or recorded[-1].recorded_at, zone)) if recorded else None


class FileFolding:
    """A file in the making, event by event."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._parts = Parts()
        self._memory: HazardMemory | None = None
        self._report: Reported | None = None

    def take(self, recorded: Recorded) -> None:
        """The next event of the hazard, or of its duty stream."""
        if self._memory is None:
            self._memory = HazardMemory.of(recorded)
            assert isinstance(recorded.event, Reported)
            self._report = recorded.event
        self._memory.take(recorded)
        self._parts.take(recorded, self._memory.hazard)

    def fields(self, today: date) -> dict[str, Any]:
        """The file's fields as they are on a day; none before the first event."""
        return dict(self.folded(today).file) if self._memory else {}

    def folded(self, today: date) -> FoldedFile:
        """The file as it is on a day. There is one as soon as an event was taken."""
        memory, report = self._memory, self._report
        assert memory is not None
        assert report is not None
        hazard = memory.hazard
        file = HazardFile(
            **dict(summary(memory, self._zone, today)),
            evacuated=hazard.evacuated,
            challenged=hazard.challenged,
            objected=hazard.objected,
            workers_notified=hazard.workers_notified,
            planned_at_version=hazard.planned_at_version,
            reported_by=report.by,
            location=report.location,
            evidence=report.evidence,
            duties=tuple(
                duty_row(hazard.id, held, self._zone, today)
                for held in sorted(memory.duties.open(), key=lambda held: (held.duty.due, held.number))
            ),
            **self._parts.fields,
        )
        return FoldedFile(hazard, file)


def summary(memory: HazardMemory, zone: ZoneInfo, today: date) -> HazardSummary:
    """The ledger row of a hazard, as it is on a day."""
    hazard, now, texts = memory.hazard, memory.now, memory.texts[memory.texts_version]
    assert hazard.found_at is not None
    return HazardSummary(
        id=hazard.id,
        version=hazard.version,
        stage=hazard.stage,
        grade=hazard.grade,
        round=hazard.round,
        enterprise_uscc=hazard.enterprise_uscc,
        position=now.position,
        description=texts.description,
        place=texts.place,
        category=memory.category,
        channel=memory.channel,
        reported_as=hazard.reported_as,
        found_at=local(hazard.found_at, zone),
        deadline=hazard.deadline,
        next_due=now.next_due,
        overdue=now.next_due is not None and now.next_due < today,
        suspended=hazard.suspended,
        closed_before_import=memory.closed_before_import,
        updated_at=local(now.since.recorded, zone),
    )


def duty_row(hazard_id: UUID, held: HeldDuty, zone: ZoneInfo, today: date) -> DutyRow:
    """A duty as it is on a day; it is late by the day it ended, or by that day while it is open."""
    judged = today if held.ended_at is None else local_day(held.ended_at, zone)
    return DutyRow(
        hazard_id=hazard_id,
        number=held.number,
        enterprise_uscc=held.enterprise,
        round=held.round,
        due=held.duty.due,
        rule=held.duty.rule,
        pack=held.duty.pack,
        calendar=held.duty.calendar,
        provisional=held.duty.provisional,
        since=local(held.since, zone),
        begun_position=held.begun.position,
        state=held.state,
        ended_at=None if held.ended_at is None else local(held.ended_at, zone),
        late=judged > held.duty.due,
        escalated_to=tuple(one.to for one in held.escalations),
        **{name: getattr(held.duty, name) for name in DutyKey.model_fields},
    )
