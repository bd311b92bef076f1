"""What can fail: the head held, no connection, a reply lost on the way. Nothing is acknowledged twice or not at all."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import psycopg
import pytest

from application.log import Append, Known, Receipt, Unavailable
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.pool import Pool, bounded_pool
from infrastructure.log.wakeups import Wakeups
from tests.conftest import JURISDICTION
from tests.infrastructure.log.cut import CutProxy
from tests.infrastructure.log.notes import SCHEMA, append_one, key, lines, note, noted

APPENDED = b"outcomes"
"""What a reply to an append holds: by then it has been committed."""


@pytest.fixture
async def proxy(database_url: str) -> AsyncIterator[CutProxy]:
    async with CutProxy(database_url).listening() as listening:
        yield listening


@pytest.fixture
async def proxied(proxy: CutProxy, codec: Codec) -> AsyncIterator[PostgresEventLog]:
    """A log whose connections can be cut."""
    async with bounded_pool(proxy.url, size=2) as pool:
        await pool.wait()
        yield PostgresEventLog(pool, JURISDICTION, codec, Wakeups(""))


async def test_a_head_held_too_long_is_unavailable_and_then_goes_on(
    log: PostgresEventLog, service: psycopg.Connection, pool: Pool, codec: Codec
) -> None:
    impatient = PostgresEventLog(pool, JURISDICTION, codec, Wakeups(""), patience=0.05)
    with service.transaction():
        service.execute(f"SELECT 1 FROM {SCHEMA}.head FOR UPDATE")

        with pytest.raises(Unavailable) as told:
            await impatient.append([Append([noted(uuid4())], key(1))])

        assert isinstance(told.value.__cause__, psycopg.errors.LockNotAvailable), "for whoever reads the service's log"
        assert await impatient.head() == 0

    assert (await append_one(impatient, Append([noted(uuid4())], key(1)))).position == 1
    assert await log.head() == 1


async def test_the_lock_time_out_ends_with_the_append(database_url: str, codec: Codec) -> None:
    async with bounded_pool(database_url, size=1) as narrow:
        await append_one(PostgresEventLog(narrow, JURISDICTION, codec, Wakeups("")), note())

        async with narrow.connection() as connection:
            shown = await (await connection.execute("SHOW lock_timeout")).fetchone()

    assert shown == ("0",)


async def test_no_connection_to_be_had_is_unavailable(log: PostgresEventLog, database_url: str, codec: Codec) -> None:
    async with bounded_pool(database_url, size=1, patience=0.05) as narrow:
        own = PostgresEventLog(narrow, JURISDICTION, codec, Wakeups(""))
        async with narrow.connection():
            for ask in (own.append([note()]), own.read(uuid4()), own.read_after(0, 1), own.head()):
                with pytest.raises(Unavailable):
                    await ask

        assert await own.head() == 0


async def test_connections_that_died_while_idle_are_replaced(
    log: PostgresEventLog, service: psycopg.Connection, pool: Pool
) -> None:
    """As after a restart of the server: all of the pool's connections are dead, and nobody has noticed."""
    connections = [await pool.getconn() for _ in range(pool.max_size)]
    for connection in connections:
        await pool.putconn(connection)
    service.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE usename = current_user AND pid <> pg_backend_pid()"
    )

    assert await log.head() == 0
    assert (await append_one(log, Append([noted(uuid4())], key(1)))).position == 1


async def test_a_reply_lost_after_commit_is_asked_for_again(
    log: PostgresEventLog, proxied: PostgresEventLog, proxy: CutProxy
) -> None:
    stream = uuid4()
    for version in range(1, 6):
        proxy.armed = [APPENDED]

        (outcome,) = await proxied.append([Append([noted(stream, version)], key(version))])

        assert outcome == Known(Receipt(stream, version, version), b"what was asked  ")
    assert proxy.cuts == 5
    assert await log.head() == 5


async def test_without_a_command_id_a_lost_reply_is_unavailable(
    log: PostgresEventLog, proxied: PostgresEventLog, proxy: CutProxy
) -> None:
    """It was written; to send it again could write it twice, and to call it stale would be a lie."""
    proxy.armed = [APPENDED]

    with pytest.raises(Unavailable):
        await proxied.append([note(line="no command"), Append([noted(uuid4())], key(1))])

    assert await log.head() == 2


async def test_a_connection_lost_twice_is_unavailable(proxied: PostgresEventLog, proxy: CutProxy) -> None:
    proxy.armed = [APPENDED, APPENDED]

    with pytest.raises(Unavailable):
        await proxied.append([Append([noted(uuid4())], key(1))])


async def test_a_reading_cut_off_is_made_again(proxied: PostgresEventLog, proxy: CutProxy) -> None:
    await append_one(proxied, note(line="read me"))
    proxy.armed = [b"notification_id"]

    assert lines(await proxied.read_after(0, 10)) == ["read me"]
    assert proxy.cuts == 1


async def test_a_full_pool_queue_is_unavailable_at_once(
    log: PostgresEventLog, database_url: str, codec: Codec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infrastructure.log.pool.WAITING", 1)
    async with bounded_pool(database_url, size=1, patience=30) as narrow:
        own = PostgresEventLog(narrow, JURISDICTION, codec, Wakeups(""))
        async with narrow.connection():
            first, *refused = [asyncio.create_task(own.head()) for _ in range(3)]

            answers = await asyncio.wait_for(asyncio.gather(*refused, return_exceptions=True), timeout=10)

        assert [type(answer) for answer in answers] == [Unavailable] * 2
        assert await first == 0
