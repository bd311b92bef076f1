"""16 writers in two server processes, and those who follow the log in pages and live: nobody misses an event."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from random import Random
from uuid import uuid4

import psycopg

from tests.faults.asking import Book, Done, asking, token_of
from tests.faults.conftest import Times
from tests.faults.findings import NOTHING, found
from tests.faults.following import Follower, followed_live, pages
from tests.faults.holding import Unlocked
from tests.faults.processes import serving
from tests.faults.table import Table
from tests.faults.waiting import LOOK_SECONDS, passed, until

FAULT = "16 writers in two processes, followed"
WRITERS = 16


async def test_given_16_writers_in_two_processes_then_a_follower_misses_nothing(
    settings: Mapping[str, str], times: Times, chance: Random, table: Table
) -> None:
    book, token, events = Book(), await token_of(settings), times(300, 20_000)
    in_pages = Follower()
    async with (
        serving(settings) as (_, one),
        serving(settings) as (_, other),
        asking(one, token, book) as first,
        asking(other, token, book) as second,
        followed_live(first.client) as live,
    ):
        async with asyncio.timeout(900), first.many(chance, WRITERS // 2), second.many(chance, WRITERS // 2):
            while len(book.done) < events:
                if not await in_pages.turn(pages(second.client)):
                    await passed(LOOK_SECONDS)
        await in_pages.look(pages(second.client))
        await until(lambda: live.missed(book) == [])

    assert await found(settings["HAZARDLOOP_DATABASE_URL"], book) == NOTHING
    for follower in (in_pages, live):
        assert (follower.missed(book), follower.in_order) == ([], True)
    table.tell(FAULT, len(book.done), "0 missed in pages, 0 missed live, positions dense")


async def test_control_given_16_writers_without_a_head_lock_then_what_the_follower_misses_is_found(
    empty_database_url: str, table: Table
) -> None:
    log, book, follower = Unlocked(empty_database_url, "number"), Book(), Follower()
    await log.prepare()
    enough = asyncio.Event()

    async def write() -> None:
        async with await psycopg.AsyncConnection.connect(log.url) as connection:
            while not enough.is_set():
                id = uuid4()
                await connection.execute("INSERT INTO public.unlocked (request) VALUES (%s)", [id])
                await connection.commit()
                book.done[id] = Done(id, 1, 0)

    async with asyncio.TaskGroup() as writing:
        for _ in range(WRITERS):
            writing.create_task(write())
        async with asyncio.timeout(120):  # chance, which on a busy machine takes its time
            while len(book.done) <= 1000 or not follower.missed(book):
                await follower.turn(log.page)
        enough.set()
    await follower.look(log.page)

    assert follower.missed(book)
    table.tell_control(FAULT, f"numbers from a sequence: {len(follower.missed(book))} of {len(book.done)} missed")
