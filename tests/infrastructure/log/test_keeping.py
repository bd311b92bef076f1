"""What lies in the log stays: the service's own user can change nothing, and erase only what may be erased."""

from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import RestrictViolation

from application.log import Append, Receipt, Stale, Unreadable
from domain.erasable import Erasable
from infrastructure.log.event_log import PostgresEventLog
from tests.infrastructure.log.notes import SCHEMA, Noted, append_one, key, note, noted


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {}.events SET state = '\\x7b7d'",
        "UPDATE {}.events SET topic = 'note.denied.v1'",
        "UPDATE {}.events SET originator_version = 7",
        "UPDATE {}.events SET notification_id = 7",
        "UPDATE {}.events SET originator_id = gen_random_uuid()",
        "UPDATE {}.events SET recorded_at = recorded_at - interval '1 day'",
        "UPDATE {}.events SET private = '\\x7b7d'",
        "UPDATE {}.events SET private = NULL, state = '\\x7b7d'",
        "UPDATE {}.events SET command_id = '\\x00'",
        "UPDATE {}.events SET command_request = '\\x00'",
        "UPDATE {}.events SET command_id = NULL",
        "DELETE FROM {}.events",
        "DELETE FROM {}.events WHERE notification_id = 1",
        "TRUNCATE {}.events",
        "UPDATE {}.head SET one = true",
        "DELETE FROM {}.head",
        "TRUNCATE {}.head",
    ],
)
async def test_the_log_refuses_change(log: PostgresEventLog, service: psycopg.Connection, change: str) -> None:
    await append_one(log, Append([noted(uuid4(), 1, "a text")], key(1)))
    before = service.execute(f"SELECT * FROM {SCHEMA}.events").fetchall()

    with pytest.raises(RestrictViolation, match="never changed"):
        service.execute(change.format(SCHEMA))

    assert service.execute(f"SELECT * FROM {SCHEMA}.events").fetchall() == before


async def test_a_replica_role_does_not_switch_the_refusal_off(
    log: PostgresEventLog, service: psycopg.Connection
) -> None:
    enabled = service.execute(
        "SELECT tgrelid::regclass::text, count(*) FILTER (WHERE tgenabled = 'A'), count(*) FROM pg_trigger"
        f" WHERE tgrelid IN ('{SCHEMA}.events'::regclass, '{SCHEMA}.head'::regclass) GROUP BY 1 ORDER BY 1"
    ).fetchall()

    assert enabled == [(f"{SCHEMA}.events", 2, 2), (f"{SCHEMA}.head", 2, 2)]


@pytest.mark.parametrize(
    "change", ["UPDATE {} SET topic = 'note.denied.v1'", "UPDATE {} SET private = '\\x7b7d'", "DELETE FROM {}"]
)
async def test_what_is_left_of_the_triggers_on_a_worker_of_citus_still_refuses(
    log: PostgresEventLog, service: psycopg.Connection, change: str
) -> None:
    """There the rows lie in a table with a number behind its name, and nothing fires once a statement."""
    await append_one(log, Append([noted(uuid4(), 1, "a text")], key(1)))
    service.execute(f"ALTER TABLE {SCHEMA}.events DISABLE TRIGGER events_kept")
    service.execute(f"ALTER TABLE {SCHEMA}.events RENAME TO events_102008")

    with pytest.raises(RestrictViolation, match="never changed"):
        service.execute(change.format(f"{SCHEMA}.events_102008"))
    service.execute(f"UPDATE {SCHEMA}.events_102008 SET private = NULL, command_id = NULL, command_request = NULL")


async def test_the_head_on_a_worker_of_citus_is_refused_as_well(
    log: PostgresEventLog, service: psycopg.Connection
) -> None:
    service.execute(f"ALTER TABLE {SCHEMA}.head DISABLE TRIGGER head_kept")

    for change in ("UPDATE {}.head SET one = true", "DELETE FROM {}.head"):
        with pytest.raises(RestrictViolation, match="never changed"):
            service.execute(change.format(SCHEMA))


async def test_private_parts_and_commands_may_become_null(log: PostgresEventLog, service: psycopg.Connection) -> None:
    stream = uuid4()
    await append_one(log, Append([noted(stream, 1, "a text")], key(1)))

    service.execute(f"UPDATE {SCHEMA}.events SET private = NULL")
    service.execute(f"UPDATE {SCHEMA}.events SET command_id = NULL, command_request = NULL")

    (recorded,), known = await log.read_for(stream, key(1))
    assert isinstance(recorded.event, Noted)
    assert recorded.event.text == Erasable(None)
    assert known is None


