"""Infrastructure: the queue before a log, as the server's lock table shows it to anybody.

Who locks a row holds a lock on its table until the transaction ends, so nothing has to be kept or asked of the
processes. What a session does is only seen by its own role, or by one that may read all of them.
"""

from __future__ import annotations

from typing import Any

from psycopg.sql import SQL

from application.queue import Queue, Session
from infrastructure.connected import connected
from infrastructure.log.batch import schema_of
from infrastructure.log.pool import Pool

# FOR UPDATE locks the table in ROW SHARE mode, which only the two strongest modes keep out. Who waits for the row
# holds a tuple lock, or waits for one; who waits for the table has not been granted it.
_LOOK = """
SELECT l.relation = to_regclass(%(head)s) AS of_head, NOT bool_and(l.granted AND l.locktype = 'relation') AS waits,
       l.pid, coalesce(a.application_name, ''), coalesce(a.state, ''),
       CASE WHEN a.wait_event_type = 'Lock' THEN a.wait_event END,
       coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::float8
FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.relation IN (to_regclass(%(head)s), to_regclass(%(turns)s))
    AND (l.locktype = 'tuple' OR l.mode IN ('RowShareLock', 'ExclusiveLock', 'AccessExclusiveLock'))
GROUP BY l.relation, l.virtualtransaction, l.pid, 4, 5, 6, a.xact_start
ORDER BY a.xact_start
"""


class PostgresQueues:
    """Implements application.queue.Queues over one jurisdiction's schema."""

    def __init__(self, pool: Pool, code: str) -> None:
        self._pool = pool
        self._tables = {table: f"{schema_of(code)}.{table}" for table in ("head", "turns")}

    async def look(self) -> Queue:
        """The queue just now. Raises Unavailable."""
        async with connected(self._pool) as connection:
            rows = await (await connection.execute(SQL(_LOOK), self._tables)).fetchall()
        return Queue(
            holding=[_session(row) for row in rows if row[0] and not row[1]],
            waiting=[_session(row) for row in rows if row[0] and row[1]],
            clock=[_session(row) for row in rows if not row[0] and not row[1]],
        )


def _session(row: tuple[Any, ...]) -> Session:
    return Session(*row[2:])
