"""Application: the port to a jurisdiction's log. Read a stream, append, read after a position."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from domain.event import DomainEvent


class Unavailable(Exception):
    """The log can't take or give anything just now; try again after `seconds`.

    Nothing was written, with one exception: a reply lost on the way leaves it open where an item has no command id.
    """

    def __init__(self, seconds: int = 1) -> None:
        super().__init__("the log is unavailable")
        self.seconds = seconds

    def anew(self) -> Unavailable:
        """The same for one more caller: an exception raised in several places would gather the tracebacks of all."""
        again = Unavailable(self.seconds)
        again.__cause__ = self.__cause__
        return again


class CommandKey(NamedTuple):
    """An Idempotency-Key in its scope, and what was asked under it; both keyed hashes of 16 bytes."""

    id: bytes
    request: bytes


class Receipt(NamedTuple):
    """An acknowledged append: the stream, the version and the position of its last event."""

    stream_id: UUID
    version: int
    position: int


class Known(NamedTuple):
    """The command id is in the log already: what it was answered with, and for which request."""

    receipt: Receipt
    request: bytes


@dataclass(frozen=True, slots=True)
class Stale:
    """Another event holds the version; nothing of this item was written."""


class Append(NamedTuple):
    """One command's events, at least one, all or none. Each stream's versions follow on its last one without a gap.

    The last event is the one that answers: put the stream the command speaks of last. `erases`: also empty the
    private part of this stream's earlier events.
    """

    events: Sequence[DomainEvent]
    command: CommandKey | None = None
    erases: UUID | None = None


Outcome = Receipt | Known | Stale


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An event this release can't decode: an unknown name or a state that doesn't fit its schema."""

    reason: str


class Recorded:
    """An event as it lies in the log. Positions are dense; `recorded_at` never runs backwards.

    `state` are its exact public bytes, `private` those of its texts. It is decoded when it is first asked for: whoever
    only passes the log on never needs it.
    """

    __slots__ = ("_decode", "_event", "name", "position", "private", "recorded_at", "state", "stream_id", "version")

    def __init__(
        self,
        decode: Callable[[Recorded], DomainEvent | Unreadable],
        position: int,
        recorded_at: datetime,
        stream_id: UUID,
        version: int,
        name: str,
        state: bytes,
        private: bytes | None = None,
    ) -> None:
        self._decode = decode
        self._event: DomainEvent | Unreadable | None = None
        self.position = position
        self.recorded_at = recorded_at
        self.stream_id = stream_id
        self.version = version
        self.name = name
        self.state = state
        self.private = private

    @property
    def event(self) -> DomainEvent | Unreadable:
        """What happened."""
        if self._event is None:
            self._event = self._decode(self)
        return self._event

    def telling(self, event: DomainEvent) -> Recorded:
        """What the log would hold there, had this happened instead."""
        where = (self.position, self.recorded_at, self.stream_id, self.version, self.name)
        return Recorded(lambda _: event, *where, self.state, self.private)

    def let_go(self) -> None:
        """Hold no decoded event any more: of thousands that were taken, their bytes are a small part."""
        self._event = None


def readable(recorded: Sequence[Recorded]) -> list[DomainEvent]:
    """The events of a stream. Raises Unavailable where this release can't read one: nothing is decided on a guess."""
    events = [one.event for one in recorded if isinstance(one.event, DomainEvent)]
    if len(events) < len(recorded):
        raise Unavailable(60)
    return events


class EventLog(Protocol):
    """One jurisdiction's log."""

    async def read(self, stream_id: UUID) -> Sequence[Recorded]:
        """A stream from its first event; empty where there is none."""

    async def read_for(self, stream_id: UUID, command: CommandKey | None) -> tuple[Sequence[Recorded], Known | None]:
        """The same, and what the command id is known for, in one query."""

    async def append(self, items: Sequence[Append]) -> Sequence[Outcome]:
        """Append item by item in one transaction; a refused item fails alone. Raises Unavailable.

        A known command id goes before a stale version. An item is judged as if those before it had been appended
        on their own, so it may follow on them in the same stream.
        """

    async def read_after(self, position: int, limit: int) -> Sequence[Recorded]:
        """At most `limit` events past a position, in order, without a gap."""

    async def head(self) -> int:
        """The highest position; 0 for an empty log."""

    def queued(self) -> int:
        """Items of this process that wait to be appended."""

    async def wait(self, after: int, timeout: float) -> None:
        """Return once something may lie past `after`, or after `timeout` seconds. A wake-up, not a promise."""
