"""API: the worker beside a serving process, so that views and clock take no time from whoever waits for an answer.

It is a child that shares nothing with its parent but the settings, and ends when its standard input does: also a
parent that was killed leaves no worker behind.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

PROGRAM = "from api.cli.processes import work_beside; work_beside()"

AGAIN_SECONDS = 1.0
"""How long to leave it before it is started again."""

END_SECONDS = 10.0
"""How long it may take to end: longer than a batch that has begun."""

logger = logging.getLogger(__name__)


@asynccontextmanager
async def working_beside(stopping: asyncio.Event) -> AsyncIterator[None]:
    """A worker runs while the context lasts; one that dies is followed by another, unless all is being stopped."""
    keeping = asyncio.create_task(_keep_working(stopping), name="worker beside")
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])


async def until_input_ends(ended: asyncio.Event) -> None:
    """In the worker: let the event be set when the parent closes its end, or dies."""
    await asyncio.get_running_loop().connect_read_pipe(lambda: _Input(ended), os.fdopen(os.dup(0), "rb", buffering=0))


class _Input(asyncio.Protocol):
    def __init__(self, ended: asyncio.Event) -> None:
        self._ended = ended

    def connection_lost(self, error: Exception | None) -> None:
        self._ended.set()


async def _keep_working(stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            code = await run(PROGRAM)
        except OSError as error:
            logger.error("a worker could not be started, trying again: %s", error.strerror)
        else:
            if not stopping.is_set():
                logger.warning("the worker has ended with %d: starting another", code)
        await asyncio.sleep(AGAIN_SECONDS)


async def run(program: str, *arguments: str, environment: Mapping[str, str] | None = None) -> int:
    """Let a child run to its end, and answer how it ended. Cancelled, its input ends first. Raises OSError."""
    # -P: what lies in the folder the server was started in is not ours. A session of its own: Ctrl-C is for the
    # parent, who lets it finish what it has begun.
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", program, *arguments),
        stdin=PIPE,
        stdout=DEVNULL,
        start_new_session=True,
        env=environment,
    )
    try:
        return await worker.wait()
    finally:
        await _end(worker)


async def _end(worker: Process) -> None:
    assert worker.stdin is not None
    worker.stdin.close()
    try:
        await asyncio.wait_for(worker.wait(), END_SECONDS)
    except TimeoutError:
        worker.kill()
        await worker.wait()
