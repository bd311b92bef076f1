"""The library's recorders on the log: one log with the request path, each event once, whatever is lost on the way."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import IntegrityError, StoredEvent, Tracking

from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.factory import Factory
from tests.infrastructure.log.cut import CutProxy
from tests.infrastructure.log.library import library_settings
from tests.infrastructure.log.notes import append_one, note


@pytest.fixture
def factory(database_url: str) -> Iterator[Factory]:
    with Factory(library_settings(database_url)) as made:
        yield made


def stored(stream: UUID, version: int, state: bytes = b"{}") -> StoredEvent:
    return StoredEvent(stream, version, "note.noted.v2", state)


async def test_both_faces_write_one_log(log: PostgresEventLog, factory: Factory) -> None:
    recorder = factory.application_recorder()
    stream = uuid4()
    await append_one(log, note(stream, 1))

    assert recorder.insert_events([stored(stream, 2), stored(stream, 3)]) == [2, 3]
    assert (await append_one(log, note(stream, 4))).position == 4

    assert [one.position for one in await log.read_after(0, 10)] == [1, 2, 3, 4]
    assert [notification.id for notification in recorder.select_notifications(None, 10)] == [1, 2, 3, 4]
    assert [event.originator_version for event in recorder.select_events(stream)] == [1, 2, 3, 4]


def test_a_version_that_leaves_a_gap_is_refused(factory: Factory) -> None:
    recorder = factory.application_recorder()
    stream = uuid4()
    recorder.insert_events([stored(stream, 1)])

    with pytest.raises(IntegrityError):
        recorder.insert_events([stored(stream, 3)])

    assert recorder.max_notification_id() == 1


def test_recorders_say_read_committed_whatever_the_server_says(service: psycopg.Connection, database_url: str) -> None:
    service.execute(f"ALTER DATABASE {service.info.dbname} SET default_transaction_isolation = 'serializable'")

    with Factory(library_settings(database_url)) as factory:
        assert factory.application_recorder().insert_events([stored(uuid4(), 1)]) == [1]


async def test_a_reply_lost_after_commit_is_not_taken_for_a_conflict(database_url: str) -> None:
    """The library's own recorder, asked again, finds its own event in the way and raises IntegrityError."""
    async with CutProxy(database_url).listening() as proxy:
        with Factory(library_settings(proxy.url)) as factory:
            recorder = await asyncio.to_thread(factory.application_recorder)
            stream = uuid4()
            for version in (1, 2, 3):
                proxy.armed = [b"outcomes"]

                positions = await asyncio.to_thread(recorder.insert_events, [stored(stream, version)])

                assert positions == [version]
            assert proxy.cuts == 3
            assert await asyncio.to_thread(recorder.max_notification_id) == 3


async def test_a_lost_reply_leaves_tracking_and_events_recorded_once(database_url: str) -> None:
    async with CutProxy(database_url).listening() as proxy:
        with Factory(library_settings(proxy.url)) as factory:
            recorder = await asyncio.to_thread(factory.process_recorder)
            proxy.armed = [b"COMMIT"]

            positions = await asyncio.to_thread(
                recorder.insert_events, [stored(uuid4(), 1)], tracking=Tracking("upstream", 5)
            )

            assert proxy.cuts == 1
            assert positions == [1]
            assert await asyncio.to_thread(recorder.max_tracking_id, "upstream") == 5


def test_refused_events_leave_no_tracking(factory: Factory) -> None:
    recorder = factory.process_recorder()

    with pytest.raises(IntegrityError):
        recorder.insert_events([stored(uuid4(), 7)], tracking=Tracking("upstream", 1))

    assert recorder.max_tracking_id("upstream") is None


async def test_a_subscription_is_deaf_to_other_jurisdictions(
    factory: Factory, log: PostgresEventLog, service: psycopg.Connection
) -> None:
    recorder = factory.application_recorder()
    pulled = 0
    select = recorder.select_notifications

    def counting(*args: Any, **kwargs: Any) -> Any:
        nonlocal pulled
        pulled += 1
        return select(*args, **kwargs)

    recorder.select_notifications = counting  # type: ignore[method-assign]
    first, second = uuid4(), uuid4()
    await append_one(log, note(first))

    with recorder.subscribe(gt=0) as subscription:
        assert next(subscription).originator_id == first
        for _ in range(20):
            service.execute("SELECT pg_notify('hazardloop', '320600/7')")
        await append_one(log, note(second))
        assert next(subscription).originator_id == second

    assert pulled <= 5, "at the start, when it began to listen, and for the one event"


def test_a_schema_of_no_jurisdiction_is_refused(database_url: str) -> None:
    factory = Factory(library_settings(database_url) | {"POSTGRES_SCHEMA": "public"})
    with factory, pytest.raises(ValueError, match="jurisdiction"):
        factory.application_recorder()


def test_an_application_of_the_library_runs_on_the_log(database_url: str) -> None:
    class Note(Aggregate):
        @event("Begun")
        def __init__(self, line: str) -> None:
            self.line = line

    with Application[UUID](env=library_settings(database_url)) as notes:
        written = Note("a line")
        notes.save(written)

        assert notes.repository.get(written.id).line == "a line"
        assert [item.id for item in notes.notification_log["1,10"].items] == [1]
