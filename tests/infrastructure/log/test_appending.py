"""What goes in: positions, versions, command ids and times, item by item."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from application.log import Append, Known, Receipt, Stale
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.pool import Pool
from infrastructure.log.wakeups import Wakeups
from tests.conftest import JURISDICTION
from tests.infrastructure.log.notes import SCHEMA, append_one, key, lines, note, noted


class SetClock:
    """A clock that says what it is told to."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


async def test_an_empty_log_begins_with_position_1(log: PostgresEventLog) -> None:
    assert await log.head() == 0
    stream = uuid4()

    receipt = await append_one(log, note(stream))

    assert receipt == Receipt(stream, 1, 1)
    assert await log.head() == 1


async def test_what_was_appended_is_read_as_it_was(log: PostgresEventLog) -> None:
    stream = uuid4()
    event = noted(stream, 1, "气瓶 by the gate, leaking", "line")

    await log.append([Append([event])])

    (recorded,) = await log.read(stream)
    assert recorded.event == event
    assert (recorded.stream_id, recorded.version, recorded.position, recorded.name) == (stream, 1, 1, "note.noted.v2")
    assert recorded.recorded_at.utcoffset() == timedelta(0)
    assert "气瓶".encode() not in recorded.state


async def test_an_item_of_several_streams_lies_together_and_answers_with_its_last_event(log: PostgresEventLog) -> None:
    one, other = uuid4(), uuid4()

    (receipt,) = await log.append([Append([noted(one, 1), noted(other, 1), noted(one, 2)])])

    assert receipt == Receipt(one, 2, 3)
    assert [recorded.position for recorded in await log.read(one)] == [1, 3]


async def test_nothing_appended_is_nothing_done(log: PostgresEventLog) -> None:
    assert await log.append([]) == []
    with pytest.raises(ValueError, match="nothing to write"):
        await log.append([Append([])])
    assert await log.head() == 0


async def test_a_stale_item_is_refused_alone(log: PostgresEventLog) -> None:
    taken = uuid4()
    await append_one(log, note(taken, 1))
    before, after = uuid4(), uuid4()

    outcomes = await log.append([note(before), note(taken, 1), note(after)])

    assert outcomes == [Receipt(before, 1, 2), Stale(), Receipt(after, 1, 3)]
    assert await log.head() == 3


@pytest.mark.parametrize("version", [1, 2, 4, 5])
async def test_a_stream_goes_on_with_the_next_version_and_no_other(log: PostgresEventLog, version: int) -> None:
    stream = uuid4()
    await log.append([Append([noted(stream, 1), noted(stream, 2)])])

    assert await log.append([note(stream, version)]) == [Stale()]
    assert await log.append([note(stream, 3)]) == [Receipt(stream, 3, 3)]


@pytest.mark.parametrize("versions", [(1, 3), (2, 3), (1, 1), (2, 1)])
async def test_an_item_with_a_gap_or_a_repeat_is_refused_whole(
    log: PostgresEventLog, versions: tuple[int, int]
) -> None:
    stream = uuid4()

    assert await log.append([Append([noted(stream, version) for version in versions])]) == [Stale()]

    assert await log.head() == 0


async def test_an_item_goes_on_where_an_earlier_one_of_the_batch_ends(log: PostgresEventLog) -> None:
    stream = uuid4()

    outcomes = await log.append([note(stream, 1), note(stream, 2), note(stream, 2), note(stream, 3)])

    assert outcomes == [Receipt(stream, 1, 1), Receipt(stream, 2, 2), Stale(), Receipt(stream, 3, 3)]
    assert [recorded.version for recorded in await log.read(stream)] == [1, 2, 3]


async def test_an_item_that_hangs_on_a_refused_one_is_refused(log: PostgresEventLog) -> None:
    one, other = uuid4(), uuid4()
    await append_one(log, note(one, 1))

    outcomes = await log.append([Append([noted(other, 1), noted(one, 1)]), note(other, 2)])

    assert outcomes == [Stale(), Stale()]


