"""Application: does a log hold together? Every event is looked at once, in order, byte by byte as it lies there.

It may come from the database or from an exported copy. What this can't show is that a whole log was
replaced by another that holds together as well.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from application.log import Unreadable
from domain.erasable import commitment
from domain.event import DomainEvent
from domain.hazard.closing import TextsErased

PAGE = 1000
"""Events read at a time: auditors page in short transactions."""


OUTLIVED = "its erasure is logged, and its texts are still there"


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An event byte by byte. `private` is None where there is none, where it was erased, and where it is not known."""

    position: int
    recorded_at: datetime
    stream_id: UUID
    version: int
    name: str
    state: bytes
    private: bytes | None


class RawLog(Protocol):
    """A jurisdiction's log, byte by byte."""

    async def read_after(self, position: int, limit: int) -> Sequence[RawEvent]:
        """At most `limit` events past a position, in order. Raises Unavailable."""


async def whole(log: RawLog, until: int | None = None) -> AsyncIterator[RawEvent]:
    """Every event from the first to the one at `until`, or to whatever is the last when the end is reached."""
    position = 0
    while page := await log.read_after(position, PAGE if until is None else min(PAGE, until - position)):
        for raw in page:
            yield raw
        position = page[-1].position


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that can't be so in a log nobody has tampered with. Never says what a text said."""

    position: int
    says: str


class Audit:
    """Takes the events of one log in order and names what does not hold."""

    def __init__(self, decode: Callable[[RawEvent], DomainEvent | Unreadable], *, complete: bool = True) -> None:
        """In a complete log texts are there or erased; a copy may have been given away without them."""
        self._decode = decode
        self._complete = complete
        self._recorded_at: datetime | None = None
        self._versions: dict[UUID, int] = {}
        self._gone: dict[UUID, list[tuple[int, int]]] = defaultdict(list)
        self._kept: dict[UUID, list[int]] = defaultdict(list)
        self.faults: list[Fault] = []
        self.position = 0
        self.checked = 0
        """Texts that are what was committed to."""
        self.erased = 0
        """Texts that are gone, by an erasure the log tells of."""
        self.absent = 0
        """Texts a copy came without."""
        self.outlived: list[int] = []
        """Positions that held texts when they were taken, though the log tells of their erasure later on."""

    def take(self, raw: RawEvent) -> None:
        """Look at the next event."""
        if raw.position != self.position + 1:
            self._fault(raw.position, f"positions are dense, and the one before it is {self.position}")
        if self._recorded_at is not None and raw.recorded_at < self._recorded_at:
            self._fault(raw.position, "it was recorded earlier than the event before it")
        version = self._versions.get(raw.stream_id, 0)
        if raw.version != version + 1:
            self._fault(raw.position, f"it is version {raw.version} of its stream, and the one before it is {version}")
        self.position, self._recorded_at = raw.position, raw.recorded_at
        self._versions[raw.stream_id] = raw.version
        event = self._decode(raw)
        if isinstance(event, Unreadable):
            self._fault(raw.position, f"{raw.name} can't be read: {event.reason}")
            return
        self._compare_texts(raw)
        if isinstance(event, TextsErased):
            self.erased += sum(texts for _, texts in self._gone.pop(raw.stream_id, ()))
            self.outlived += self._kept.pop(raw.stream_id, ())

    def take_again(self, raw: RawEvent) -> None:
        """Look once more at one of `outlived`: in a log that is in use the erasure may have come in between."""
        if raw.private is not None:
            self._fault(raw.position, OUTLIVED)

    def finish(self) -> None:
        """Nothing more comes. In a copy, what outlived its erasure is a fault at once: nobody erases there."""
        if not self._complete:
            for position in self.outlived:
                self._fault(position, OUTLIVED)
        for position, texts in (one for gone in self._gone.values() for one in gone):
            if self._complete:
                self._fault(position, "its texts are gone, and no erasure is logged")
            self.absent += texts
        self._gone.clear()
        self.faults.sort(key=lambda fault: fault.position)

    def _compare_texts(self, raw: RawEvent) -> None:
        committed = set(_commitments(json.loads(raw.state)))
        if raw.private is None:
            if committed:
                self._gone[raw.stream_id].append((raw.position, len(committed)))
            return
        self._kept[raw.stream_id].append(raw.position)
        if _texts_kept(raw.private) == committed:
            self.checked += len(committed)
        else:
            self._fault(raw.position, "the texts are not those that were committed to")

    def _fault(self, position: int, says: str) -> None:
        self.faults.append(Fault(position, says))


def _commitments(state: Any) -> Iterator[str]:
    """Every commitment in a decoded state, wherever it stands."""
    if isinstance(state, list):
        for one in state:
            yield from _commitments(one)
    elif isinstance(state, dict):
        if state.keys() == {"commitment"} and isinstance(state["commitment"], str):
            yield state["commitment"]
        else:
            for one in state.values():
                yield from _commitments(one)


def _texts_kept(private: bytes) -> set[str] | None:
    """The commitments of a private part; None where a text is not the one of its commitment."""
    try:
        texts = json.loads(private).items()
        true = all(commitment(bytes.fromhex(salt), text) == sealed for sealed, (salt, text) in texts)
        return {sealed for sealed, _ in texts} if true else None
    except (ValueError, TypeError, AttributeError):
        return None
