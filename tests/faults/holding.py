"""An insert held open by a trigger: those of connections named so, for as long as somebody holds a lock.

Also logs as many are kept, without a head that is locked: read by number or by time, they let a follower miss events.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import psycopg

from tests.conftest import JURISDICTION
from tests.faults.following import Seen
from tests.faults.waiting import until

HELD = "held"
LOCK = 7

_TRIGGER = """
CREATE FUNCTION {schema}.hold() RETURNS trigger LANGUAGE plpgsql AS $hold$
BEGIN
    IF current_setting('application_name') = 'held' THEN
        PERFORM set_config('lock_timeout', '0', true);
        PERFORM pg_advisory_xact_lock_shared(7);
    END IF;
    RETURN NEW;
END;
$hold$;
CREATE TRIGGER hold BEFORE INSERT ON {schema}.{table} FOR EACH ROW EXECUTE FUNCTION {schema}.hold();
"""

_UNLOCKED = """
CREATE TABLE public.unlocked (
    number bigserial PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    request uuid NOT NULL
);
"""

_WAITS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"


def named_held(url: str) -> str:
    """The same database, for whoever's inserts may be held."""
    return f"{url}&application_name={HELD}"


async def install(url: str, schema: str = f"hazardloop_{JURISDICTION}", table: str = "events") -> None:
    """Make the trigger."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(_TRIGGER.format(schema=schema, table=table).encode())


@dataclass
class Hold:
    """Whoever holds the lock."""

    connection: psycopg.AsyncConnection

    async def reached(self) -> None:
        """Return once an insert is held."""
        await until(self._waited_for)

    async def release(self) -> None:
        """Let it go on."""
        await self.connection.execute("SELECT pg_advisory_unlock_all()")

    async def _waited_for(self) -> bool:
        return await (await self.connection.execute(_WAITS)).fetchone() is not None


@asynccontextmanager
async def holding(url: str) -> AsyncIterator[Hold]:
    """From now on the inserts of connections named so are held, until released or the context ends."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield Hold(connection)


@dataclass(frozen=True)
class Unlocked:
    """A log without a head: numbers come from a sequence, or `at` is when it was written."""

    url: str
    mark: str

    async def prepare(self) -> None:
        """Make its table."""
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
            await connection.execute(_UNLOCKED)
        await install(self.url, "public", "unlocked")

    async def append(self, request: UUID, url: str) -> None:
        """Write an event."""
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute("INSERT INTO public.unlocked (request) VALUES (%s)", [request])

    async def page(self, after: object) -> Sequence[Seen]:
        """What lies past a mark."""
        statement = f"SELECT {self.mark}, request FROM public.unlocked WHERE {self.mark} > %s ORDER BY 1"
        async with await psycopg.AsyncConnection.connect(self.url) as connection:
            return await (await connection.execute(statement.encode(), [after])).fetchall()