async def test_a_known_command_is_answered_as_the_first_time(log: PostgresEventLog) -> None:
    stream = uuid4()
    first = await append_one(log, Append([noted(uuid4()), noted(stream)], key(1)))

    outcomes = await log.append([note(), Append([noted(uuid4())], key(1, b"another request "))])

    assert outcomes[1] == Known(first, b"what was asked  ")
    assert first == Receipt(stream, 1, 2)
    assert await log.head() == 3


async def test_a_command_is_known_even_where_its_version_would_be_stale(log: PostgresEventLog) -> None:
    stream = uuid4()
    item = Append([noted(stream)], key(1))
    first = await append_one(log, item)

    assert await log.append([item]) == [Known(first, b"what was asked  ")]


async def test_a_command_twice_in_a_batch_is_written_once(log: PostgresEventLog) -> None:
    first, second = Append([noted(uuid4())], key(1)), Append([noted(uuid4())], key(1))

    outcomes = await log.append([first, second, note()])

    assert isinstance(outcomes[0], Receipt)
    assert outcomes[1] == Known(outcomes[0], b"what was asked  ")
    assert await log.head() == 2


async def test_stream_and_command_are_read_in_one_query(log: PostgresEventLog) -> None:
    stream, elsewhere = uuid4(), uuid4()
    await log.append([note(stream, 1, line="one"), Append([noted(stream, 2, line="two")], key(1))])
    third = await append_one(log, Append([noted(elsewhere, 1)], key(2)))

    recorded, known = await log.read_for(stream, key(2))
    assert lines(recorded) == ["one", "two"]
    assert known == Known(third, b"what was asked  ")

    recorded, known = await log.read_for(stream, key(1))
    assert lines(recorded) == ["one", "two"]
    assert known == Known(Receipt(stream, 2, 2), b"what was asked  ")

    assert (await log.read_for(stream, key(3)))[1] is None
    assert (await log.read_for(stream, None))[1] is None
    assert await log.read_for(uuid4(), None) == ([], None)


async def test_recorded_time_never_runs_backwards(log: PostgresEventLog, codec: Codec, pool: Pool) -> None:
    """The database's clock may be set back as well: here the first event is stamped a day ahead of it."""
    ahead = SetClock(datetime.now(UTC) + timedelta(days=1))
    other = PostgresEventLog(pool, JURISDICTION, codec, Wakeups(""), clock=ahead)
    await append_one(other, note())
    ahead.time -= timedelta(hours=1)
    await append_one(other, note())

    await append_one(log, note())

    times = [recorded.recorded_at for recorded in await log.read_after(0, 10)]
    assert times == [ahead.time + timedelta(hours=1)] * 3


async def test_time_is_stamped_when_it_is_recorded(log: PostgresEventLog) -> None:
    earliest = datetime.now(UTC)

    await append_one(log, note())

    (recorded,) = await log.read_after(0, 1)
    assert earliest <= recorded.recorded_at <= datetime.now(UTC)


