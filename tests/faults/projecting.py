"""The product's projector as a process of its own, in small batches, saying after each how far it has come.

python -m tests.faults.projecting URL WHAT BATCH: WHAT is `projector`, which goes on for ever; `rebuild`, which builds
anew again and again; or `position-first`, a projector broken on purpose, which commits its position before its effects.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from application.log import Recorded
from application.projecting import Projector
from application.questions import Projection
from infrastructure.views.enterprises import Enterprises
from infrastructure.views.hazards import Hazards
from infrastructure.views.keeper import PostgresKeeper
from tests.conftest import JURISDICTION
from tests.infrastructure.views.town import town_at

CAME_TO = "came to"


def say(position: int) -> None:
    sys.stdout.write(f"{CAME_TO} {position}\n")
    sys.stdout.flush()


class Telling(PostgresKeeper):
    """Says how far it has come."""

    async def take(self, recorded: Sequence[Recorded]) -> bool:
        took = await super().take(recorded)
        say(recorded[-1].position)
        return took


class PositionFirst(Telling):
    """Commits the position, and then the effects in a transaction of their own."""

    async def take(self, recorded: Sequence[Recorded]) -> bool:
        async with self._pool.connection() as connection:
            row = await self._rows.find(connection, self.build)
            assert row is not None
            await self._rows.move(connection, row.build, recorded[-1].position)
        async with self._pool.connection() as connection, connection.transaction():
            await self._apply(connection, self._rows.build(row.build), recorded)
        say(recorded[-1].position)
        return True


async def main(url: str, what: str, batch: int) -> None:
    keeper = PositionFirst if what == "position-first" else Telling
    async with town_at(url) as town:
        keepers = [keeper(town.pool, JURISDICTION, tables) for tables in (Hazards(), Enterprises())]
        projector = Projector(town.log, keepers, batch=batch, poll=0.01, standby=0.01)
        if what == "rebuild":
            await rebuild_again_and_again(projector)
        else:
            await projector.run(asyncio.Event())


async def rebuild_again_and_again(projector: Projector) -> None:
    def tell(done: int, all: int) -> None:
        say(done)

    while True:
        for name in Projection:
            await projector.rebuild(name, tell)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
