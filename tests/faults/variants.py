"""The product broken on purpose, one function each: what the harness must find, or it would find nothing at all.

Called in the process that is to be broken, before `main`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from application import commands
from application.log import Append, CommandKey, Known, Outcome, Receipt, Recorded
from infrastructure.log.event_log import PostgresEventLog
from tests.faults.waiting import passed

HASTE_SECONDS = 0.02


def hasty() -> None:
    """Acknowledges what it will write in a moment: before the commit. Whoever reads waits until it is written."""
    write, read_for = PostgresEventLog.append, PostgresEventLog.read_for
    writing: set[asyncio.Task[None]] = set()
    positions = iter(range(1, 1_000_000))

    async def later(log: PostgresEventLog, items: Sequence[Append]) -> None:
        await passed(HASTE_SECONDS)
        await write(log, items)

    async def append(self: PostgresEventLog, items: Sequence[Append]) -> Sequence[Outcome]:
        writing.add(asyncio.create_task(later(self, items)))
        lasts = [item.events[-1] for item in items]
        return [Receipt(last.originator_id, last.originator_version, next(positions)) for last in lasts]

    async def read(
        self: PostgresEventLog, stream_id: UUID, command: CommandKey | None
    ) -> tuple[Sequence[Recorded], Known | None]:
        await asyncio.gather(*writing)
        return await read_for(self, stream_id, command)

    PostgresEventLog.append = append  # type: ignore[method-assign]
    PostgresEventLog.read_for = read  # type: ignore[method-assign]


def blind_to_versions() -> None:
    """Decides without looking which version the caller has seen."""
    commands._on_this_version = lambda request, aggregate, replaces: None
