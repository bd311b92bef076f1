"""Importing: a rehearsal (`--dry-run`, a preview): everything is decided as it would be, nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from application.importing.importing import REMEMBERED, Log
from application.log import Append, Outcome, Receipt, Recorded, Stale
from domain.event import DomainEvent


class Rehearsal:
    """A log that answers an append without making it. It remembers only so many of the streams."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._pretended: dict[UUID, Sequence[DomainEvent]] = {}

    async def read(self, stream_id: UUID) -> Sequence[Recorded]:
        """The stream as it lies in the log, and as it would after what was rehearsed."""
        return [*await self._log.read(stream_id), *map(_as_if, self._pretended.get(stream_id, ()))]

    async def append(self, items: Sequence[Append]) -> Sequence[Outcome]:
        """What the log would answer. What lies in it is read together."""
        there = await asyncio.gather(*(self._log.read(item.events[0].originator_id) for item in items))
        return [self._outcome(item.events, len(recorded)) for item, recorded in zip(items, there, strict=True)]

    def _outcome(self, events: Sequence[DomainEvent], in_log: int) -> Outcome:
        stream_id = events[0].originator_id
        if in_log + len(self._pretended.get(stream_id, ())) != events[0].originator_version - 1:
            return Stale()
        if len(self._pretended) >= REMEMBERED:
            self._pretended.clear()
        self._pretended[stream_id] = [*self._pretended.get(stream_id, ()), *events]
        return Receipt(stream_id, events[-1].originator_version, 0)


def _as_if(event: DomainEvent) -> Recorded:
    return Recorded(
        lambda _: event,
        position=0,
        recorded_at=event.occurred_at,
        stream_id=event.originator_id,
        version=event.originator_version,
        name=event.name,
        state=b"",
    )
