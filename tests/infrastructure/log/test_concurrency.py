"""Many at once: positions stay dense, commands are carried out once, a follower misses nothing."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import psycopg

from application.log import Append, Known, Outcome, Receipt, Stale
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.pool import bounded_pool
from infrastructure.log.wakeups import Wakeups
from tests.conftest import JURISDICTION
from tests.infrastructure.log.notes import SCHEMA, key, lines, note, noted

WRITERS = 8
TIMES = 15


async def test_positions_stay_dense_whoever_is_refused_or_rolled_back(log: PostgresEventLog, database_url: str) -> None:
    contended = uuid4()

    async def write(writer: int) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for time in range(TIMES):
            version = len(await log.read(contended)) + 1
            item = Append([noted(uuid4()), noted(contended, version, line=f"{writer}.{time}")])
            outcomes += await log.append([item])
        return outcomes

    async def roll_back() -> None:
        arrays = ([1], [uuid4()], [1], ["note.noted.v2"], [b"{}"])
        async with await psycopg.AsyncConnection.connect(database_url) as connection:
            for _ in range(TIMES):
                await connection.execute(
                    f"SELECT {SCHEMA}.append(%s, %s, %s, %s, %s, NULL, NULL, NULL, NULL, NULL, 0)", arrays
                )
                await connection.rollback()

    *writers, _ = await asyncio.gather(*(write(number) for number in range(WRITERS)), roll_back())

    receipts = [outcome for outcomes in writers for outcome in outcomes if isinstance(outcome, Receipt)]
    refused = [outcome for outcomes in writers for outcome in outcomes if isinstance(outcome, Stale)]
    assert len(receipts) + len(refused) == WRITERS * TIMES
    assert refused, "nobody got in another's way: nothing was tried"
    recorded = await log.read_after(0, 1000)
    assert [one.position for one in recorded] == list(range(1, 2 * len(receipts) + 1))
    assert sorted(receipt.position for receipt in receipts) == list(range(2, 2 * len(receipts) + 1, 2))
    assert [one.version for one in await log.read(contended)] == list(range(1, len(receipts) + 1))
    times = [one.recorded_at for one in recorded]
    assert times == sorted(times)


async def test_a_command_sent_five_times_at_once_is_carried_out_once(log: PostgresEventLog) -> None:
    for number in range(10):
        items = [Append([noted(uuid4())], key(number)) for _ in range(5)]

        outcomes = [outcome for (outcome,) in await asyncio.gather(*(log.append([item]) for item in items))]

        (receipt,) = (outcome for outcome in outcomes if isinstance(outcome, Receipt))
        assert [outcome for outcome in outcomes if outcome != receipt] == [Known(receipt, b"what was asked  ")] * 4
    assert await log.head() == 10


async def test_of_two_on_one_stream_one_wins_and_one_is_told(log: PostgresEventLog) -> None:
    for _ in range(10):
        stream = uuid4()

        outcomes = await asyncio.gather(*(log.append([note(stream)]) for _ in range(2)))

        assert sorted(type(outcome).__name__ for (outcome,) in outcomes) == ["Receipt", "Stale"]
        assert len(await log.read(stream)) == 1


async def test_a_follower_misses_nothing_of_two_writers(log: PostgresEventLog, database_url: str, codec: Codec) -> None:
    """Each with a pool of its own, as two processes have."""
    batches = 60

    async def write(writer: str) -> Sequence[str]:
        async with bounded_pool(database_url, size=2) as pool:
            own = PostgresEventLog(pool, JURISDICTION, codec, Wakeups(""))
            written = [[f"{writer}.{batch}.{item}" for item in range(3)] for batch in range(batches)]
            for batch in written:
                await own.append([note(line=line) for line in batch])
            return [line for batch in written for line in batch]

    async def follow() -> tuple[list[int], list[str]]:
        positions: list[int] = []
        followed: list[str] = []
        async with Wakeups(database_url) as wakeups, bounded_pool(database_url, size=1) as pool:
            own = PostgresEventLog(pool, JURISDICTION, codec, wakeups)
            while len(positions) < 2 * 3 * batches:
                last = positions[-1] if positions else 0
                page = await own.read_after(last, 7)
                positions += [one.position for one in page]
                followed += lines(page)
                if not page:
                    await own.wait(last, 0.05)
        return positions, followed

    one, other, (positions, followed) = await asyncio.wait_for(
        asyncio.gather(write("one"), write("other"), follow()), timeout=60
    )

    assert positions == list(range(1, 2 * 3 * batches + 1))
    assert [line for line in followed if line.startswith("one.")] == one
    assert [line for line in followed if line.startswith("other.")] == other
