"""Infrastructure: one committer per process and jurisdiction, which takes along whoever waits.

A lone writer is written at once. While a batch is on its way, others gather and go together with the
next: the dearer a commit, the larger the batches, without a delay of our own making.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.context import Context

from application.log import Outcome, Unavailable
from infrastructure.log.batch import Item

PLACES = 5000
"""Items that may wait; who comes after them is told at once to come again."""

LARGEST = 500
"""Items of one batch, unless one caller brings more: the head is locked no longer than that takes."""

PATIENCE = 2.0
"""Seconds to wait for a place in a batch; who has waited longer, because one is held up, is told to come again."""

tracer = trace.get_tracer("hazardloop")
"""Where nobody asked for traces a span costs a third of a microsecond."""

Write = Callable[[Sequence[Item]], Awaitable[Sequence[Outcome | Unavailable]]]
"""Writes a batch and answers item by item; raises for the whole of it."""


@dataclass(slots=True)
class _Waiting:
    items: Sequence[Item]
    answered: asyncio.Future[Sequence[Outcome | Unavailable]]
    until: float
    span: trace.Span

    def answer(self, outcomes: Sequence[Outcome | Unavailable] | Exception) -> None:
        if self.answered.done():
            return
        if isinstance(outcomes, Exception):
            self.answered.set_exception(outcomes)
        else:
            self.answered.set_result(outcomes)


class GroupCommit:
    """The queue before `write`, and the task that empties it while there is anything in it."""

    def __init__(self, write: Write, places: int = PLACES, largest: int = LARGEST, patience: float = PATIENCE) -> None:
        self._write = write
        self._places = places
        self._largest = largest
        self._patience = patience
        self._queue: deque[_Waiting] = deque()
        self._queued = 0
        self._committing: asyncio.Task[None] | None = None

    @property
    def queued(self) -> int:
        """Items that wait for their batch."""
        return self._queued

    async def append(self, items: Sequence[Item]) -> Sequence[Outcome]:
        """Write the items with the next batch. Raises Unavailable: the queue is full, or a batch held up."""
        if self._queue and self._queued + len(items) > self._places:
            raise Unavailable
        loop = asyncio.get_running_loop()
        span = tracer.start_span("append")
        waiting = _Waiting(items, loop.create_future(), loop.time() + self._patience, span)
        self._queue.append(waiting)
        self._queued += len(items)
        if self._committing is None:
            self._committing = asyncio.create_task(
                self._commit(), name="group commit", context=contextvars.Context()
            )  # of no single caller
        try:
            return [_told(outcome) for outcome in await waiting.answered]
        finally:
            span.end()

    async def _commit(self) -> None:
        try:
            while self._queue:
                batch = self._next_batch()
                self._held_up = asyncio.get_running_loop().call_later(self._patience, self._turn_away)
                span = _span_of(batch)
                try:
                    await self._together(batch)
                finally:
                    self._held_up.cancel()
                    span.end()
        finally:
            self._committing = None

    def _turn_away(self) -> None:
        """A batch is held up: who has waited long enough is told to come again, and the others when they have."""
        loop = asyncio.get_running_loop()
        while self._queue and self._queue[0].until <= loop.time():
            self._first().answer(Unavailable())
        next_time = self._queue[0].until if self._queue else loop.time() + self._patience
        self._held_up = loop.call_at(next_time, self._turn_away)

    def _next_batch(self) -> Sequence[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._queue and (not batch or size + len(self._queue[0].items) <= self._largest):
            waiting = self._first()
            if not waiting.answered.cancelled():
                batch.append(waiting)
                size += len(waiting.items)
        return batch

    def _first(self) -> _Waiting:
        waiting = self._queue.popleft()
        self._queued -= len(waiting.items)
        return waiting

    async def _together(self, batch: Sequence[_Waiting]) -> None:
        """Write a batch; where it fails for a reason that may be one caller's, write each caller's items alone."""
        try:
            outcomes = await self._write([item for waiting in batch for item in waiting.items])
        except Unavailable as unavailable:
            for waiting in batch:
                waiting.answer(unavailable.anew())
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


def _span_of(batch: Sequence[_Waiting]) -> trace.Span:
    """A trace of its own, linked to those of all callers: the batch is no single one's."""
    callers = [trace.Link(waiting.span.get_span_context()) for waiting in batch if waiting.span.is_recording()]
    return tracer.start_span("append batch", Context(), attributes={"hazardloop.appends": len(batch)}, links=callers)


def _told(outcome: Outcome | Unavailable) -> Outcome:
    if isinstance(outcome, Unavailable):
        raise outcome
    return outcome
