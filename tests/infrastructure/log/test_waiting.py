"""Followers are woken by what is appended, by any process; and come back by themselves where they are not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable

import psycopg
import pytest

from infrastructure.log.batch import CHANNEL
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.migrate import migrate
from infrastructure.log.pool import Pool
from infrastructure.log.wakeups import Wakeups
from tests.conftest import JURISDICTION
from tests.infrastructure.log.notes import append_one, note

LONG = 30.0
"""Seconds no wait in these tests may take: one that is not woken fails by `within`."""

SHORT = 0.02
OTHER = "320600"


@pytest.fixture
async def wakeups(database_url: str) -> AsyncIterator[Wakeups]:
    """Listening: whoever starts to listen wakes all, so a wait that ends says that it does."""
    async with Wakeups(database_url) as listening:
        await within(listening.wait(JURISDICTION, 0, LONG))
        yield listening


@pytest.fixture
def following(pool: Pool, codec: Codec, wakeups: Wakeups) -> PostgresEventLog:
    return PostgresEventLog(pool, JURISDICTION, codec, wakeups)


async def within(waiting: Awaitable[None]) -> None:
    """Fail a wait that was not woken, long before its own time-out."""
    await asyncio.wait_for(waiting, timeout=10)


async def until_listeners(service: psycopg.Connection, number: int) -> None:
    """Return once so many connections listen."""
    listening = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    async with asyncio.timeout(10):
        while True:
            if service.execute(listening).fetchone() == (number,):
                return
            await asyncio.sleep(0)


async def asleep(waiting: asyncio.Task[None]) -> bool:
    """Whether it still waits, having had every chance to end."""
    _, pending = await asyncio.wait([waiting], timeout=SHORT)
    return bool(pending)


async def test_whoever_waits_is_woken_by_an_append_elsewhere(
    log: PostgresEventLog, following: PostgresEventLog
) -> None:
    waiting = asyncio.create_task(following.wait(0, LONG))
    assert await asleep(waiting)

    await append_one(log, note())

    await within(waiting)


async def test_given_a_notification_of_more_digits_than_are_read_then_it_listens_on(
    log: PostgresEventLog, following: PostgresEventLog, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as anybody:
        anybody.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{JURISDICTION}/{'9' * 5000}"])
    waiting = asyncio.create_task(following.wait(0, LONG))
    assert await asleep(waiting)

    await append_one(log, note())

    await within(waiting)


async def test_all_who_wait_are_woken(log: PostgresEventLog, following: PostgresEventLog) -> None:
    waiting = [asyncio.create_task(following.wait(0, LONG)) for _ in range(3)]
    assert await asleep(waiting[0])

    await append_one(log, note())

    for one in waiting:
        await within(one)


async def test_what_came_between_reading_and_waiting_is_not_slept_over(
    log: PostgresEventLog, following: PostgresEventLog, wakeups: Wakeups
) -> None:
    await append_one(log, note())
    await within(wakeups.wait(JURISDICTION, 0, LONG))
    await append_one(log, note())
    await within(wakeups.wait(JURISDICTION, 1, LONG))

    await within(following.wait(1, LONG))

    waiting = asyncio.create_task(following.wait(2, LONG))
    assert await asleep(waiting)
    waiting.cancel()


async def test_what_was_there_before_anybody_listened_is_not_slept_over(
    log: PostgresEventLog, database_url: str, pool: Pool, codec: Codec
) -> None:
    await append_one(log, note())

    async with Wakeups(database_url) as late:
        await within(late.wait(JURISDICTION, 0, LONG))

        await within(PostgresEventLog(pool, JURISDICTION, codec, late).wait(0, LONG))


async def test_nobody_listens_once_nobody_waits_and_what_came_meanwhile_is_not_slept_over(
    log: PostgresEventLog,
    following: PostgresEventLog,
    wakeups: Wakeups,
    service: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("infrastructure.log.wakeups.IDLE_SECONDS", SHORT)
    for position in (0, 2, 4):
        waiting = asyncio.create_task(following.wait(position, LONG))
        await until_listeners(service, 1)
        await append_one(log, note())
        await within(waiting)

        await until_listeners(service, 0)
        assert wakeups.told(JURISDICTION) is None
        await append_one(log, note())
        await within(following.wait(position + 1, LONG))


async def test_what_comes_between_looking_for_the_head_and_listening_is_not_slept_over(
    log: PostgresEventLog, database_url: str, pool: Pool, codec: Codec, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Wakeups(database_url) as wakeups:
        following = PostgresEventLog(pool, JURISDICTION, codec, wakeups)
        look = following.head

        async def head() -> int:
            found = await look()
            await append_one(log, note())  # told to nobody
            await within(wakeups.wait(OTHER, 0, LONG))  # it listens from here on
            return found

        monkeypatch.setattr(following, "head", head)

        await within(following.wait(0, LONG))


async def test_another_jurisdiction_wakes_nobody_here(
    following: PostgresEventLog, wakeups: Wakeups, database_url: str, pool: Pool, codec: Codec
) -> None:
    await migrate(database_url, [OTHER])
    waiting = asyncio.create_task(following.wait(0, LONG))
    assert await asleep(waiting)

    await append_one(PostgresEventLog(pool, OTHER, codec, wakeups), note())
    await within(wakeups.wait(OTHER, 0, LONG))

    assert await asleep(waiting)
    waiting.cancel()


async def test_a_refused_append_wakes_nobody(
    log: PostgresEventLog, following: PostgresEventLog, wakeups: Wakeups, service: psycopg.Connection
) -> None:
    waiting = asyncio.create_task(following.wait(0, LONG))
    assert await asleep(waiting)

    await log.append([note(version=7)])
    service.execute("SELECT pg_notify('hazardloop', %s)", [f"{OTHER}/1"])
    await within(wakeups.wait(OTHER, 0, LONG))  # whatever was told before has been heard

    assert await asleep(waiting)
    waiting.cancel()


async def test_a_batch_is_told_once_and_a_refused_one_never(log: PostgresEventLog, service: psycopg.Connection) -> None:
    service.execute("LISTEN hazardloop")

    await log.append([note(version=7)])
    await log.append([note(), note(version=7), note()])
    service.execute("SELECT pg_notify('hazardloop', 'no more')")

    told = []
    for notification in service.notifies(timeout=10):
        if notification.payload == "no more":
            break
        told.append(notification.payload)
    assert told == [f"{JURISDICTION}/2"]


async def test_a_wait_ends_after_its_time_where_nothing_is_told(log: PostgresEventLog) -> None:
    """The notification is lost: this log's wake-ups do not listen."""
    await append_one(log, note())
    await within(log.wait(1, SHORT))
    await append_one(log, note())

    await within(log.wait(1, SHORT))

    assert len(await log.read_after(1, 10)) == 1


