"""API: how a process that runs until it is asked to stop hears of it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager


@contextmanager
def stoppable() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set; a second signal cancels whatever is still going on."""
    loop, task, stopping = asyncio.get_running_loop(), asyncio.current_task(), asyncio.Event()

    def asked() -> None:
        if stopping.is_set() and task is not None:
            task.cancel()
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked)
    try:
        yield stopping
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def unless(stopping: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Work until it is done, or until it is time to stop."""
    working, ending = asyncio.create_task(work), asyncio.create_task(stopping.wait())
    await asyncio.wait([working, ending], return_when=asyncio.FIRST_COMPLETED)
    for task in (ending, working):
        task.cancel()
    await asyncio.wait([working, ending])
    if not working.cancelled():
        working.result()
