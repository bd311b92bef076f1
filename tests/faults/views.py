"""Are the views what the log says? Both as bytes: those that were kept up, and those folded anew from the first event."""

from __future__ import annotations

from application.projecting import Projector
from application.questions import Projection
from tests.infrastructure.views.town import Town, town_at


async def differing(url: str) -> list[Projection]:
    """The views that are not what the fold of the log makes them, once they have caught up."""
    async with town_at(url) as town:
        await town.project()
        return [name for name in Projection if not await same(town, name)]


async def same(town: Town, name: Projection) -> bool:
    """Whether a view, where it stands, holds the same bytes as one built anew from zero, which takes its place."""
    projector: Projector = town.projector()
    kept_up = await town.dump(name)
    compared = await projector.rebuild(name, lambda done, all: None, check=True)
    return compared is True and await town.dump(name) == kept_up
