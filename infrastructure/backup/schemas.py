"""Infrastructure: one jurisdiction's schema out of a database as it is at one moment, and into another.

The snapshot that is held meanwhile stands in nobody's way: whoever appends updates no row.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from infrastructure.backup.programs import Programs
from infrastructure.log.batch import schema_of

_WHERE = "SELECT max(version), (SELECT coalesce(max(notification_id), 0) FROM {events}) FROM {schema_version}"
_NOTE = "SELECT note FROM {checkpoints} ORDER BY size DESC LIMIT 1"
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r'"

_NOBODYS = ("--no-owner", "--no-privileges")
"""Whoever restores it owns it: roles of the one server need not be there on the other."""


class Snapshot(NamedTuple):
    """A schema as it is at one moment."""

    id: str
    """By which other sessions see the same, as long as it is held."""
    schema_version: int
    position: int
    note: str | None
    """Of the newest checkpoint, where there is one."""


async def connect(url: str) -> psycopg.AsyncConnection[TupleRow]:
    """A connection of its own, each statement a transaction unless one is begun."""
    return await psycopg.AsyncConnection.connect(url, autocommit=True, fallback_application_name="hazardloop backup")


def major_of(connection: psycopg.AsyncConnection[TupleRow]) -> int:
    """The major version of the server."""
    return connection.info.server_version // 10000


async def is_there(connection: psycopg.AsyncConnection[TupleRow], code: str) -> bool:
    """Whether the jurisdiction has a schema, whatever is in it."""
    return await _found(connection, "to_regnamespace", schema_of(code))


@asynccontextmanager
async def snapshot(connection: psycopg.AsyncConnection[TupleRow], code: str) -> AsyncIterator[Snapshot]:
    """The schema as it is now, held for as long as the context lasts."""
    schema = schema_of(code)
    tables = {name: Identifier(schema, name) for name in ("events", "schema_version", "checkpoints")}
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        ((id,),) = await (await connection.execute("SELECT pg_export_snapshot()")).fetchall()
        ((version, position),) = await (await connection.execute(SQL(_WHERE).format(**tables))).fetchall()
        note = None
        # A schema that is behind may have none yet.
        if await _found(connection, "to_regclass", f"{schema}.checkpoints"):
            row = await (await connection.execute(SQL(_NOTE).format(**tables))).fetchone()
            note = None if row is None else row[0]
        yield Snapshot(id, version, position, note)


async def dump(programs: Programs, code: str, snapshot: Snapshot, file: Path) -> None:
    """Write the schema into a new file. Raises NoBackup."""
    what = (f"--schema={schema_of(code)}", f"--snapshot={snapshot.id}")
    await programs.run("pg_dump", "--format=custom", *what, *_NOBODYS, f"--file={file}")


async def restore(programs: Programs, file: Path) -> None:
    """Make the schema from a file, in one transaction. Raises NoBackup."""
    await programs.run("pg_restore", "--single-transaction", *_NOBODYS, str(file))


async def analyze(connection: psycopg.AsyncConnection[TupleRow], code: str) -> None:
    """Let the planner know how much is in the schema: a dump does not say."""
    for (table,) in await (await connection.execute(_TABLES, [schema_of(code)])).fetchall():
        await connection.execute(SQL("ANALYZE {}").format(Identifier(schema_of(code), table)))


async def _found(connection: psycopg.AsyncConnection[TupleRow], how: str, name: str) -> bool:
    found = await connection.execute(f"SELECT 1 WHERE {how}(%s) IS NOT NULL".encode(), [name])
    return await found.fetchone() is not None
