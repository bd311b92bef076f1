"""Importing: a rehearsal (`--dry-run`): everything is decided as it would be, nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from application.importing.importing import REMEMBERED, Log
from application.log import Append, Outcome, Receipt, Recorded, Stale
from domain.event import DomainEvent


class Rehearsal:
    """A log that answers an append of new streams without making it. It remembers only so many of them."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._pretended: dict[UUID, Sequence[DomainEvent]] = {}

    async def read(self, stream_id: UUID) -> Sequence[Recorded]:
        """The stream as it lies in the log, or as it would after what was rehearsed."""
        return await self._log.read(stream_id) or [_as_if(event) for event in self._pretended.get(stream_id, ())]

    async def append(self, items: Sequence[Append]) -> Sequence[Outcome]:
        """What the log would answer."""
        return [await self._outcome(item.events) for item in items]

    async def _outcome(self, events: Sequence[DomainEvent]) -> Outcome:
        stream_id = events[0].originator_id
        if await self.read(stream_id):
            return Stale()
        if len(self._pretended) >= REMEMBERED:
            self._pretended.clear()
        self._pretended[stream_id] = events
        return Receipt(stream_id, len(events), 0)


def _as_if(event: DomainEvent) -> Recorded:
    return Recorded(
        position=0,
        recorded_at=event.occurred_at,
        stream_id=event.originator_id,
        version=event.originator_version,
        name=event.name,
        event=event,
        state=b"",
    )
