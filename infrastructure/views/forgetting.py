"""Infrastructure: texts that were erased leave the views, in whatever build they lie.

A build may have read a text before it was erased and write it afterwards, and then stand still for good: killed,
parked, or of an earlier version. So each batch asks again, before it is committed, about what it has read
(`erased_of`), and an erasure goes through every build there is, one after the other, once the batch on its way is in.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg.sql import SQL, Identifier

from application.log import Recorded
from application.views.search import bigrams, searchable
from infrastructure.log.arrays import Bigints, Texts, Uuids
from infrastructure.views.builds import Build, Connection, Tables

PATIENCE = SQL("SET LOCAL lock_timeout TO '2s'")
"""How long to wait for the batch on its way; longer only stands who compares a rebuild byte for byte."""

_EMPTY = searchable((None, None))

# What a build holds is what a fold of the log makes of it now: of an emptied event, nothing.
_FORGET = SQL(
    "UPDATE {text} t SET description = NULL, place = NULL, searched = %s, bigrams = %s::text[] FROM {events} e"
    " WHERE t.hazard_id = ANY(%s) AND (t.description IS NOT NULL OR t.place IS NOT NULL)"
    " AND e.originator_id = t.hazard_id AND e.originator_version = t.version AND e.private IS NULL"
)

_ERASED = SQL("SELECT originator_id FROM {} WHERE notification_id = ANY(%b) AND private IS NULL")

_MADE = (
    "SELECT m[1]::int, m[2]::int FROM pg_class, regexp_match(relname, %s) AS m"
    " WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r' AND m IS NOT NULL ORDER BY 1, 2"
)

_WAIT = SQL("SELECT FROM {} WHERE name = %s AND version = %s AND build = %s FOR UPDATE")


async def erased_of(connection: Connection, schema: str, said: Sequence[Recorded]) -> list[UUID]:
    """Whose events among these, all of which said texts when they were read, say none any more."""
    statement = _ERASED.format(Identifier(schema, "events"))
    found = await connection.execute(statement, [Bigints(one.position for one in said)], prepare=False)
    return [id for (id,) in await found.fetchall()]


async def forget(connection: Connection, build: Build, table: str, hazard_ids: Sequence[UUID]) -> None:
    """Empty what this build's table says of these hazards and the log says no more."""
    statement = _FORGET.format(text=build.table(table), events=Identifier(build.schema, "events"))
    await connection.execute(statement, [_EMPTY, Texts(bigrams(_EMPTY)), Uuids(hazard_ids)], prepare=False)


async def holding(connection: Connection, schema: str, table: str) -> list[Build]:
    """Every build whose table is there, of whatever version, in whatever state or swept away next."""
    found = await connection.execute(_MADE, [rf"^{table}_v(\d+)_b(\d+)$", schema])
    return [Build(schema, version, number) for version, number in await found.fetchall()]


async def wait(connection: Connection, tables: Tables, build: Build) -> None:
    """Let the batch on its way come in, and no other before this transaction ends."""
    await connection.execute(PATIENCE)
    statement = _WAIT.format(Identifier(build.schema, "projection"))
    await connection.execute(statement, [tables.name.value, build.version, build.number])
