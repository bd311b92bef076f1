"""Application: the log page by page, the next one read and decoded while this one is being written.

Reading is work for this process, writing for the database: one after the other, each would wait for the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from application.log import EventLog, Recorded


class ReadingAhead:
    """Reads `size` events at a time; nothing is read any more once the context has ended."""

    def __init__(self, log: EventLog, size: int) -> None:
        self._log = log
        self._size = size
        self._next: tuple[int, asyncio.Future[Sequence[Recorded]]] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._drop()

    async def read_after(self, position: int) -> Sequence[Recorded]:
        """The page past a position, which need not be where the last one ended. Raises Unavailable."""
        if self._next is not None and self._next[0] == position:
            try:
                page = await self._next[1]
            finally:
                self._next = None
        else:
            await self._drop()
            page = await self._log.read_after(position, self._size)
        if len(page) == self._size:
            last = page[-1].position
            self._next = last, asyncio.ensure_future(self._log.read_after(last, self._size))
        return page

    async def _drop(self) -> None:
        if self._next is not None:
            (_, reading), self._next = self._next, None
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
