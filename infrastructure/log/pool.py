"""Infrastructure: the one bounded pool of connections by which a process serves all its jurisdictions."""

from __future__ import annotations

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]

CONNECT_SECONDS = 5
WAITING = 1000
"""How many may queue for a connection; who comes after them is told at once to come again."""


def bounded_pool(url: str, size: int = 10, patience: float = 5.0) -> Pool:
    """A pool of at most `size` connections, yet to be opened; each statement is a transaction unless one is begun.

    Whoever waits longer than `patience` seconds for a connection gets psycopg_pool.PoolTimeout.
    """
    return AsyncConnectionPool(
        url,
        kwargs={"autocommit": True, "connect_timeout": CONNECT_SECONDS},
        configure=_configure,
        min_size=1,
        max_size=size,
        max_waiting=WAITING,
        timeout=patience,
        open=False,
    )


async def _configure(connection: AsyncConnection[TupleRow]) -> None:
    """READ COMMITTED said outright: the log's database function refuses any other, and a server may have another.

    Times come back with an offset of zero, whatever zone the server is in.
    """
    await connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED")
    await connection.execute("SET TIME ZONE 'UTC'")
