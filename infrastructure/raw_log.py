"""Infrastructure: the log byte by byte, for those who copy or check it rather than ask it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from psycopg.sql import SQL, Identifier

from application.auditing import RawEvent
from infrastructure.connected import connected
from infrastructure.log.arrays import Texts, Uuids
from infrastructure.log.batch import schema_of
from infrastructure.log.pool import Pool

_READ = """
SELECT notification_id, recorded_at, originator_id, originator_version, topic, state, private
FROM {events} WHERE notification_id > %b
"""
_OF_STREAMS = " AND originator_id = ANY (%b)"
_OF_NAMES = " AND topic = ANY (%b)"
_IN_ORDER = " ORDER BY notification_id LIMIT %b"


class PostgresRawLog:
    """The application's RawLog over one jurisdiction's schema."""

    def __init__(self, pool: Pool, code: str) -> None:
        self._pool = pool
        self._events = Identifier(schema_of(code), "events")

    async def read_after(
        self,
        position: int,
        limit: int,
        *,
        streams: Collection[UUID] | None = None,
        names: Collection[str] | None = None,
    ) -> Sequence[RawEvent]:
        """At most `limit` events past a position, in order; of these streams or names alone. Raises Unavailable."""
        of_streams = "" if streams is None else _OF_STREAMS
        of_names = "" if names is None else _OF_NAMES
        statement = SQL(_READ + of_streams + of_names + _IN_ORDER).format(events=self._events)
        only = [*([] if streams is None else [Uuids(streams)]), *([] if names is None else [Texts(names)])]
        async with connected(self._pool) as connection:
            answer = await connection.execute(statement, (position, *only, limit), binary=True)
            return [RawEvent(*row) for row in await answer.fetchall()]
