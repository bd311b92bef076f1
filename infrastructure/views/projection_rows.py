"""Infrastructure: the rows that say where each build of one version of a projection stands.

Whoever projects locks the row of the build first; so of all processes only one does.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from psycopg.sql import SQL, Identifier

from infrastructure.views.builds import Build, Connection, Tables

_OF_VERSION = "name = %(name)s AND version = %(version)s"
_OF_BUILD = f"{_OF_VERSION} AND build = %(build)s"

# The build that was named, or the main one: that serves or, before one does, the first.
_CHOSEN = f"""
{_OF_VERSION} AND build = coalesce(%(build)s::int, (
    SELECT build FROM {{projection}} WHERE {_OF_VERSION} ORDER BY serving DESC, build LIMIT 1
))"""

_SELECT = "SELECT build, position, serving, state FROM {projection} WHERE "
_ALL = f"{_SELECT} {_OF_VERSION} ORDER BY serving DESC, build"
_FIND = f"{_SELECT} {_CHOSEN}"
_LOCK = f"{_SELECT} {_CHOSEN} FOR UPDATE SKIP LOCKED"
_WAIT = f"{_SELECT} {_CHOSEN} FOR UPDATE"
_MOVE = f"UPDATE {{projection}} SET position = %(position)s WHERE {_OF_BUILD}"
_PARK = f"UPDATE {{projection}} SET state = 'parked', error = %(error)s WHERE position = %(position)s AND {_CHOSEN}"
_RESUME = f"""
UPDATE {{projection}} SET state = CASE WHEN serving THEN 'live' ELSE 'building' END, error = NULL
WHERE state = 'parked' AND {_CHOSEN} RETURNING build
"""
_ADD = "INSERT INTO {projection} (name, version, build) VALUES (%(name)s, %(version)s, %(build)s)"
_SERVE = f"""
UPDATE {{projection}} SET serving = true, state = CASE state WHEN 'building' THEN 'live' ELSE state END
WHERE {_OF_BUILD}
"""
_REMOVE = f"DELETE FROM {{projection}} WHERE {_OF_BUILD}"
_OLDER = "SELECT version, build FROM {projection} WHERE name = %(name)s AND version < %(version)s"
_FORGET = "DELETE FROM {projection} WHERE name = %(name)s AND version < %(version)s"


class Row(NamedTuple):
    """Where a build stands."""

    build: int
    position: int
    serving: bool
    state: str


class ProjectionRows:
    """The rows of one version of a projection in one schema. `build` None: the main one."""

    def __init__(self, schema: str, tables: Tables) -> None:
        self._schema = schema
        self._name = tables.name.value
        self._version = tables.version
        self._projection = Identifier(schema, "projection")

    def build(self, number: int) -> Build:
        """The build of this number."""
        return Build(self._schema, self._version, number)

    async def all(self, connection: Connection) -> list[Row]:
        """Every build, the main one first."""
        return [Row(*row) for row in await self._answer(connection, _ALL)]

    async def find(self, connection: Connection, build: int | None) -> Row | None:
        """Where it stands, as last committed."""
        return _one(await self._answer(connection, _FIND, build=build))

    async def lock(self, connection: Connection, build: int | None) -> Row | None:
        """Where it stands, locked; None if another has it locked."""
        return _one(await self._answer(connection, _LOCK, build=build))

    async def wait(self, connection: Connection, build: int | None) -> Row | None:
        """Where it stands, locked once nobody else has it locked; None if it is there no more."""
        return _one(await self._answer(connection, _WAIT, build=build))

    async def lock_all(self, connection: Connection) -> None:
        """Let nobody else begin a build."""
        await connection.execute(SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(self._projection))

    async def add(self, connection: Connection, build: int) -> None:
        """A build that holds nothing yet."""
        await self._run(connection, _ADD, build=build)

    async def move(self, connection: Connection, build: int, position: int) -> None:
        """It has taken everything up to this position."""
        await self._run(connection, _MOVE, build=build, position=position)

    async def park(self, connection: Connection, build: int | None, position: int, error: str) -> None:
        """It stands still, if that is where it stands."""
        await self._run(connection, _PARK, build=build, position=position, error=error)

    async def resume(self, connection: Connection, build: int | None) -> bool:
        """It goes on; whether it was parked."""
        return bool(await self._answer(connection, _RESUME, build=build))

    async def serve(self, connection: Connection, build: int) -> None:
        """It is the one that is read."""
        await self._run(connection, _SERVE, build=build)

    async def remove(self, connection: Connection, build: int) -> None:
        """It is there no more."""
        await self._run(connection, _REMOVE, build=build)

    async def older(self, connection: Connection) -> list[Build]:
        """Every build of earlier versions."""
        return [Build(self._schema, *row) for row in await self._answer(connection, _OLDER)]

    async def forget_older(self, connection: Connection) -> None:
        """Earlier versions are there no more."""
        await self._run(connection, _FORGET)

    async def _answer(self, connection: Connection, statement: str, **values: object) -> list[Any]:
        given = {"name": self._name, "version": self._version, **values}
        cursor = await connection.execute(SQL(statement).format(projection=self._projection), given)
        return await cursor.fetchall()

    async def _run(self, connection: Connection, statement: str, **values: object) -> None:
        given = {"name": self._name, "version": self._version, **values}
        await connection.execute(SQL(statement).format(projection=self._projection), given)


def _one(found: list[Any]) -> Row | None:
    return Row(*found[0]) if found else None
