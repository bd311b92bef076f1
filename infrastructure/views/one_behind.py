"""Infrastructure: one thing is done while the next is being made ready, and never two at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, ParamSpec, Self

P = ParamSpec("P")


class OneBehind:
    """Begins each thing once the one before is done. At the end of the context all are done, or one has raised."""

    def __init__(self) -> None:
        self._doing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._doing is None:
            return
        if error is None:
            await self._doing
        else:
            self._doing.cancel()
            await asyncio.gather(self._doing, return_exceptions=True)

    async def do(self, what: Callable[P, Coroutine[Any, Any, None]], *args: P.args, **kwargs: P.kwargs) -> None:
        """Return once this has begun. Raises what the one before raised."""
        if self._doing is not None:
            await self._doing
        self._doing = asyncio.create_task(what(*args, **kwargs))
        await asyncio.sleep(0)
