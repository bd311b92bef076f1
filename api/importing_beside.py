"""API: imports beside a serving process: a process of its own for each thing that is asked of one.

Reading a ledger takes time that requests would have to wait for, and memory that only goes back with the process. What
a hostile file does to a reader it does to that process alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from api.beside import AGAIN_SECONDS, run

PROGRAM = "import sys; from api.cli.processes import import_beside; import_beside(*sys.argv[1:])"

logger = logging.getLogger(__name__)


async def import_beside(environment: Mapping[str, str], code: str, id: UUID) -> int:
    """Let a process do what was asked of an import; how it ended. Raises OSError."""
    return await run(PROGRAM, code, str(id), environment=environment)


class ImportsBeside:
    """Those that are being worked on, one at a time: the others wait their turn.

    A process that ends as nobody asked it to is followed by another: the job counts those that began to work on it,
    and the last of them ends well, saying that it failed. One that could not begin, as the database was away, is none.
    """

    def __init__(self, work: Callable[[str, UUID], Awaitable[int]], stopping: asyncio.Event) -> None:
        self._work = work
        self._stopping = stopping
        self._turn = asyncio.Lock()
        self._working: set[asyncio.Task[None]] = set()

    def begin(self, code: str, id: UUID) -> None:
        """Have it done, after those before it."""
        task = asyncio.create_task(self._in_turn(code, id), name=f"import {id}")
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def end(self) -> None:
        """Ask those that work to give up, and wait until they have: the next server goes on with them."""
        working = list(self._working)
        for task in working:
            task.cancel()
        if working:
            await asyncio.wait(working)

    async def _in_turn(self, code: str, id: UUID) -> None:
        async with self._turn:
            while not self._stopping.is_set():
                try:
                    ended = await self._work(code, id)
                except OSError as error:
                    logger.error("a process for an import could not be started, trying again: %s", error.strerror)
                else:
                    if ended == 0:
                        return
                    logger.warning("the process for an import has ended with %d: starting another", ended)
                await asyncio.sleep(AGAIN_SECONDS)
