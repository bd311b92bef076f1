"""Files of a release yet to come, behind those that are shipped; a process that has them stops in the second."""

from __future__ import annotations

import asyncio
import sys

from infrastructure.log import migrate as runner
from infrastructure.log.migrate import Migration, migrations

LOCK = 11

LATER = (
    # Not to be done twice, nor left out: the second needs the first.
    Migration(
        9001,
        "9001_more.sql",
        "CREATE TABLE {schema}.more (seen bigint);INSERT INTO {schema}.more SELECT count(*) FROM {schema}.events;",
    ),
    Migration(
        9002,
        "9002_much_more.sql",
        "ALTER TABLE {schema}.events ADD COLUMN more text;"
        f"SELECT pg_advisory_xact_lock_shared({LOCK}) WHERE {{code}} = '320584';"
        "ALTER TABLE {schema}.more ADD COLUMN code text; UPDATE {schema}.more SET code = {code};",
    ),
)


def release() -> list[Migration]:
    """What that release ships."""
    return [*migrations(), *LATER]


if __name__ == "__main__":
    shipped = release()
    runner.migrations = lambda: shipped  # type: ignore[assignment]
    asyncio.run(runner.migrate(sys.argv[1], sys.argv[2:]))