async def test_what_was_erased_can_not_be_put_back(log: PostgresEventLog, service: psycopg.Connection) -> None:
    await append_one(log, note(text="a text"))
    held = service.execute(f"SELECT private FROM {SCHEMA}.events").fetchone()
    service.execute(f"UPDATE {SCHEMA}.events SET private = NULL")

    with pytest.raises(RestrictViolation):
        service.execute(f"UPDATE {SCHEMA}.events SET private = %s", held)


async def test_erasing_a_stream_leaves_its_public_bytes_and_all_else(log: PostgresEventLog) -> None:
    stream, other = uuid4(), uuid4()
    await log.append([note(stream, 1, "personal"), note(stream, 2, "personal too"), note(other, 1, "another's")])
    states = [recorded.state for recorded in await log.read_after(0, 10)]

    erasing = Append([noted(stream, 3, "on request, file 7")], erases=stream)
    assert await log.append([erasing]) == [Receipt(stream, 3, 4)]

    recorded = await log.read_after(0, 10)
    assert [one.state for one in recorded[:3]] == states
    texts = [one.event.text for one in recorded if isinstance(one.event, Noted)]
    assert texts == [Erasable(None), Erasable(None), Erasable("another's"), Erasable("on request, file 7")]


async def test_an_erasure_reaches_what_precedes_it_in_its_batch_and_nothing_behind(log: PostgresEventLog) -> None:
    stream, journal = uuid4(), uuid4()
    erasing = Append([noted(journal, 1, "why"), noted(journal, 2, "and who")], erases=stream)

    await log.append([note(stream, 1, "before"), erasing, note(stream, 2, "after")])

    texts = [one.event.text for one in await log.read(stream) if isinstance(one.event, Noted)]
    assert texts == [Erasable(None), Erasable("after")]


async def test_an_erasure_keeps_all_of_its_own_item(log: PostgresEventLog) -> None:
    stream = uuid4()
    await append_one(log, note(stream, 1, "before"))

    await append_one(log, Append([noted(stream, 2, "why"), noted(stream, 3, "and who")], erases=stream))

    texts = [one.event.text for one in await log.read(stream) if isinstance(one.event, Noted)]
    assert texts == [Erasable(None), Erasable("why"), Erasable("and who")]


async def test_a_refused_erasure_erases_nothing(log: PostgresEventLog) -> None:
    stream = uuid4()
    await append_one(log, note(stream, 1, "kept"))

    outcomes = await log.append([Append([noted(stream, 1)], erases=stream), note()])

    assert outcomes[0] == Stale()
    (recorded,) = await log.read(stream)
    assert isinstance(recorded.event, Noted)
    assert recorded.event.text == Erasable("kept")


async def test_a_tampered_private_part_is_found_not_shown(log: PostgresEventLog, service: psycopg.Connection) -> None:
    """Only the table's owner can get past the trigger, by switching it off."""
    stream = uuid4()
    await log.append([note(stream, 1, "the boiler leaks"), note(stream, 2, "untouched")])

    with service.transaction():
        service.execute(f"ALTER TABLE {SCHEMA}.events DISABLE TRIGGER events_only_emptied")
        service.execute(
            f"UPDATE {SCHEMA}.events"
            " SET private = convert_to(replace(convert_from(private, 'UTF8'), 'leaks', 'is fine'), 'UTF8')"
        )
        service.execute(f"ALTER TABLE {SCHEMA}.events ENABLE ALWAYS TRIGGER events_only_emptied")

    tampered, untouched = await log.read(stream)
    assert tampered.event == Unreadable("text: commitment_broken")
    assert isinstance(untouched.event, Noted)
    assert untouched.event.text == Erasable("untouched")


async def test_an_event_nobody_knows_can_be_read_and_read_past(
    log: PostgresEventLog, service: psycopg.Connection
) -> None:
    await append_one(log, note(line="before"))
    service.execute(
        f"INSERT INTO {SCHEMA}.events (originator_id, originator_version, notification_id, recorded_at, topic, state)"
        " VALUES (gen_random_uuid(), 1, 2, clock_timestamp(), 'note.sung.v9', '\\xff00')"
    )
    await append_one(log, note(line="after"))

    recorded = await log.read_after(0, 10)

    assert [one.position for one in recorded] == [1, 2, 3]
    assert isinstance(recorded[1].event, Unreadable)
    assert recorded[1].state == b"\xff\x00"
