"""Infrastructure: rows into tables, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import AsyncCursor
from psycopg.sql import SQL, Identifier

Cursor = AsyncCursor[Any]
Columns = Mapping[str, str]
"""The columns of a table by name, with their types, in the order of a row's values."""


async def insert(cursor: Cursor, table: Identifier, columns: Columns, rows: Sequence[Sequence[Any]]) -> None:
    """Add rows that are not there yet."""
    if not rows:
        return
    names = SQL(", ").join(map(Identifier, columns))
    async with cursor.copy(SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table, names)) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            await copy.write_row(row)


async def delete(cursor: Cursor, table: Identifier, keys: Columns, rows: Iterable[Sequence[Any]]) -> None:
    """Remove the rows with these keys."""
    given = list(rows)
    if not given:
        return
    names = SQL(", ").join(map(Identifier, keys))
    values = SQL(", ").join(SQL("{}::" + type + "[]").format(SQL("%s")) for type in keys.values())
    statement = SQL("DELETE FROM {} WHERE ({}) IN (SELECT * FROM unnest({}))").format(table, names, values)
    # Planned each time: a plan made while the table was empty would be kept.
    await cursor.execute(statement, [list(column) for column in zip(*given, strict=True)], prepare=False)
