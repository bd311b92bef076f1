"""Waiting for what must come: bounded, and over as soon as it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

PATIENCE = 60.0
"""Seconds after which what has not come will not come, and the test fails."""

LOOK_SECONDS = 0.02


async def until(so: Callable[[], bool | Coroutine[Any, Any, bool]], patience: float = PATIENCE) -> None:
    """Return once it is so, looking again and again. Raises TimeoutError."""
    async with asyncio.timeout(patience):
        while True:
            found = so()
            if found if isinstance(found, bool) else await found:
                return
            await passed(LOOK_SECONDS)


async def passed(seconds: float) -> None:
    """Return after a while, for those who have nothing to wait for: one broken on purpose, a look now and then."""
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)
