"""The library's own published test cases for recorders and factories, run against ours on a real PostgreSQL."""

from collections.abc import Iterator
from typing import ClassVar

import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    TrackingRecorder,
)
from eventsourcing.postgres import (
    PostgresAggregateRecorder,
    PostgresApplicationRecorder,
    PostgresTrackingRecorder,
)
from eventsourcing.tests import application, persistence
from eventsourcing.utils import Environment

from infrastructure.log.factory import Factory
from infrastructure.log.recorder import OrderedProcessRecorder, OrderedRecorder
from tests.infrastructure.log.library import library_settings


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
