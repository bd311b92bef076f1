"""A snapshot is held open for minutes, as by a dump or an export: appends go on as fast, and nothing piles up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psycopg

from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.pool import bounded_pool
from infrastructure.log.wakeups import Wakeups
from infrastructure.time_and_chance import SystemChance
from tests.conftest import JURISDICTION
from tests.faults.conftest import Times
from tests.faults.table import Table
from tests.faults.waiting import passed, until
from tests.infrastructure.log.notes import NOTES, SCHEMA, note

FAULT = "a snapshot held open"
WRITERS = 4
RATIO = 0.8
ONE_PAGE = 8192

ENOUGH = 2400
"""Appends, at most 4 a batch, after which a head updated by each batch has outgrown its page."""


@dataclass
class Load:
    """Writers at work, each event an append of its own."""

    log: PostgresEventLog
    appended: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self) -> None:
        while not self.enough.is_set():
            await self.log.append([note()])
            self.appended += 1

    async def rate(self, seconds: float) -> float:
        """Appends a second, over so many."""
        loop = asyncio.get_running_loop()
        before, began = self.appended, loop.time()
        await passed(seconds)
        return (self.appended - before) / (loop.time() - began)


@asynccontextmanager
async def load(url: str) -> AsyncIterator[Load]:
    """While the context lasts."""
    async with bounded_pool(url, size=4) as pool:
        load = Load(PostgresEventLog(pool, JURISDICTION, Codec(SystemChance(), NOTES), Wakeups(url)))
        async with asyncio.TaskGroup() as writing:
            for _ in range(WRITERS):
                writing.create_task(load.write())
            try:
                yield load
            finally:
                load.enough.set()


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[None]:
    """Somebody reads the log as it was, until the context ends."""
    async with await psycopg.AsyncConnection.connect(url) as reader:
        await reader.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await reader.execute(f"SELECT count(*) FROM {SCHEMA}.events".encode())
        yield


@dataclass(frozen=True)
class Held:
    """The rate of appends before the snapshot, and at its end; how large the head's table was then."""

    before: float
    during: float
    head_bytes: int

    @property
    def ratio(self) -> float:
        return self.during / self.before


async def held(url: str, seconds: float, window: float) -> Held:
    """Append while a snapshot is held open."""
    async with load(url) as writing:
        await until(lambda: writing.appended > ENOUGH)
        before = await writing.rate(window)
        async with snapshot(url):
            begun = writing.appended
            await passed(seconds)
            await until(lambda: writing.appended > begun + ENOUGH)
            during = await writing.rate(window)
            async with await psycopg.AsyncConnection.connect(url) as looking:
                size = await looking.execute(f"SELECT pg_relation_size('{SCHEMA}.head')".encode())
                ((head_bytes,),) = await size.fetchall()
    return Held(before, during, head_bytes)


async def test_given_a_snapshot_held_open_then_appends_go_on_as_fast(
    database_url: str, times: Times, table: Table, *, full: bool
) -> None:
    seconds = times(0, 600)
    seen = await held(database_url, seconds, window=times(1, 20))

    assert seen.head_bytes == ONE_PAGE
    assert not full or seen.ratio >= RATIO
    table.tell(FAULT, f"{seconds} s", f"append rate × {seen.ratio:.2f}, the head still in one page")


async def test_control_given_a_head_that_is_updated_instead_of_locked_then_what_piles_up_is_found(
    database_url: str, times: Times, table: Table, *, full: bool
) -> None:
    lock = f"PERFORM 1 FROM {SCHEMA}.head FOR UPDATE"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"ALTER TABLE {SCHEMA}.head DISABLE TRIGGER head_never_changed".encode())
        ((source,),) = connection.execute(f"SELECT pg_get_functiondef('{SCHEMA}.append'::regproc)".encode()).fetchall()
        source = source.replace('"', "")
        assert lock in source
        connection.execute(source.replace(lock, f"UPDATE {SCHEMA}.head SET one = true").encode())

    seen = await held(database_url, times(0, 60), window=times(1, 20))

    assert seen.head_bytes > ONE_PAGE
    assert not full or seen.ratio < RATIO
    table.tell_control(
        FAULT, f"the head updated at each append: rate × {seen.ratio:.2f}, head of {seen.head_bytes // ONE_PAGE} pages"
    )
