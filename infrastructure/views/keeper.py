"""Infrastructure: keeps up one build of one projection, exactly once.

Effects and position are one transaction. What the database can't do just now becomes Unavailable, what
can't be folded Untakable.
"""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID

import psycopg
from opentelemetry import trace
from opentelemetry.context import Context
from psycopg.sql import SQL

from application.log import Recorded, Unavailable
from application.projecting import Halted, InTheWay, Keeper, Untakable, relevant
from infrastructure.log.batch import schema_of
from infrastructure.log.pool import Pool
from infrastructure.views import builds, forgetting
from infrastructure.views.builds import Build, Connection, Tables
from infrastructure.views.projection_rows import ProjectionRows

PATIENCE = SQL("SET LOCAL lock_timeout TO '200ms'")
"""How long to stand in readers' way: less than the second after which PostgreSQL looks for a deadlock."""

tracer = trace.get_tracer("hazardloop")

_MADE = (
    "SELECT substring(relname FROM %s)::int FROM pg_class"
    " WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r' AND relname ~ %s"
)


class PostgresKeeper:
    """Implements application.projecting.Keeper. Without `build`, for whichever build serves."""

    def __init__(self, pool: Pool, code: str, tables: Tables, build: int | None = None) -> None:
        self.name = tables.name
        self.build = build
        self._pool = pool
        self._code = code
        self._schema = schema_of(code)
        self._tables = tables
        self._rows = ProjectionRows(self._schema, tables)
        self._serves = False
        self._said = {"hazardloop.jurisdiction": code, "hazardloop.projection": tables.name.value}

    async def install(self) -> None:
        """Make the first build of this version, if there is none."""
        async with self._transaction() as connection:
            if not await self._rows.all(connection):
                await self._rows.lock_all(connection)
                if not await self._rows.all(connection):
                    await self._begin(connection, 1)

    async def position(self) -> int | None:
        """The last event taken; None while it is parked."""
        async with self._transaction() as connection:
            row = await self._rows.find(connection, self.build)
        return None if row is None or row.state == "parked" else row.position

    async def take(self, recorded: Sequence[Recorded]) -> bool:
        """Take those events that are next; False if another process is at it, or was."""
        span = tracer.start_span("projection batch", Context(), attributes=self._said)
        span.set_attribute("hazardloop.events", len(recorded))
        try:
            return await self._take(recorded)
        finally:
            span.end()

    async def _take(self, recorded: Sequence[Recorded]) -> bool:
        async with self._transaction() as connection:
            row = await self._rows.lock(connection, self.build)
            if row is None or row.state == "parked":
                return False
            following = [one for one in recorded if one.position > row.position]
            if not following or following[0].position != row.position + 1:
                return False
            await self._apply(connection, self._rows.build(row.build), following)
            await self._rows.move(connection, row.build, following[-1].position)
        return True

    async def park(self, position: int, error: str) -> None:
        """Stand still after this event until resumed, if that is where it stands."""
        async with self._transaction() as connection:
            await self._rows.park(connection, self.build, position, error)

    async def resume(self) -> bool:
        """Try again from where it was parked; whether it was."""
        async with self._transaction() as connection:
            return await self._rows.resume(connection, self.build)

    async def serve(self) -> None:
        """Be read from now on, if it was not yet."""
        if self._serves:
            return
        async with self._transaction() as connection:
            row = await self._rows.wait(connection, self.build)
            if row is None:
                return
            if not row.serving:
                await builds.point_views(connection, self._tables, self._rows.build(row.build))
                await self._rows.serve(connection, row.build)
        self._serves = True

    async def beside(self) -> Keeper:
        """A new build, empty, or the one that another rebuild has begun. One that was parked is dropped."""
        await self.sweep()
        async with self._transaction() as connection:
            await self._rows.lock_all(connection)
            found = await self._rows.all(connection)
            for row in found[1:]:
                if row.state == "building":
                    return self._of(row.build)
                await self._rows.remove(connection, row.build)
                await builds.drop(connection, self._tables, self._rows.build(row.build))
            number = 1 + max(row.build for row in found)
            await self._begin(connection, number)
        return self._of(number)

    @asynccontextmanager
    async def halted(self) -> AsyncIterator[Halted]:
        """Take nothing until the context ends."""
        async with self._transaction() as connection:
            row = await self._rows.wait(connection, self.build)
            if row is None:
                raise InTheWay
            yield _Halt(connection, self._tables, self._rows, row.build, row.position)

    async def sweep(self) -> None:
        """Drop the tables of builds that are in no row any more; what is being read is left for the next time."""
        first, _ = self._tables.tables[0]
        named = rf"^{first}_v{self._tables.version}_b(\d+)$"
        async with self._transaction() as connection:
            # The tables first: one that is made meanwhile is in neither list.
            made = await (await connection.execute(_MADE, [named, self._schema, named])).fetchall()
            kept = {row.build for row in await self._rows.all(connection)}
        for (number,) in made:
            if number not in kept:
                with suppress(InTheWay):
                    async with self._transaction() as connection:
                        await connection.execute(PATIENCE)
                        await builds.drop(connection, self._tables, self._rows.build(number))

    async def forget(self, hazard_ids: Sequence[UUID]) -> None:
        """Empty the texts of these hazards that were erased, in every build there is."""
        table = self._tables.texts
        if table is None:
            return
        async with self._transaction() as connection:
            found = await forgetting.holding(connection, self._schema, table)
        for build in found:
            try:
                # Each by itself: a rebuild that stands still for one of them may be waiting for the other.
                with suppress(psycopg.errors.UndefinedTable):
                    async with self._transaction() as connection:
                        await forgetting.wait(connection, self._tables, build)
                        await forgetting.forget(connection, build, table, hazard_ids)
            except InTheWay:
                raise Unavailable from None

    async def drop_old(self) -> None:
        """Drop every earlier version. Raises InTheWay while one is being read."""
        async with self._transaction() as connection:
            await connection.execute(PATIENCE)
            for old in await self._rows.older(connection):
                await builds.drop_views(connection, self._tables, old)
                await builds.drop(connection, self._tables, old)
            await self._rows.forget_older(connection)

    async def dump(self) -> AsyncIterator[bytes]:
        """Every row of the build, in order: two builds of one log, at one position, give the same bytes."""
        async with self._transaction() as connection:
            row = await self._rows.wait(connection, self.build)
            if row is not None:
                async for block in builds.dumped(connection, self._tables, self._rows.build(row.build)):
                    yield block

    def _of(self, build: int) -> PostgresKeeper:
        return PostgresKeeper(self._pool, self._code, self._tables, build)

    async def _begin(self, connection: Connection, number: int) -> None:
        await builds.create(connection, self._tables, self._rows.build(number))
        await self._rows.add(connection, number)

    async def _apply(self, connection: Connection, build: Build, recorded: Sequence[Recorded]) -> None:
        try:
            concerned = relevant(recorded, self._tables.subjects)
            if concerned:
                await self._tables.apply(connection, build, concerned)
        except (psycopg.OperationalError, psycopg.InterfaceError, Untakable):
            raise
        except Exception as error:
            # Whatever it is, it comes again with the same events; its message might repeat what they say.
            where = traceback.extract_tb(error.__traceback__)[-1]
            raise Untakable(f"{type(error).__name__} ({Path(where.filename).name}:{where.lineno})") from error

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        try:
            async with self._pool.connection() as connection, connection.transaction():
                yield connection
        except psycopg.errors.LockNotAvailable:
            raise InTheWay from None
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction):
            raise Unavailable from None


class _Halt:
    """Implements application.projecting.Halted, for as long as its transaction lasts."""

    def __init__(self, connection: Connection, tables: Tables, rows: ProjectionRows, build: int, position: int) -> None:
        self.position = position
        self._connection = connection
        self._tables = tables
        self._rows = rows
        self._build = build

    async def same_as(self, other: Keeper) -> bool:
        """Whether both builds hold the same bytes."""
        mine = await builds.digest(self._connection, self._tables, self._rows.build(self._build))
        return mine == await builds.digest(self._connection, self._tables, self._rows.build(self._number(other)))

    async def give_way(self, other: Keeper) -> None:
        """Let the other build serve instead."""
        number = self._number(other)
        if number == self._build:  # another rebuild has seen to it
            return
        await builds.analyze(self._connection, self._tables, self._rows.build(number))
        await self._connection.execute(PATIENCE)
        await builds.point_views(self._connection, self._tables, self._rows.build(number))
        await self._rows.remove(self._connection, self._build)
        await self._rows.serve(self._connection, number)

    def _number(self, other: Keeper) -> int:
        assert isinstance(other, PostgresKeeper)
        return other.build if other.build is not None else self._build
