"""Infrastructure: a connection of the pool, for what is not the log; the log has a way of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from application.log import Unavailable
from infrastructure.log.pool import Pool


@asynccontextmanager
async def connected(pool: Pool) -> AsyncIterator[AsyncConnection[TupleRow]]:
    """A connection, each statement a transaction unless one is begun.

    Raises Unavailable: no connection to be had, or the server went away in the middle.
    """
    try:
        async with pool.connection() as connection:
            yield connection
    except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction):
        raise Unavailable from None
