"""The library's own published test cases for recorders and factories, run against ours on a real PostgreSQL."""

import asyncio
from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    StoredEvent,
    Tracking,
    TrackingRecorder,
)
from eventsourcing.postgres import (
    PostgresAggregateRecorder,
    PostgresApplicationRecorder,
    PostgresTrackingRecorder,
)
from eventsourcing.tests import application, persistence
from eventsourcing.utils import Environment

from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.factory import Factory
from infrastructure.log.recorder import OrderedProcessRecorder, OrderedRecorder
from tests.infrastructure.log.cut import CutProxy
from tests.infrastructure.log.notes import SCHEMA, append_one, note


def library_settings(url: str) -> dict[str, str]:
    """The address of a database, as the library wants to be told."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "infrastructure.log.factory",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port", 5432)),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts.get("password", "")),
        "POSTGRES_SCHEMA": SCHEMA,
    }


class OnDatabase:
    """Gives a test case of the library a factory for the test's own database, here one nobody has migrated."""

    settings: dict[str, str]
    factory: Factory

    @pytest.fixture(autouse=True)
    def _on_database(self, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        self.settings = library_settings(url)
        for name, value in self.settings.items():
            monkeypatch.setenv(name, value)
        with Factory(self.settings) as self.factory:
            yield

    @pytest.fixture
    def url(self, empty_database_url: str) -> str:
        return empty_database_url


class TestApplicationRecorder(OnDatabase, persistence.ApplicationRecorderTestCase[OrderedRecorder]):
    def create_recorder(self) -> OrderedRecorder:
        recorder = self.factory.application_recorder()
        assert type(recorder) is OrderedRecorder
        return recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


IDS_ARE_ANSWERED = pytest.mark.xfail(
    raises=AssertionError,
    strict=True,
    reason="wants insert_events() to answer None, as a recorder without positions does; "
    "every application recorder answers positions, the library's own PostgresApplicationRecorder alike",
)


class TestAggregateRecorder(OnDatabase, persistence.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return self.factory.application_recorder()

    @IDS_ARE_ANSWERED
    def test_insert_and_select(self) -> None:
        super().test_insert_and_select()


class TestStockRecorderAnswersIdsAlike(OnDatabase, persistence.AggregateRecorderTestCase):
    """The one case excluded above fails with the recorder the library ships."""

    test_performance: ClassVar[None] = None  # type: ignore[assignment]

    def create_recorder(self) -> AggregateRecorder:
        self.factory.datastore.schema = "public"
        recorder = PostgresApplicationRecorder(self.factory.datastore)
        recorder.create_table()
        return recorder

    @IDS_ARE_ANSWERED
    def test_insert_and_select(self) -> None:
        super().test_insert_and_select()


class TestNonInterleaving(OnDatabase, persistence.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.application_recorder()


class TestProcessRecorder(OnDatabase, persistence.ProcessRecorderTestCase):
    def create_recorder(self) -> OrderedProcessRecorder:
        recorder = self.factory.process_recorder()
        assert isinstance(recorder, OrderedProcessRecorder)
        return recorder


class TestProcessRecorderAsApplicationRecorder(
    OnDatabase, persistence.ApplicationRecorderTestCase[ApplicationRecorder]
):
    def create_recorder(self) -> ApplicationRecorder:
        return self.factory.process_recorder()


class TestProcessRecorderAsTrackingRecorder(OnDatabase, persistence.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return self.factory.process_recorder()


class TrackingRecorderOfOurs(PostgresTrackingRecorder):
    """What the factory case wants named by topic."""


class TestFactory(OnDatabase, persistence.InfrastructureFactoryTestCase[Factory]):
    @pytest.fixture
    def url(self, database_url: str) -> str:
        """Migrated: snapshots and tracking tables of the library's own go into the schema that is there."""
        return database_url

    def setUp(self) -> None:
        self.env = Environment("TestCase", self.settings)
        super().setUp()

    def expected_factory_class(self) -> type[Factory]:
        return Factory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return PostgresAggregateRecorder

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return OrderedRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return PostgresTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return TrackingRecorderOfOurs

    def expected_process_recorder_class(self) -> type[OrderedProcessRecorder]:
        return OrderedProcessRecorder


class TestExampleApplication(OnDatabase, application.ExampleApplicationTestCase):
    expected_factory_topic = "infrastructure.log.factory:Factory"


@pytest.mark.filterwarnings("default::DeprecationWarning:eventsourcing")  # one case tries an old name of the library's
class TestApplications(OnDatabase, application.ApplicationTestCase):
    """Applications by their names alone, with their settings in the environment."""


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
