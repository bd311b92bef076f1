"""Infrastructure: which jurisdictions' schemas of a database are there, and which are up to date."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from infrastructure.connected import connected
from infrastructure.log.batch import schema_of
from infrastructure.log.migrate import is_current, migrate
from infrastructure.log.pool import Pool


class PostgresSchemas:
    """The schemas behind a pool. Migrations take a connection of their own: `url` leads to the same database."""

    def __init__(self, pool: Pool, url: str) -> None:
        self._pool = pool
        self._url = url

    async def current(self, codes: Collection[str]) -> Collection[str]:
        """Those whose schema has all that this release needs. Asks the database in any case. Raises Unavailable."""
        async with connected(self._pool) as connection:
            await connection.execute("SELECT 1")
            return {code for code in codes if await is_current(connection, code)}

    async def absent(self, codes: Sequence[str]) -> Sequence[str]:
        """Those that have no schema yet, in the order given. Raises Unavailable."""
        async with connected(self._pool) as connection:
            found = await connection.execute("SELECT nspname FROM pg_namespace")
            names = {name for (name,) in await found.fetchall()}
        return [code for code in codes if schema_of(code) not in names]

    async def migrate(self, code: str) -> None:
        """Bring a schema up to date, or make it. Raises psycopg.Error."""
        await migrate(self._url, [code])
