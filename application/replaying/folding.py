"""Application: what stood at a past, by pure fold of the log: no table is asked, so it can prove the tables right.

The log is taken once, in order. By the occurred clock what stands at a time is everything up to the last event said to
have occurred by then, so what is said to have occurred later waits until one comes that did not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from application.auditing import PAGE
from application.log import EventLog, Recorded, Unreadable
from application.questions import ClockKind, LogVersion, Past
from application.views.enterprise_file import EnterpriseMemory
from application.views.hazard_memory import HazardMemory, hazard_of
from application.views.times import storable
from domain.enterprise.enterprise import EnterpriseEvent


class CannotFold(Exception):
    """The event at `position` can't be read by this release: nothing is folded on a guess."""

    def __init__(self, position: int) -> None:
        super().__init__(f"the event at position {position} can't be read by this release")
        self.position = position


Judge = Callable[[HazardMemory, Recorded], Recorded | None]
"""An event as it is to be taken, on the hazard as it was before; None for one to be passed over."""


def as_it_lies(memory: HazardMemory, recorded: Recorded) -> Recorded:
    """The event as the log has it."""
    return recorded


@dataclass(slots=True)
class Replayed:
    """One hazard, and those of its events that wait for a later one that counts."""

    waiting: list[Recorded] = field(default_factory=list)
    memory: HazardMemory | None = None

    def take(self, recorded: Recorded, counts: bool, judge: Judge) -> None:
        """The hazard's next event, and whether it counts by itself."""
        self.waiting.append(recorded)
        if counts:
            for one in self.waiting:
                self.memory = self.memory or HazardMemory.of(one)
                judged = judge(self.memory, one)
                if judged is not None:
                    self.memory.take(judged)
            self.waiting.clear()


class Replay:
    """Every hazard at a past, every enterprise as of the last event given. Without a past, all stand as of `now`."""

    def __init__(self, zone: ZoneInfo, now: datetime, past: Past | None = None, judge: Judge = as_it_lies) -> None:
        self.zone = zone
        self.position = 0
        """How far the log was read."""
        self._hazards: dict[UUID, Replayed] = {}
        self._enterprises: dict[UUID, EnterpriseMemory] = {}
        self._past = past
        self._judge = judge
        self._at = now if past is None or isinstance(past, LogVersion) else past.at

    @property
    def at(self) -> datetime:
        """The time by which things are overdue: the past's own, for a version when its last event was recorded."""
        return storable(self._at)

    def take(self, recorded: Recorded) -> None:
        """The next event of the log. Raises CannotFold."""
        event = recorded.event
        if isinstance(event, Unreadable):
            raise CannotFold(recorded.position)
        self.position = recorded.position
        if isinstance(self._past, LogVersion) and recorded.position == self._past.position:
            self._at = recorded.recorded_at
        id = hazard_of(event)
        if id is not None:
            self._hazards.setdefault(id, Replayed()).take(recorded, self._counts(recorded), self._judge)
        elif isinstance(event, EnterpriseEvent):
            if recorded.stream_id not in self._enterprises:
                self._enterprises[recorded.stream_id] = EnterpriseMemory.of(recorded)
            self._enterprises[recorded.stream_id].take(recorded)

    def hazards(self) -> Iterator[HazardMemory]:
        """Those there were, in the order they were reported."""
        return (one.memory for one in self._hazards.values() if one.memory is not None)

    def hazard(self, id: UUID) -> HazardMemory | None:
        """One of them."""
        found = self._hazards.get(id)
        return found.memory if found else None

    def enterprises(self) -> Iterator[EnterpriseMemory]:
        """All there are."""
        return iter(self._enterprises.values())

    def _counts(self, recorded: Recorded) -> bool:
        past = self._past
        if past is None:
            return True
        if isinstance(past, LogVersion):
            return recorded.position <= past.position
        if past.clock is ClockKind.RECORDED:
            return recorded.recorded_at <= past.at
        assert not isinstance(recorded.event, Unreadable)
        return recorded.event.occurred_at <= past.at


async def whole_log(log: EventLog, until: int) -> AsyncIterator[Recorded]:
    """Every event from the first to the one at `until`, in short transactions."""
    position = 0
    while position < until and (page := await log.read_after(position, min(PAGE, until - position))):
        for recorded in page:
            yield recorded
        position = page[-1].position
