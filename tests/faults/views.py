"""Are the views what the log says? As bytes: those that were kept up, and those folded anew from the first event."""

from __future__ import annotations

from application.questions import Projection
from tests.faults.waiting import until
from tests.infrastructure.views.town import Town


async def differing(town: Town) -> list[Projection]:
    """The views that are not what the fold of the log makes them; each is replaced by the one built anew.

    First they catch up: built anew, a view lacks texts whose erasure the one that was kept up has yet to come to.
    Whoever was killed may be at it for a moment still: a server's worker, or a session of the database.
    """
    await until(town.projector().catch_up)
    return [name for name in Projection if not await _same(town, name)]


async def _same(town: Town, name: Projection) -> bool:
    kept_up = await town.dump(name)
    compared = await town.projector().rebuild(name, lambda done, all: None, check=True)
    return compared is True and await town.dump(name) == kept_up
