"""Infrastructure: a projection's tables, named by version and build, and the SQL views over the build that serves.

A rebuild fills the tables of the next build beside those in use; the views are then pointed at them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from typing import Any, Protocol

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composed, Identifier

from application.log import Recorded
from application.questions import Projection
from infrastructure.sql_files import statements

Connection = AsyncConnection[Any]


@dataclass(frozen=True, slots=True)
class Build:
    """One build of one version of a projection, in one schema."""

    schema: str
    version: int
    number: int

    @property
    def suffix(self) -> str:
        """What the names of its tables end with."""
        return f"v{self.version}_b{self.number}"

    def table(self, name: str) -> Identifier:
        """One of its tables, with the schema."""
        return Identifier(self.schema, f"{name}_{self.suffix}")

    def view(self, name: str) -> Identifier:
        """The SQL view over that table of whichever build serves."""
        return Identifier(self.schema, f"{name}_v{self.version}")


class Tables(Protocol):
    """What one version of a projection keeps in tables, and how."""

    name: Projection
    version: int
    file: str
    """The SQL file that makes the tables of a build."""
    tables: Sequence[tuple[str, str]]
    """Each table and what its rows are ordered by."""
    subjects: tuple[str, ...]
    """What the names of its events begin with."""
    texts: str | None
    """The table that holds what may have to be erased, of every version: hazard_id, version and the texts."""

    async def apply(self, connection: Connection, build: Build, recorded: Sequence[Recorded]) -> None:
        """Fold these events, all readable and in order, into the tables. Raises what the fold raises."""


async def create(connection: Connection, tables: Tables, build: Build) -> None:
    """Make the tables of a build, empty."""
    text = (resources.files("infrastructure.views") / tables.file).read_text(encoding="utf-8")
    schema = Identifier(build.schema).as_string(connection)
    for statement in statements(text.replace("{schema}", schema).replace("{build}", build.suffix)):
        await connection.execute(statement.encode())


async def point_views(connection: Connection, tables: Tables, build: Build) -> None:
    """Let the SQL views show this build."""
    for name, _ in tables.tables:
        statement = SQL("CREATE OR REPLACE VIEW {} AS SELECT * FROM {}")
        await connection.execute(statement.format(build.view(name), build.table(name)))


async def analyze(connection: Connection, tables: Tables, build: Build) -> None:
    """Let the planner know how much is in a build before anybody reads it."""
    for name, _ in tables.tables:
        await connection.execute(SQL("ANALYZE {}").format(build.table(name)))


async def drop(connection: Connection, tables: Tables, build: Build) -> None:
    """Drop the tables of a build that no SQL view shows."""
    for name, _ in tables.tables:
        await connection.execute(SQL("DROP TABLE IF EXISTS {}").format(build.table(name)))


async def drop_views(connection: Connection, tables: Tables, build: Build) -> None:
    """Drop the SQL views of a version."""
    for name, _ in tables.tables:
        await connection.execute(SQL("DROP VIEW IF EXISTS {}").format(build.view(name)))


async def dumped(connection: Connection, tables: Tables, build: Build) -> AsyncIterator[bytes]:
    """Every row of every table, in order, as bytes: two builds of one log give the same. In a transaction."""
    await connection.execute("SET LOCAL timezone TO 'UTC'")
    for name, order in tables.tables:
        yield f"{name}\n".encode()
        async with connection.cursor().copy(_ordered(build.table(name), order)) as copy:
            async for block in copy:
                yield bytes(block)


async def digest(connection: Connection, tables: Tables, build: Build) -> bytes:
    """SHA-256 over the dump."""
    over = sha256()
    async for block in dumped(connection, tables, build):
        over.update(block)
    return over.digest()


def _ordered(table: Identifier, order: str) -> Composed:
    return SQL("COPY (SELECT * FROM {} ORDER BY {}) TO STDOUT").format(table, SQL(order))
