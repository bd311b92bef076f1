"""Infrastructure: of all processes one at a time makes the clock's pass over a jurisdiction, by a row lock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg.sql import SQL, Identifier

from infrastructure.connected import connected
from infrastructure.log.pool import Pool


class PostgresTurn:
    """The application's Turn. `alone` is one lock for all jurisdictions of the process.

    Whoever has the turn holds a connection and needs others for the work; so at midnight the
    jurisdictions of a process follow one another, lest together they hold the whole pool and wait for more.
    """

    def __init__(self, pool: Pool, schema: str, alone: asyncio.Lock) -> None:
        self._pool = pool
        self._alone = alone
        statement = SQL("SELECT 1 FROM {} WHERE turn = 'clock' FOR UPDATE SKIP LOCKED")
        self._take = statement.format(Identifier(schema, "turns"))

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[bool]:
        """Whether the turn is ours; held until the context ends. Raises Unavailable."""
        async with self._alone, connected(self._pool) as connection, connection.transaction():
            await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            found = await connection.execute(self._take)
            yield await found.fetchone() is not None
