"""Infrastructure: waiting until the views have taken an event, so that who has just written never reads the past."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from psycopg.sql import SQL

from application.log import Unavailable
from application.questions import Projection
from infrastructure.views.asking import VERSIONS, Asking

FIRST_PAUSE = 0.005
LONGEST_PAUSE = 0.1
"""Seconds between two looks; doubled from the first to the longest. All who wait share each look."""

_POSITIONS = """
SELECT name, position FROM {projection}
WHERE serving AND (name, version) IN (SELECT * FROM unnest(%(names)s::text[], %(versions)s::int[]))
"""


class Reaching:
    """How far the views have come, and whoever waits for them to come further."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._known: dict[str, int] = {}
        self._looking: asyncio.Task[None] | None = None

    async def reached(self, position: int, of: Sequence[Projection], timeout: float) -> None:
        """Return once all of them have taken the event at `position`. Raises Unavailable after `timeout` seconds."""
        pause = FIRST_PAUSE
        try:
            async with asyncio.timeout(timeout):
                while not self._have(position, of):
                    await self._look()
                    if not self._have(position, of):
                        await asyncio.sleep(pause)
                        pause = min(2 * pause, LONGEST_PAUSE)
        except TimeoutError:
            raise Unavailable from None

    def _have(self, position: int, of: Sequence[Projection]) -> bool:
        # Remembering is safe: what serves never goes back, a rebuilt one takes its place only when it is as far.
        return all(self._known.get(name, 0) >= position for name in of)

    async def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._ask())
            self._looking.add_done_callback(_heard)
        await asyncio.shield(self._looking)

    async def _ask(self) -> None:
        statement = SQL(_POSITIONS).format(projection=self._asking.projection)
        read = {"names": [name.value for name in VERSIONS], "versions": list(VERSIONS.values())}
        for row in await self._asking.rows(statement, read):
            self._known[row["name"]] = row["position"]


def _heard(looked: asyncio.Task[None]) -> None:
    """Whoever still waits is told what went wrong; if nobody does, nobody has to be."""
    if not looked.cancelled():
        looked.exception()
