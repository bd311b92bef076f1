"""What every question begins with: whether what the caller has just written is there to be seen."""

from __future__ import annotations

import asyncio

from api.asking import Asking
from application.jurisdiction import Jurisdiction
from application.log import Unavailable
from application.questions import WAIT_SECONDS, Projection


async def caught_up(jurisdiction: Jurisdiction, asking: Asking, *of: Projection) -> None:
    """Return once the projections have taken `min_position`. Raises Unavailable after 5 seconds."""
    if asking.min_position is not None:
        await jurisdiction.views.reached(asking.min_position, of)


async def signed(jurisdiction: Jurisdiction, asking: Asking) -> None:
    """Return once a checkpoint covers `min_position`. Raises Unavailable after 5 seconds."""
    if asking.min_position is not None:
        await jurisdiction.proofs.covered(asking.min_position)


async def written(jurisdiction: Jurisdiction, asking: Asking) -> None:
    """Return once the log itself holds `min_position`; what is read from it is never behind. Raises Unavailable."""
    if asking.min_position is None:
        return
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while await jurisdiction.log.head() < asking.min_position:
                await jurisdiction.log.wait(asking.min_position - 1, WAIT_SECONDS)
    except TimeoutError:
        raise Unavailable from None
