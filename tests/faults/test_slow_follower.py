"""Followers who stop reading, and a server that is not told of new events: nothing is skipped, nothing piles up."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from statistics import median, quantiles

import httpx2
import psycopg
import pytest

from application.log import Append
from domain.actors import Role
from domain.erasable import Erasable
from domain.hazard.reporting import Report
from domain.hazard.words import Channel
from tests.conftest import JURISDICTION
from tests.domain.given import ACTORS
from tests.faults.asking import HAZARDS, REPORT, Ask, Asker, Book, asking, token_of
from tests.faults.conftest import Times
from tests.faults.following import Follower, followed_live, stream
from tests.faults.processes import Running, resident_bytes, serving
from tests.faults.table import Table
from tests.faults.waiting import until
from tests.infrastructure.views.town import Town, pending, town_at

FAULT = "a slow follower, a lost NOTIFY"
SLEEPERS = 4
AT_ONCE = 250
P99_RATIO = 2.0

BEFORE = 12 * AT_ONCE
"""Events after which sleepers have been sent all that fits in between: from then on nothing moves."""

EVIDENCE = tuple(sha256(bytes([number])).hexdigest() for number in range(50))
"""Makes an event of about 4 kB."""


async def fill(town: Town, number: int) -> None:
    """Append so many large events, past the server."""
    report = Report(description=Erasable("x"), channel=Channel.SNAP, evidence=EVIDENCE)
    for _ in range(number // AT_ONCE):
        hazards = [town.opened(ACTORS[Role.UNION_INSPECTOR], report) for _ in range(AT_ONCE)]
        await town.append([Append(pending(hazard)) for hazard in hazards])


async def drop_listener(url: str) -> int:
    """Cut the connection by which the server listens; how many there were."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        statement = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        return len(await (await connection.execute(statement)).fetchall())


async def append_untold(url: str) -> None:
    """An event of which nobody is told: a copy of the last one, in a stream of its own."""
    schema = f"hazardloop_{JURISDICTION}"
    statement = f"""
    INSERT INTO {schema}.events SELECT gen_random_uuid(), 1, notification_id + 1, recorded_at, topic, state
    FROM {schema}.events ORDER BY notification_id DESC LIMIT 1"""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute(statement.encode())


@asynccontextmanager
async def asleep(asker: Asker, number: int = SLEEPERS) -> AsyncIterator[Sequence[httpx2.Response]]:
    """Followers of the live stream who do not read, and for whom the system takes in as little as it can."""
    narrow = httpx2.AsyncHTTPTransport(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 17)])
    client = httpx2.AsyncClient(transport=narrow, base_url=asker.client.base_url, headers=asker.client.headers)
    async with client, AsyncExitStack() as stack:
        yield [await stack.enter_async_context(stream(client)) for _ in range(number)]


@dataclass(frozen=True)
class Slept:
    """What was appended while followers slept, and by how much the server's memory grew meanwhile, in bytes."""

    appended: int
    grown: int

    def __str__(self) -> str:
        return f"{self.grown / 2**20:+.1f} MiB while {self.appended / 2**20:.0f} MiB were appended"


async def sleep_and_wake(town: Town, server: Running, asker: Asker, awake: Follower, events: int) -> Slept:
    """Some followers sleep while so many events are appended, and then read all there is."""
    async with asleep(asker) as sleepers:
        await fill(town, BEFORE)
        await until(lambda: len(awake.seen) == BEFORE)
        before = resident_bytes(server.pid)
        await fill(town, events)
        await until(lambda: len(awake.seen) == BEFORE + events)
        grown = resident_bytes(server.pid) - before
        woken = [Follower() for _ in sleepers]
        async with asyncio.timeout(300):
            reads = (one.read(response, BEFORE + events) for one, response in zip(woken, sleepers, strict=True))
            await asyncio.gather(*reads)
        assert all(one.in_order and len(one.seen) == BEFORE + events for one in woken)
    (last,) = await town.log.read_after(BEFORE + events - 1, 1)
    return Slept(events * len(last.state), grown)


