"""Infrastructure: the log's other face, the synchronous recorders of the eventsourcing library.

They write through the same database function into the same table as the request path, so positions
are dense and no follower misses an event, whoever wrote it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    StoredEvent,
)
from eventsourcing.postgres import (
    PostgresApplicationRecorder,
    PostgresDatastore,
    PostgresProcessRecorder,
    PostgresSubscription,
)
from eventsourcing.utils import retry
from psycopg import Connection
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from application.log import CommandKey, Known, Outcome, Stale
from infrastructure.log import batch
from infrastructure.log.batch import CHANNEL, Item, Row
from infrastructure.log.migrate import migrate_on

EVENTS_TABLE = "events"


class OrderedRecorder(PostgresApplicationRecorder):
    """Records into the log of the jurisdiction whose schema the datastore names."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = EVENTS_TABLE) -> None:
        """One schema is one log: what the application would call its table makes no difference."""
        super().__init__(datastore, events_table_name=EVENTS_TABLE)
        self.code = batch.code_of(datastore.schema)
        self.sql_create_statements = []
        self.channel_name = CHANNEL
        self._append = batch.append_statement(datastore.schema)

    def create_table(self) -> None:
        """Bring the schema up to date, then create what a subclass adds to it."""
        with self.datastore.get_connection() as connection:
            migrate_on(connection, self.code)
        super().create_table()

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Write the events, all or none, and answer their positions. Raises IntegrityError for a version taken.

        Each call has a command id of its own: where the reply is lost, the repeat finds what was written.
        """
        rows = [
            Row(_uuid(event.originator_id), event.originator_version, event.topic, event.state)
            for event in stored_events
        ]
        items = [Item(rows, CommandKey(os.urandom(16), b""))] if rows else []
        positions: Sequence[int] | None = self._record(items, stored_events, **kwargs)
        return positions

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def _record(
        self, items: Sequence[Item], stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        with (
            self.datastore.get_connection() as connection,
            # What else is to be recorded (a position tracked) goes into the events' own transaction.
            connection.transaction() if kwargs else nullcontext(),
        ):
            outcome = self._append_on(connection, items) if items else None
            if isinstance(outcome, Stale):
                raise IntegrityError("a stream does not stand where the events say")
            if kwargs and not isinstance(outcome, Known):
                with connection.cursor() as cursor:
                    self._insert_events(cursor, stored_events, **kwargs)
        if outcome is None:
            return None
        last = (outcome.receipt if isinstance(outcome, Known) else outcome).position
        return list(range(last - len(stored_events) + 1, last + 1))

    def _append_on(self, connection: Connection[Any], items: Sequence[Item]) -> Outcome:
        with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
            parameters = batch.parameters(items, None, self.datastore.lock_timeout)
            answer = cursor.execute(self._append, parameters, prepare=True).fetchone()
        if answer is None:
            raise ProgrammingError("the database function gave no answer")
        (outcome,) = batch.outcomes(items, answer)
        return outcome

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> OrderedSubscription:
        """Follow the log after a position, woken by what is appended to this jurisdiction's."""
        return OrderedSubscription(self, gt, topics)


class OrderedProcessRecorder(PostgresProcessRecorder, OrderedRecorder):
    """The same, and which position of another application it has come to, in the same transaction."""


class OrderedSubscription(PostgresSubscription):
    """The library's subscription, deaf to other jurisdictions on the one channel."""

    def _listen(self) -> None:
        recorder = self._recorder
        if not isinstance(recorder, OrderedRecorder):
            raise TypeError("follows the log of an OrderedRecorder")
        try:
            with recorder.datastore.get_connection() as connection:
                connection.execute(SQL("LISTEN {}").format(Identifier(recorder.channel_name)))
                # What was appended before this connection listened was not told.
                self._has_been_notified.set()
                while not self._has_been_stopped and not self._thread_error:
                    for told in connection.notifies(timeout=0.1, stop_after=1):
                        if told.payload.startswith(f"{recorder.code}/"):
                            self._has_been_notified.set()
                connection.execute("UNLISTEN *")
        except BaseException as error:
            # As in the library: whoever iterates is told, and the pulling thread stops.
            self._thread_error = self._thread_error or error
            self.stop()


def _uuid(id: UUID | str) -> UUID:
    return id if isinstance(id, UUID) else UUID(id)
