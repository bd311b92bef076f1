"""A server process is asked to stop under load: what it has begun it answers or leaves, and acknowledged = stored."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from urllib.parse import urlsplit

import psycopg

from domain.actors import Role
from tests.conftest import JURISDICTION
from tests.faults.asking import HAZARDS, REPORT, Ask, Asker, Book, Done, asking, token_of
from tests.faults.conftest import Times
from tests.faults.findings import NOTHING, Findings, found, stored
from tests.faults.holding import Hold, holding, install, named_held
from tests.faults.processes import Running, serving
from tests.faults.table import Table
from tests.faults.waiting import until

FAULT = "a server process asked to stop"
REQUESTS, WRITERS = 20, 8

SESSIONS = "SELECT 1 FROM pg_stat_activity WHERE application_name IN (%s, 'held') AND datname = current_database()"


async def nobody_is_connected(url: str, pid: int) -> None:
    """Return once the server has seen the last of this process's connections."""

    async def gone() -> bool:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            return await (await connection.execute(SESSIONS, [f"hazardloop {pid}"])).fetchone() is None

    await until(gone)


async def accepts_nobody(address: str) -> bool:
    """Whether new callers are turned away."""
    try:
        _, writer = await asyncio.open_connection(urlsplit(address).hostname, urlsplit(address).port)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False


@dataclass(frozen=True)
class Stop:
    """A process with one insert held in the middle and others in its queue."""

    process: Running
    hold: Hold
    requests: Sequence[asyncio.Task[Done | None]]


@asynccontextmanager
async def held_and_queued(settings: Mapping[str, str], book: Book) -> AsyncIterator[Stop]:
    """All have begun, and the process is asked to stop and accepts nobody any more."""
    url, token = settings["HAZARDLOOP_DATABASE_URL"], await token_of(settings)
    administrator = {"Authorization": f"Bearer {await token_of(settings, Role.ADMINISTRATOR)}"}
    await install(url)
    patient = {**settings, "HAZARDLOOP_DATABASE_URL": named_held(url), "HAZARDLOOP_LOCK_TIMEOUT": "60"}
    async with serving(patient) as (process, address), asking(address, token, book) as asker, holding(url) as hold:

        async def others_queue() -> bool:
            metrics = await asker.client.get("/metrics", headers=administrator)
            return f'hazardloop_append_queue{{jurisdiction="{JURISDICTION}"}} {REQUESTS - 1}.0' in metrics.text

        requests = [asyncio.create_task(asker.ask(Ask(HAZARDS, REPORT)))]
        await hold.reached()
        requests += [asyncio.create_task(asker.ask(Ask(HAZARDS, REPORT))) for _ in range(REQUESTS - 1)]
        await until(others_queue)
        process.process.send_signal(signal.SIGTERM)
        await until(lambda: accepts_nobody(address))
        yield Stop(process, hold, requests)


async def test_given_a_batch_under_way_and_others_in_the_queue_then_all_are_answered_before_it_ends(
    settings: Mapping[str, str],
) -> None:
    book, url = Book(), settings["HAZARDLOOP_DATABASE_URL"]
    async with held_and_queued(settings, book) as stop:
        assert stop.process.process.returncode is None
        await stop.hold.release()

        assert all(isinstance(done, Done) for done in await asyncio.gather(*stop.requests))
        assert (await stop.process.process.wait(), stop.process.error()) == (0, "")
        await nobody_is_connected(url, stop.process.pid)

    assert (await found(url, book), len(book.done)) == (NOTHING, REQUESTS)


async def test_given_a_batch_held_for_longer_than_anybody_waits_then_it_is_left_and_nobody_is_told_it_was_written(
    settings: Mapping[str, str],
) -> None:
    book, url = Book(), settings["HAZARDLOOP_DATABASE_URL"]
    async with held_and_queued(settings, book) as stop:
        assert await asyncio.gather(*stop.requests) == [None] * REQUESTS
        assert await stop.process.process.wait() == 0
        assert f"being asked to stop: {REQUESTS}" in stop.process.error()
        await nobody_is_connected(url, stop.process.pid)

    assert await stored(url) == []


async def until_unanswered(asker: Asker) -> None:
    """Report one hazard after the other for as long as there is an answer."""
    while await asker.ask(Ask(HAZARDS, REPORT)) is not None:
        pass


async def stopped_under_load(process: Running, asker: Asker, chance: Random, most: int = 100) -> None:
    """Somewhere in full swing it is asked to stop, and does so in order."""
    swing = len(asker.book.done) + chance.randrange(5, most)
    writers = [asyncio.create_task(until_unanswered(asker)) for _ in range(WRITERS)]
    await until(lambda: len(asker.book.done) >= swing)
    await process.stop()
    await asyncio.gather(*writers)
    assert process.process.returncode == 0


async def test_given_a_server_stopped_again_and_again_under_load_then_what_it_acknowledged_is_stored_once(
    settings: Mapping[str, str], times: Times, chance: Random, table: Table
) -> None:
    working = {**settings, "HAZARDLOOP_WORKER": "inside"}
    book, token, stops = Book(), await token_of(settings), times(4, 100)
    url, unanswered = settings["HAZARDLOOP_DATABASE_URL"], 0
    for _ in range(stops):
        async with serving(working) as (process, address), asking(address, token, book) as asker:
            await asker.ask_again(chance)
            await stopped_under_load(process, asker, chance)
            assert process.error() == ""
            await nobody_is_connected(url, process.pid)
        unanswered += len(book.open())
    async with serving(working) as (_, address), asking(address, token, book) as asker:
        await asker.ask_again(chance, most=500)

    assert (await found(url, book), book.open()) == (NOTHING, [])
    table.tell(FAULT, stops, f"{len(book.done)} acknowledged, {unanswered} left and asked again: all stored once")


async def test_control_given_a_server_that_acknowledges_before_it_commits_then_the_loss_is_found(
    settings: Mapping[str, str], chance: Random, table: Table
) -> None:
    book, token, findings = Book(), await token_of(settings), Findings()
    for _ in range(10):
        async with serving(settings, "in_no_hurry") as (process, address), asking(address, token, book) as asker:
            await stopped_under_load(process, asker, chance, most=20)
        findings = await found(settings["HAZARDLOOP_DATABASE_URL"], book)
        if findings.lost:
            break

    assert findings.lost
    table.tell_control(FAULT, f"acknowledged before commit: {len(findings.lost)} lost")
