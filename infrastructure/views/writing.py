"""Infrastructure: rows into the tables of a build, many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from psycopg import AsyncCursor
from psycopg.sql import SQL, Identifier

from infrastructure.log.arrays import Array, Bigints, Uuids
from infrastructure.views.builds import Build

Cursor = AsyncCursor[Any]
Columns = Mapping[str, str]
"""The columns of a table by name, with their types, in the order of a row's values."""

_ARRAYS: Mapping[str, type[Uuids | Bigints]] = {"uuid": Uuids, "bigint": Bigints}


async def insert(cursor: Cursor, build: Build, table: str, columns: Columns, rows: Sequence[Sequence[Any]]) -> None:
    """Add rows that are not there yet."""
    if not rows:
        return
    async with cursor.copy(_insert(build, table, tuple(columns))) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            await copy.write_row(row)


async def delete(cursor: Cursor, build: Build, table: str, keys: Columns, rows: Sequence[Sequence[Any]]) -> None:
    """Remove the rows with these keys, each a uuid or a bigint."""
    if not rows:
        return
    columns = zip(*rows, strict=True)
    values: list[Array] = [_ARRAYS[type](column) for type, column in zip(keys.values(), columns, strict=True)]
    # Planned each time: a plan made while the table was empty would be kept.
    await cursor.execute(_delete(build, table, tuple(keys)), values, prepare=False)


@lru_cache
def _insert(build: Build, table: str, columns: tuple[str, ...]) -> bytes:
    names = SQL(", ").join(map(Identifier, columns))
    return SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(build.table(table), names).as_bytes()


@lru_cache
def _delete(build: Build, table: str, keys: tuple[str, ...]) -> bytes:
    names = SQL(", ").join(map(Identifier, keys))
    values = SQL(", ").join(SQL("%b") for _ in keys)
    statement = SQL("DELETE FROM {} WHERE ({}) IN (SELECT * FROM unnest({}))")
    return statement.format(build.table(table), names, values).as_bytes()