async def test_a_listener_that_lost_its_connection_listens_again(
    log: PostgresEventLog, following: PostgresEventLog, service: psycopg.Connection
) -> None:
    waiting = asyncio.create_task(following.wait(0, LONG))
    assert await asleep(waiting)

    ended = service.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")

    assert ended.rowcount == 1
    await within(waiting)  # woken on listening again: something may have been missed
    waiting = asyncio.create_task(following.wait(0, LONG))
    assert await asleep(waiting)
    await append_one(log, note())
    await within(waiting)


async def test_what_came_while_the_listener_was_away_is_not_slept_over(
    log: PostgresEventLog, following: PostgresEventLog, wakeups: Wakeups, service: psycopg.Connection
) -> None:
    await append_one(log, note())
    await within(wakeups.wait(JURISDICTION, 0, LONG))
    back = asyncio.create_task(wakeups.wait(OTHER, 0, LONG))
    assert await asleep(back)

    service.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    await append_one(log, note())
    await within(back)

    await within(following.wait(1, LONG))


async def test_notifications_nobody_understands_are_passed_over(
    wakeups: Wakeups, service: psycopg.Connection, log: PostgresEventLog
) -> None:
    for payload in ("", "320583", "320583/", "320583/-1", "320583/x", "320583/²", "/", "320583/1/2"):
        service.execute("SELECT pg_notify('hazardloop', %s)", [payload])

    await append_one(log, note())

    await within(wakeups.wait(JURISDICTION, 0, LONG))
    assert wakeups.told(JURISDICTION) == 1
