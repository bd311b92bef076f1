"""Infrastructure: brings the schemas of jurisdictions up to date with the numbered SQL files of `migrations/`.

Schema by schema and file by file, each file in a transaction of its own with the note that it was
applied, under a lock of the schema: any number of processes may start at once, and a run that was cut
off is taken up where it stopped.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from infrastructure.log.batch import schema_of
from infrastructure.sql_files import statements

_FILE = re.compile(r"(?P<number>\d{4})_[a-z0-9_]+\.sql")

_VERSIONS = """
CREATE TABLE {schema}.schema_version (
    version int PRIMARY KEY,
    file text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file. `{schema}` in it stands for the quoted schema, `{code}` for the code as a literal."""

    version: int
    file: str
    sql: str


async def migrate(url: str, codes: Sequence[str]) -> None:
    """Apply to each jurisdiction's schema what it lacks, in order. Raises psycopg.Error, ValueError for a bad code."""
    await asyncio.to_thread(_migrate, url, codes)


async def is_current(connection: psycopg.AsyncConnection[Any], code: str) -> bool:
    """Whether the schema has every migration this release knows; a newer release may have added more."""
    schema = schema_of(code)
    begun = await connection.execute("SELECT 1 WHERE to_regclass(%s) IS NOT NULL", [f"{schema}.schema_version"])
    if await begun.fetchone() is None:
        return False
    known = [migration.version for migration in migrations()]
    missing = SQL("SELECT 1 FROM unnest(%s::int[]) AS known WHERE known NOT IN (SELECT version FROM {}.schema_version)")
    found = await connection.execute(missing.format(Identifier(schema)), [known])
    return await found.fetchone() is None


def migrate_on(connection: psycopg.Connection[Any], code: str) -> None:
    """Apply to one schema what it lacks, on a connection in no transaction."""
    for migration in migrations():
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
            _apply(connection, schema_of(code), code, migration)


@cache
def migrations() -> Sequence[Migration]:
    """The files this release ships, in order. Raises ValueError for two with one number."""
    found = sorted(_files(), key=lambda migration: migration.version)
    if len({migration.version for migration in found}) < len(found):
        raise ValueError("two migrations have the same number")
    return found


def _files() -> Iterator[Migration]:
    for file in (resources.files("infrastructure.log") / "migrations").iterdir():
        if name := _FILE.fullmatch(file.name):
            yield Migration(int(name["number"]), file.name, file.read_text(encoding="utf-8"))


def _migrate(url: str, codes: Sequence[str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for code in codes:
            migrate_on(connection, code)


def _apply(connection: psycopg.Connection[Any], schema: str, code: str, migration: Migration) -> None:
    """In a transaction: nobody else is at this schema until it ends."""
    quoted = Identifier(schema).as_string(connection)
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [schema])
    if connection.execute("SELECT 1 WHERE to_regnamespace(%s) IS NULL", [schema]).fetchone():
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
    if connection.execute("SELECT 1 WHERE to_regclass(%s) IS NULL", [f"{schema}.schema_version"]).fetchone():
        connection.execute(_VERSIONS.replace("{schema}", quoted).encode())
    version = SQL("{}.schema_version").format(Identifier(schema))
    applied = SQL("SELECT 1 FROM {} WHERE version = %s").format(version)
    if connection.execute(applied, [migration.version]).fetchone():
        return
    sql = migration.sql.replace("{schema}", quoted).replace("{code}", Literal(code).as_string(connection))
    for statement in statements(sql):
        connection.execute(statement.encode())
    noted = SQL("INSERT INTO {} (version, file) VALUES (%s, %s)").format(version)
    connection.execute(noted, [migration.version, migration.file])