async def test_given_followers_who_stop_reading_and_a_dropped_listener_then_nothing_is_skipped_and_memory_is_flat(
    settings: Mapping[str, str], times: Times, table: Table
) -> None:
    url, token, events = settings["HAZARDLOOP_DATABASE_URL"], await token_of(settings), times(3000, 30_000)
    async with (
        town_at(url) as town,
        serving(settings) as (server, address),
        asking(address, token, Book()) as asker,
        followed_live(asker.client) as awake,
    ):
        slept = await sleep_and_wake(town, server, asker, awake, events)

        assert await drop_listener(url) == 1
        await fill(town, AT_ONCE)
        await append_untold(url)
        await fill(town, AT_ONCE)

        await until(lambda: len(awake.seen) == BEFORE + events + 2 * AT_ONCE + 1)
        assert awake.in_order
    assert slept.grown < slept.appended
    seen = f"nothing skipped by {SLEEPERS} sleepers, nor after the listener was dropped; memory {slept}"
    table.tell(FAULT, len(awake.seen), seen)


async def test_control_given_a_server_that_reads_ahead_for_who_sleeps_then_what_piles_up_is_found(
    settings: Mapping[str, str], table: Table
) -> None:
    url, token, events = settings["HAZARDLOOP_DATABASE_URL"], await token_of(settings), 3000
    async with (
        town_at(url) as town,
        serving(settings, "hoarding") as (server, address),
        asking(address, token, Book()) as asker,
        followed_live(asker.client) as awake,
    ):
        slept = await sleep_and_wake(town, server, asker, awake, events)

    assert slept.grown > slept.appended
    table.tell_control(FAULT, f"reads ahead: memory {slept}")


async def test_control_given_a_server_that_trusts_in_being_told_then_the_events_missed_are_found(
    settings: Mapping[str, str], table: Table
) -> None:
    url, token = settings["HAZARDLOOP_DATABASE_URL"], await token_of(settings)
    async with (
        town_at(url) as town,
        serving(settings, "deaf_after_a_loss") as (_, address),
        asking(address, token, Book()) as asker,
        followed_live(asker.client) as awake,
    ):
        await fill(town, AT_ONCE)
        await until(lambda: len(awake.seen) == AT_ONCE)
        await drop_listener(url)
        await fill(town, AT_ONCE)
        with pytest.raises(TimeoutError):
            await until(lambda: len(awake.seen) == 2 * AT_ONCE, patience=2)

        missed = await town.log.head() - len(awake.seen)
    assert missed == AT_ONCE
    table.tell_control(FAULT, f"listens once, waits for ever: {missed} missed")


async def p99_of_appends(asker: Asker, number: int) -> float:
    """Seconds within which 99 of 100 reports are acknowledged, 4 at a time."""
    loop = asyncio.get_running_loop()
    took: list[float] = []

    async def report() -> None:
        for _ in range(number // 4):
            began = loop.time()
            await asker.until_done(Ask(HAZARDS, REPORT))
            took.append(loop.time() - began)

    await asyncio.gather(*(report() for _ in range(4)))
    return quantiles(took, n=100)[98]


async def test_given_followers_who_stop_reading_and_a_dropped_listener_then_appends_take_no_longer(
    settings: Mapping[str, str], times: Times, table: Table, *, full: bool
) -> None:
    url, token, number = settings["HAZARDLOOP_DATABASE_URL"], await token_of(settings), times(40, 2000)
    alone: list[float] = []
    beside: list[float] = []
    async with (
        town_at(url) as town,
        serving(settings) as (_, address),
        asking(address, token, Book()) as asker,
    ):
        await fill(town, BEFORE)
        for _ in range(times(1, 5)):
            for followers, took in ((0, alone), (SLEEPERS, beside)):
                async with asleep(asker, followers):
                    await p99_of_appends(asker, max(number // 2, 200))  # meanwhile they get what fits in between
                    await drop_listener(url)
                    took.append(await p99_of_appends(asker, number))
    ratio = median(beside) / median(alone)
    assert not full or ratio <= P99_RATIO
    table.tell(FAULT, None, f"p99 of {number} appends × {ratio:.2f} beside them")
