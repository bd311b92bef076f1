"""Infrastructure: questions of one kind are asked together: whoever comes while one is on its way goes with the next.

What a statement costs, here and in the database, is then shared by all who wait for one, without a delay of our own
making: a lone question is asked at once. An answer is never older than its question.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from application.log import Unavailable

MOST = 64
"""Questions that go in one statement."""

Q = TypeVar("Q")
A = TypeVar("A")


class Together(Generic[Q, A]):
    """The questions that wait, and the task that asks them. `ask_all` answers each in its place, or raises for all."""

    def __init__(self, ask_all: Callable[[Sequence[Q]], Awaitable[Sequence[A]]], most: int = MOST) -> None:
        self._ask_all = ask_all
        self._most = most
        self._waiting: list[tuple[Q, asyncio.Future[A]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def ask(self, question: Q) -> A:
        """The answer. Raises what `ask_all` raises."""
        answered: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answered))
        if self._asking is None:
            self._asking = asyncio.create_task(
                self._ask_while_any_wait(), name="asking together", context=contextvars.Context()
            )  # of no single one who asks
        return await answered

    async def _ask_while_any_wait(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._ask_these(asked)
        finally:
            self._asking = None

    async def _ask_these(self, asked: Sequence[tuple[Q, asyncio.Future[A]]]) -> None:
        """Where it fails for a reason that may be one question's, each is asked alone."""
        try:
            answers: Sequence[A | Exception] = await self._ask_all([question for question, _ in asked])
        except Unavailable as unavailable:
            answers = [unavailable.anew() for _ in asked]
        except Exception as error:
            if len(asked) > 1:
                for one in asked:
                    await self._ask_these([one])
                return
            answers = [error]
        for (_, answered), answer in zip(asked, answers, strict=True):
            if answered.done():  # whoever asked has gone
                continue
            if isinstance(answer, Exception):
                answered.set_exception(answer)
            else:
                answered.set_result(answer)
