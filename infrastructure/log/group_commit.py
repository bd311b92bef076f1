"""Infrastructure: one committer per process and jurisdiction, which takes along whoever waits.

A lone writer is written at once. While a batch is on its way, others gather and go together with the
next: the dearer a commit, the larger the batches, without a delay of our own making.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from application.log import Outcome, Unavailable
from infrastructure.log.batch import Item

PLACES = 5000
"""Items that may wait; who comes after them is told at once to come again."""

LARGEST = 500
"""Items of one batch, unless one caller brings more: the head is locked no longer than that takes."""

Write = Callable[[Sequence[Item]], Awaitable[Sequence[Outcome | Unavailable]]]
"""Writes a batch and answers item by item; raises for the whole of it."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    items: Sequence[Item]
    answered: asyncio.Future[Sequence[Outcome | Unavailable]]

    def answer(self, outcomes: Sequence[Outcome | Unavailable] | Exception) -> None:
        if self.answered.done():
            return
        if isinstance(outcomes, Exception):
            self.answered.set_exception(outcomes)
        else:
            self.answered.set_result(outcomes)


class GroupCommit:
    """The queue before `write`, and the task that empties it while there is anything in it."""

    def __init__(self, write: Write, places: int = PLACES, largest: int = LARGEST) -> None:
        self._write = write
        self._places = places
        self._largest = largest
        self._queue: deque[_Waiting] = deque()
        self._queued = 0
        self._committing: asyncio.Task[None] | None = None

    @property
    def queued(self) -> int:
        """Items that wait for their batch."""
        return self._queued

    async def append(self, items: Sequence[Item]) -> Sequence[Outcome]:
        """Write the items with the next batch. Raises Unavailable: at once where the queue is full."""
        if self._queue and self._queued + len(items) > self._places:
            raise Unavailable
        waiting = _Waiting(items, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._queued += len(items)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit(), name="group commit")
        return [_told(outcome) for outcome in await waiting.answered]

    async def _commit(self) -> None:
        try:
            while self._queue:
                await self._together(self._next_batch())
        finally:
            self._committing = None

    def _next_batch(self) -> Sequence[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._queue and (not batch or size + len(self._queue[0].items) <= self._largest):
            waiting = self._queue.popleft()
            self._queued -= len(waiting.items)
            if not waiting.answered.cancelled():
                batch.append(waiting)
                size += len(waiting.items)
        return batch

    async def _together(self, batch: Sequence[_Waiting]) -> None:
        """Write a batch; where it fails for a reason that may be one caller's, write each caller's items alone."""
        try:
            outcomes = await self._write([item for waiting in batch for item in waiting.items])
        except Unavailable as unavailable:
            for waiting in batch:
                waiting.answer(_each_its_own(unavailable))
            return
        except Exception as error:
            if len(batch) == 1:
                batch[0].answer(error)
            else:
                for waiting in batch:
                    await self._together([waiting])
            return
        begin = 0
        for waiting in batch:
            waiting.answer(outcomes[begin : begin + len(waiting.items)])
            begin += len(waiting.items)


def _each_its_own(unavailable: Unavailable) -> Unavailable:
    """An exception raised in several places at once would gather the tracebacks of them all."""
    own = Unavailable(unavailable.seconds)
    own.__cause__ = unavailable.__cause__
    return own


def _told(outcome: Outcome | Unavailable) -> Outcome:
    if isinstance(outcome, Unavailable):
        raise outcome
    return outcome
