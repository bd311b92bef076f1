"""Application: does the log in the database hold together? Every event is looked at once, in order, byte by byte.

What this can't show is that a whole log was replaced by another that holds together as well: that is what checkpoints
are for (application/against_saved.py).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.bundle.lines import TEXTS_ERASED, Erasure, Row
from application.bundle.rows import GONE, Fault, Rows, Rules
from application.log import Unreadable
from application.proof import LARGEST, microseconds
from domain.event import DomainEvent

PAGE = 1024
"""Events read at a time: auditors page in short transactions."""


@dataclass(frozen=True, slots=True)
class RawEvent:
    """An event byte by byte. `private` is None where there is none, and where it was erased."""

    position: int
    recorded_at: datetime
    stream_id: UUID
    version: int
    name: str
    state: bytes
    private: bytes | None

    @property
    def row(self) -> Row:
        """What of it is public and proved."""
        recorded = microseconds(self.recorded_at)
        return Row(self.position, recorded, str(self.stream_id).encode(), self.version, self.name.encode(), self.state)


class RawLog(Protocol):
    """A jurisdiction's log, byte by byte."""

    async def read_after(
        self,
        position: int,
        limit: int,
        *,
        streams: Collection[UUID] | None = None,
        names: Collection[str] | None = None,
    ) -> Sequence[RawEvent]:
        """At most `limit` events past a position, in order; of these streams or names alone. Raises Unavailable."""


async def whole(
    log: RawLog,
    until: int | None = None,
    *,
    after: int = 0,
    streams: Collection[UUID] | None = None,
    names: Collection[str] | None = None,
) -> AsyncIterator[RawEvent]:
    """Every event past a position, to the one at `until`, or to whatever is the last when the end is reached."""
    while page := await log.read_after(after, PAGE, streams=streams, names=names):
        for raw in page:
            if until is not None and raw.position > until:
                return
            yield raw
        after = page[-1].position


async def erasures(log: RawLog, until: int | None = None, *, after: int = 0) -> dict[bytes, Erasure]:
    """The last erasure of each stream. Raises Unavailable."""
    found = {}
    async for raw in whole(log, until, after=after, names=[TEXTS_ERASED.decode()]):
        if (erasure := raw.row.erasure) is not None:
            found[raw.row.stream] = erasure
    return found


class Audit(Rows):
    """Takes the events of a log in order and names what does not hold. `known`: the erasures in it beforehand."""

    def __init__(self, decode: Callable[[RawEvent], DomainEvent | Unreadable], known: Mapping[bytes, Erasure]) -> None:
        super().__init__(Rules(last=LARGEST, erasures=known))
        self._decode = decode
        self._gone: list[tuple[Row, int]] = []

    def look_at(self, raw: RawEvent) -> None:
        """Look at the next event."""
        self.take(raw.row, raw.private)
        event = self._decode(raw)
        if isinstance(event, Unreadable):
            self.shown.fault(raw.position, f"{raw.name} can't be read: {event.reason}")

    def gone(self, row: Row, texts: int) -> None:
        """Texts are gone: in a log that is in use their erasure may have come in between."""
        self._gone.append((row, texts))

    def finish(self, now: Mapping[bytes, Erasure]) -> Sequence[Fault]:
        """What does not hold; `now`: the erasures in the log by now."""
        for row, texts in self._gone:
            erasure = now.get(row.stream)
            if erasure is not None and row.version < erasure.version:
                self.shown.erased[row.stream] += texts
            else:
                self.shown.fault(row.position, GONE)
        self._gone.clear()
        return sorted(self.shown.faults)
