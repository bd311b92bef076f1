"""Application: a batch of events over the hazards it is about, and what it changes on the boards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from application.log import Recorded
from application.projecting import read
from application.views.hazard_memory import HazardMemory, comes_late, hazard_of, needs_the_whole
from application.views.times import storable
from domain.hazard.reporting import Corrected, Reported
from domain.hazard.words import Grade, Stage


class Square(NamedTuple):
    """One field of an enterprise's board."""

    enterprise: str | None
    stage: Stage
    grade: Grade | None
    closed_before_import: bool


def square_of(memory: HazardMemory) -> Square:
    """Where a hazard is counted."""
    now = memory.now
    return Square(now.enterprise, now.stage, now.grade, now.closed_before_import)


def hazards_of(recorded: Iterable[Recorded]) -> dict[UUID, list[Recorded]]:
    """The events by the hazard they are about, in the log's order."""
    found: dict[UUID, list[Recorded]] = {}
    for one in recorded:
        # An event of a hazard lies in its stream, and need not be decoded yet.
        id = one.stream_id if one.name.startswith("hazard.") else hazard_of(read(one))
        if id is not None:
            found.setdefault(id, []).append(one)
    return found


def begun_before(events: Mapping[UUID, Sequence[Recorded]]) -> list[UUID]:
    """The hazards whose first event is not among these."""
    return [id for id, (first, *_) in events.items() if first.stream_id != id or first.version > 1]


def saying(recorded: Iterable[Recorded]) -> list[Recorded]:
    """The events that say texts which a view holds."""
    return [one for one in recorded if one.name in _SAYING]


_SAYING = (Reported.name, Corrected.name)


def portions(events: Mapping[UUID, Sequence[Recorded]], size: int) -> Iterator[dict[UUID, Sequence[Recorded]]]:
    """The same, `size` events at a time or a little more: a hazard is never in two of them."""
    portion: dict[UUID, Sequence[Recorded]] = {}
    held = 0
    for id, happened in events.items():
        portion[id] = happened
        held += len(happened)
        if held >= size:
            yield portion
            portion, held = {}, 0
    if portion:
        yield portion


def to_be_whole(events: Mapping[UUID, Sequence[Recorded]], memories: Mapping[UUID, HazardMemory]) -> list[UUID]:
    """The known hazards these events may change more of than what stands now."""
    return [id for id, happened in events.items() if id in memories and _reaches_back(happened, memories[id])]


def take(events: Mapping[UUID, Sequence[Recorded]], memories: dict[UUID, HazardMemory]) -> Counter[Square]:
    """Let each memory, or a new one, take its events; how many hazards more or fewer now stand on each square.

    Raises whatever the domain raises over events that do not follow each other.
    """
    moved: Counter[Square] = Counter()
    for id, happened in events.items():
        for one in happened:
            read(one)
        memory = memories.get(id)
        if memory is None:
            memory = memories[id] = HazardMemory.of(happened[0])
        else:
            moved[square_of(memory)] -= 1
        for one in happened:
            memory.take(one)
            one.let_go()
        moved[square_of(memory)] += 1
    return moved


def _reaches_back(happened: Sequence[Recorded], memory: HazardMemory) -> bool:
    latest = memory.latest
    for one in happened:
        event = read(one)
        if needs_the_whole(event) or comes_late(event, latest):
            return True
        latest = storable(event.occurred_at)
    return False
