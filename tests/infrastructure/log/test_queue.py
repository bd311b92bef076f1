"""Who appends, who waits to, and who makes the clock's pass: seen by the service's own role, whatever the process."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import psycopg
import pytest

from application.queue import Queue
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.migrate import migrate
from infrastructure.log.pool import Pool, bounded_pool
from infrastructure.log.queue import PostgresQueues
from infrastructure.log.wakeups import Wakeups
from infrastructure.turns import PostgresTurn
from tests.conftest import JURISDICTION
from tests.faults.holding import holding, install, named_held
from tests.faults.waiting import until
from tests.infrastructure.log.notes import SCHEMA, append_one, note

IDLE = Queue([], [], [])


@pytest.fixture
def queues(pool: Pool) -> PostgresQueues:
    return PostgresQueues(pool, JURISDICTION)


async def until_queue(queues: PostgresQueues, so: Callable[[Queue], bool]) -> Queue:
    """The queue, once it is so."""
    found = IDLE

    async def look() -> bool:
        nonlocal found
        found = await queues.look()
        return so(found)

    await until(look)
    return found


async def test_given_nobody_then_nobody_is_seen(queues: PostgresQueues, log: PostgresEventLog) -> None:
    await append_one(log, note())
    assert await queues.look() == IDLE


async def test_given_a_head_that_is_held_then_its_holder_and_whoever_waits_are_seen(
    queues: PostgresQueues, database_url: str, codec: Codec, service: psycopg.Connection
) -> None:
    role = service.execute(
        "SELECT rolsuper OR pg_has_role(oid, 'pg_monitor', 'MEMBER') FROM pg_roles WHERE rolname = user"
    )
    assert role.fetchone() == (False,), "it takes no special right"
    async with bounded_pool(database_url) as one, bounded_pool(database_url) as another:
        logs = [PostgresEventLog(pool, JURISDICTION, codec, Wakeups(""), patience=30) for pool in (one, another)]
        with service.transaction():
            service.execute(f"SELECT 1 FROM {SCHEMA}.head FOR UPDATE")
            appends = [asyncio.create_task(append_one(log, note())) for log in logs]
            found = await until_queue(queues, lambda queue: len(queue.waiting) == 2)
            (holder,) = found.holding
            assert (holder.pid, holder.state, holder.waits_for) == (
                service.info.backend_pid,
                "idle in transaction",
                None,
            )
            assert {session.application for session in found.waiting} == {f"hazardloop {os.getpid()}"}
            assert {session.waits_for for session in found.waiting} == {"transactionid", "tuple"}
            assert holder.seconds >= found.waiting[0].seconds >= found.waiting[1].seconds > 0
        await asyncio.gather(*appends)
    assert await queues.look() == IDLE


async def test_given_an_insert_held_open_then_it_holds_the_head_and_waits_itself(
    queues: PostgresQueues, database_url: str, codec: Codec
) -> None:
    await install(database_url)
    async with holding(database_url) as hold, bounded_pool(named_held(database_url)) as pool:
        held = asyncio.create_task(append_one(PostgresEventLog(pool, JURISDICTION, codec, Wakeups("")), note()))
        await hold.reached()
        found = await queues.look()
        assert [(one.application, one.state, one.waits_for) for one in found.holding] == [
            ("held", "active", "advisory")
        ]
        assert (found.waiting, found.clock) == ([], [])
        await hold.release()
        await held


async def test_given_a_pass_of_the_clock_then_who_makes_it_is_seen(queues: PostgresQueues, pool: Pool) -> None:
    async with PostgresTurn(pool, SCHEMA, asyncio.Lock()).taken() as ours:
        assert ours
        found = await queues.look()
    assert ([one.state for one in found.clock], found.holding, found.waiting) == (["idle in transaction"], [], [])


async def test_given_another_jurisdiction_then_its_queue_is_its_own(
    queues: PostgresQueues, pool: Pool, database_url: str, service: psycopg.Connection
) -> None:
    await migrate(database_url, ["320600"])
    with service.transaction():
        service.execute("LOCK TABLE hazardloop_320600.head IN ACCESS EXCLUSIVE MODE")
        assert await queues.look() == IDLE
        assert len((await PostgresQueues(pool, "320600").look()).holding) == 1
