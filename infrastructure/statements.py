"""Infrastructure: one statement, one transaction, on a connection of the pool; once more where the connection broke.

What the database can't do just now becomes Unavailable in one place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import psycopg
from psycopg.rows import TupleRow

from application.log import Unavailable
from infrastructure.log.pool import Pool

T = TypeVar("T")

OUT_OF_REACH = (
    # No connection to be had, the head held too long, the disk full, the server going or not yet come.
    psycopg.OperationalError,
    # The connection was closed while the statement was on its way to it.
    psycopg.InterfaceError,
    # A server that only follows another.
    psycopg.errors.ReadOnlySqlTransaction,
    # A schema not yet migrated, a view nothing has been projected into yet: it alone can't answer.
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedFunction,
)


class Lost(Exception):
    """The connection broke after the statement was sent: it may have been carried out."""


class Statements:
    """Sends prepared statements, parameters and answers in binary. `pool` is open and in autocommit."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def rows(self, statement: bytes, parameters: Sequence[Any]) -> list[TupleRow]:
        """What a reading statement answers; asked once more on another connection if this one is lost."""
        try:
            return await self.once(statement, parameters)
        except Lost:
            return await self.again(lambda: self.once(statement, parameters))

    async def again(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask after a connection was lost. Raises Unavailable."""
        # One dead connection of the pool is seldom alone: let it look at the others before taking one.
        await self._pool.check()
        try:
            return await ask()
        except Lost as lost:
            raise Unavailable from lost

    async def once(self, statement: bytes, parameters: Sequence[Any]) -> list[TupleRow]:
        """What the statement answers. Raises Lost, Unavailable."""
        try:
            async with self._pool.connection() as connection:
                try:
                    cursor = await connection.execute(statement, parameters, prepare=True, binary=True)
                    return await cursor.fetchall()
                except psycopg.OperationalError as error:
                    if connection.closed:
                        raise Lost from error
                    raise
        except OUT_OF_REACH as error:
            raise Unavailable from error
