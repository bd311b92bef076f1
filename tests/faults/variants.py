"""The product broken on purpose, one function each: what the harness must find, or it would find nothing at all.

Called in the process that is to be broken, before `main`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import TupleRow

from api.routes import events
from application.deciding import Following
from application.importing.telling import Telling
from application.jurisdiction import Jurisdiction
from application.log import Append, CommandKey, Known, Outcome, Receipt, Recorded
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.wakeups import Wakeups
from tests.faults.waiting import passed

HASTE_SECONDS = 0.02


def hasty(seconds: float = HASTE_SECONDS) -> None:
    """Acknowledges what it will write in a moment: before the commit. Whoever reads waits until it is written."""
    write, read_for = PostgresEventLog.append, PostgresEventLog.read_for
    writing: set[asyncio.Task[None]] = set()
    positions = iter(range(1, 1_000_000))

    async def later(log: PostgresEventLog, items: Sequence[Append]) -> None:
        await passed(seconds)
        await write(log, items)

    async def append(self: PostgresEventLog, items: Sequence[Append]) -> Sequence[Outcome]:
        writing.add(asyncio.create_task(later(self, items)))
        lasts = [item.events[-1] for item in items]
        return [Receipt(last.originator_id, last.originator_version, next(positions)) for last in lasts]

    async def read(
        self: PostgresEventLog, stream_id: UUID, command: CommandKey | None
    ) -> tuple[Sequence[Recorded], Known | None]:
        await asyncio.gather(*writing, return_exceptions=True)
        return await read_for(self, stream_id, command)

    PostgresEventLog.append = append  # type: ignore[method-assign]
    PostgresEventLog.read_for = read  # type: ignore[method-assign]


def in_no_hurry() -> None:
    """The same, and takes longer to write than an orderly stop lets anything unasked for take."""
    hasty(0.5)


def blind_to_versions() -> None:
    """Decides without looking which version the caller has seen."""
    Following._taken_on = lambda self, version: None  # type: ignore[method-assign]


def hoarding() -> None:
    """Reads ahead for whoever follows the log live, whether they read or not."""

    async def live(jurisdiction: Jurisdiction, token: str, after: int, stopping: asyncio.Event) -> AsyncIterator[bytes]:
        ahead: asyncio.Queue[bytes] = asyncio.Queue()

        async def read_ahead(at: int) -> None:
            while True:
                found = await jurisdiction.log.read_after(at, events.BATCH)
                if found:
                    at = found[-1].position
                    ahead.put_nowait(b"".join(map(events._message, found)))
                else:
                    await jurisdiction.log.wait(at, 1.0)

        reading = asyncio.create_task(read_ahead(after))
        yield events.RETRY
        while not stopping.is_set() and not reading.done():
            yield await ahead.get()

    events._live = live


def deaf_after_a_loss() -> None:
    """Trusts that it is told of every event: listens once, waits without a time-out, and looks for itself never."""
    hear, wait = Wakeups._hear, Wakeups.wait

    async def hear_once(self: Wakeups, connection: psycopg.AsyncConnection[TupleRow]) -> None:
        try:
            await hear(self, connection)
        finally:
            await asyncio.Event().wait()

    async def wait_long(self: Wakeups, code: str, after: int, timeout: float) -> None:
        await wait(self, code, after, 3600.0)

    Wakeups._hear = hear_once  # type: ignore[method-assign]
    Wakeups.wait = wait_long  # type: ignore[method-assign]
    events.KEEP_ALIVE_SECONDS = 3600.0


def forgetful_of_rows() -> None:
    """Takes every row for one that was never there."""
    Telling._identity = lambda self, row: uuid4()  # type: ignore[method-assign]
