"""Infrastructure: the log byte by byte, for those who copy or check it rather than ask it."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg.sql import SQL, Identifier

from application.auditing import RawEvent
from infrastructure.connected import connected
from infrastructure.log.batch import schema_of
from infrastructure.log.pool import Pool

_READ = """
SELECT notification_id, recorded_at, originator_id, originator_version, topic, state, private
FROM {events} WHERE notification_id > %b ORDER BY notification_id LIMIT %b
"""


class PostgresRawLog:
    """The application's RawLog over one jurisdiction's schema."""

    def __init__(self, pool: Pool, code: str) -> None:
        self._pool = pool
        self._read = SQL(_READ).format(events=Identifier(schema_of(code), "events"))

    async def read_after(self, position: int, limit: int) -> Sequence[RawEvent]:
        """At most `limit` events past a position, in order. Raises Unavailable."""
        async with connected(self._pool) as connection:
            answer = await connection.execute(self._read, (position, limit), binary=True)
            return [RawEvent(*row) for row in await answer.fetchall()]
