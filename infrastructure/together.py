"""Infrastructure: questions of one kind are asked together: whoever comes while one is on its way goes with the next.

What a statement costs, here and in the database, is then shared by all who wait for one, without a delay of our own
making: a lone question is asked at once. An answer is never older than its question. A statement that takes long, or
never comes back, keeps nobody but those who asked it.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from application.log import Unavailable

MOST = 64
"""Questions that go in one statement."""

PLACES = 5000
"""Questions that may wait; who comes after them is told at once to come again."""

LONG = 0.1
"""Seconds after which the next statement no longer waits for the one on its way."""

AT_ONCE = 4
"""Statements on their way at the same time, each on a connection of its own."""

PATIENCE = 5.0
"""Seconds after which whoever asked is told to come again, and the statement is given up."""

Q = TypeVar("Q")
A = TypeVar("A")


class Together(Generic[Q, A]):
    """The questions that wait, and the task that asks them. `ask_all` answers each in its place, or raises for all."""

    def __init__(
        self,
        ask_all: Callable[[Sequence[Q]], Awaitable[Sequence[A]]],
        *,
        most: int = MOST,
        places: int = PLACES,
        long: float = LONG,
        patience: float = PATIENCE,
    ) -> None:
        self._ask_all = ask_all
        self._most = most
        self._places = places
        self._long = long
        self._patience = patience
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._asking: asyncio.Task[None] | None = None
        self._on_their_way: set[asyncio.Task[None]] = set()

    async def ask(self, question: Q) -> A:
        """The answer. Raises what `ask_all` raises; Unavailable where too many wait, or one waits too long."""
        if len(self._waiting) >= self._places:
            raise Unavailable
        answered: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answered))
        if self._asking is None:
            self._asking = asyncio.create_task(
                self._ask_while_any_wait(), name="asking together", context=contextvars.Context()
            )  # of no single one who asks
        try:
            async with asyncio.timeout(self._patience):
                return await answered
        except TimeoutError:
            raise Unavailable from None

    async def _ask_while_any_wait(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                asking = asyncio.create_task(self._ask_these([one for one in asked if not one[1].done()]))
                self._on_their_way.add(asking)
                asking.add_done_callback(self._on_their_way.discard)
                await asyncio.wait([asking], timeout=self._long)
                while len(self._on_their_way) >= AT_ONCE:
                    await asyncio.wait(self._on_their_way, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._asking = None

    async def _ask_these(self, asked: Sequence[tuple[Q, asyncio.Future[A]]]) -> None:
        """Where it fails for a reason that may be one question's, each is asked alone."""
        if not asked:  # whoever asked has gone
            return
        try:
            async with asyncio.timeout(self._patience):
                answers: Sequence[A | Exception] = await self._ask_all([question for question, _ in asked])
            if len(answers) != len(asked):
                raise AssertionError("an answer for each question")
        except (Unavailable, TimeoutError) as error:
            unavailable = error if isinstance(error, Unavailable) else Unavailable()
            answers = [unavailable.anew() for _ in asked]
        except Exception as error:
            if len(asked) > 1:
                for one in asked:
                    await self._ask_these([one])
                return
            answers = [error]
        for (_, answered), answer in zip(asked, answers, strict=True):
            if answered.done():
                continue
            if isinstance(answer, Exception):
                answered.set_exception(answer)
            else:
                answered.set_result(answer)