async def test_old_commands_are_forgotten_and_the_events_stay(
    log: PostgresEventLog, codec: Codec, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infrastructure.log.event_log.FORGOTTEN_AT_ONCE", 2)
    old = PostgresEventLog(pool, JURISDICTION, codec, Wakeups(""), clock=SetClock(datetime(2026, 1, 1, tzinfo=UTC)))
    await old.append([Append([noted(uuid4())], key(number)) for number in range(5)])
    stream = uuid4()
    await append_one(log, Append([noted(stream)], key(9)))
    states = [recorded.state for recorded in await log.read_after(0, 10)]

    assert await log.forget_commands(datetime(2026, 1, 2, tzinfo=UTC)) == 5
    assert await log.forget_commands(datetime(2026, 1, 2, tzinfo=UTC)) == 0

    assert (await log.read_for(stream, key(0)))[1] is None
    assert (await log.read_for(stream, key(9)))[1] == Known(Receipt(stream, 1, 6), b"what was asked  ")
    assert [recorded.state for recorded in await log.read_after(0, 10)] == states


async def test_forgetting_waits_for_nobody_and_nobody_for_it(
    log: PostgresEventLog, service: psycopg.Connection
) -> None:
    """An erasure holds rows: what can't be cleared now is cleared the next time."""
    await log.append([Append([noted(uuid4())], key(number)) for number in range(3)])
    ahead = datetime.now(UTC) + timedelta(days=1)

    with service.transaction():
        service.execute(f"SELECT 1 FROM {SCHEMA}.events WHERE notification_id = 2 FOR UPDATE")
        assert await asyncio.wait_for(log.forget_commands(ahead), timeout=10) == 2

    assert await log.forget_commands(ahead) == 1


async def test_pages_follow_one_another(log: PostgresEventLog) -> None:
    await log.append([note(line=str(number)) for number in range(5)])

    assert lines(await log.read_after(0, 2)) == ["0", "1"]
    assert lines(await log.read_after(2, 2)) == ["2", "3"]
    assert lines(await log.read_after(4, 2)) == ["4"]
    assert await log.read_after(5, 2) == []


async def test_another_isolation_is_refused_not_trusted(log: PostgresEventLog, service: psycopg.Connection) -> None:
    """Under REPEATABLE READ the statement after the lock reads the log as it was before."""
    nothing = "null, null, null, null, null, null, null, null, null, null, 0"
    with service.transaction():
        service.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(psycopg.errors.InvalidTransactionState):
            service.execute(f"SELECT {SCHEMA}.append({nothing})")


async def test_the_pool_says_read_committed_whatever_the_server_says(
    log: PostgresEventLog, service: psycopg.Connection, pool: Pool
) -> None:
    service.execute(f"ALTER DATABASE {service.info.dbname} SET default_transaction_isolation = 'serializable'")
    for connection in [await pool.getconn() for _ in range(pool.max_size)]:
        await connection.close()
        await pool.putconn(connection)

    await append_one(log, note())


async def test_looking_for_versions_and_commands_never_reads_the_whole_log(
    log: PostgresEventLog, service: psycopg.Connection
) -> None:
    """The database function keeps its plans, and they may have been made on a table known to be empty."""
    service.execute(f"VACUUM ANALYZE {SCHEMA}.events")
    scans = f"SELECT seq_scan FROM pg_stat_user_tables WHERE relid = '{SCHEMA}.events'::regclass"
    call = f"SELECT {SCHEMA}.append(%s, %s, %s, %s, %s, NULL, %s, %s, NULL, NULL, 0)"
    service.execute("SELECT pg_stat_force_next_flush()")
    before = service.execute(scans).fetchone()

    for number in range(20):
        arrays = (
            [1, 2],
            [uuid4(), uuid4()],
            [1, 1],
            ["note"] * 2,
            [b"{}"] * 2,
            [bytes([number, 1]), bytes([number, 2])],
        )
        service.execute(call, (*arrays, [b"", b""]))
        service.execute(call, (*arrays, [b"", b""]))

    service.execute("SELECT pg_stat_force_next_flush()")
    assert service.execute(scans).fetchone() == before


async def test_streams_and_commands_read_at_the_same_time_are_answered_each_for_itself(log: PostgresEventLog) -> None:
    streams = [uuid4() for _ in range(20)]
    for number, stream in enumerate(streams, 1):
        notes = [noted(stream, version, line=f"{number}.{version}") for version in range(1, number % 3 + 2)]
        await log.append([Append(notes, key(number))])
    none = uuid4()
    asked = [(stream, key(number)) for number, stream in enumerate([*streams, none], 1)]

    answers = await asyncio.gather(*(log.read_for(stream, command) for stream, command in asked))
    plain = await asyncio.gather(*(log.read(stream) for stream, _ in asked))

    for number, (recorded, known) in enumerate(answers[:-1], 1):
        versions = range(1, number % 3 + 2)
        assert lines(recorded) == [f"{number}.{version}" for version in versions]
        assert known is not None
        assert (known.receipt.stream_id, known.receipt.version) == (streams[number - 1], versions[-1])
    assert answers[-1] == ([], None)
    assert [lines(recorded) for recorded in plain] == [lines(recorded) for recorded, _ in answers]
