"""Questions that wait go together; what fails for one of them fails for that one alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from application.log import Unavailable
from infrastructure.together import Together


class Oracle:
    """Answers with the double, once it is let; notes what was asked together."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.let = asyncio.Event()
        self.raises: Exception | None = None

    async def answer(self, questions: Sequence[int]) -> Sequence[int]:
        self.asked.append(list(questions))
        await self.let.wait()
        if self.raises is not None:
            raise self.raises
        if 13 in questions:
            raise ValueError("not that one")
        return [2 * question for question in questions]


async def asking(together: Together[int, int], *questions: int) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(together.ask(question)) for question in questions]
    for _ in range(2):  # first they ask, then who asks for all of them does
        await asyncio.wait(tasks, timeout=0)
    return tasks


async def test_given_one_on_its_way_when_others_ask_then_they_go_with_the_next() -> None:
    oracle = Oracle()
    together = Together(oracle.answer)
    first = await asking(together, 1)
    others = await asking(together, 2, 3, 4)
    assert oracle.asked == [[1]]

    oracle.let.set()

    assert await asyncio.gather(*first, *others) == [2, 4, 6, 8]
    assert oracle.asked == [[1], [2, 3, 4]]


async def test_given_more_than_go_together_then_the_rest_goes_after_them() -> None:
    oracle = Oracle()
    oracle.let.set()
    together = Together(oracle.answer, most=2)

    assert await asyncio.gather(*(together.ask(one) for one in range(5))) == [0, 2, 4, 6, 8]
    assert oracle.asked == [[0, 1], [2, 3], [4]]


async def test_given_a_question_that_can_not_be_answered_then_the_others_are() -> None:
    oracle = Oracle()
    oracle.let.set()
    together = Together(oracle.answer)

    answers = await asyncio.gather(*(together.ask(one) for one in (1, 13, 3)), return_exceptions=True)

    assert [answers[0], answers[2]] == [2, 6]
    assert isinstance(answers[1], ValueError)


async def test_given_a_database_that_is_away_then_all_are_told_and_the_next_one_asks_anew() -> None:
    oracle = Oracle()
    oracle.let.set()
    oracle.raises = Unavailable(7)
    together = Together(oracle.answer)

    answers = await asyncio.gather(*(together.ask(one) for one in (1, 2)), return_exceptions=True)

    assert [type(one) for one in answers] == [Unavailable, Unavailable]
    assert answers[0] is not answers[1]
    assert oracle.asked == [[1, 2]]
    oracle.raises = None
    assert await together.ask(3) == 6


async def test_given_somebody_who_has_gone_then_the_others_are_answered() -> None:
    oracle = Oracle()
    together = Together(oracle.answer)
    await asking(together, 1)
    gone, stays = await asking(together, 2, 3)
    gone.cancel()

    oracle.let.set()

    assert await stays == 6
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_given_one_that_never_comes_back_then_others_are_answered_and_it_is_given_up() -> None:
    oracle = Oracle()
    together = Together(oracle.answer, long=0.01, patience=0.2)
    (hanging,) = await asking(together, 1)
    oracle.let, held = asyncio.Event(), oracle.let
    oracle.let.set()

    assert await together.ask(2) == 4
    with pytest.raises(Unavailable):
        await hanging
    assert not held.is_set()


async def test_given_several_that_never_come_back_then_whoever_waits_is_told_to_come_again() -> None:
    oracle = Oracle()
    together = Together(oracle.answer, long=0.001, patience=0.1)

    answers = await asyncio.gather(*(together.ask(one) for one in range(10)), return_exceptions=True)

    assert {type(one) for one in answers} == {Unavailable}


async def test_given_more_than_may_wait_then_who_comes_after_them_is_told_at_once() -> None:
    oracle = Oracle()
    together = Together(oracle.answer, places=2, patience=60)
    waiting = await asking(together, 1)
    waiting += await asking(together, 2, 3)

    with pytest.raises(Unavailable):
        await together.ask(4)

    oracle.let.set()
    assert await asyncio.gather(*waiting) == [2, 4, 6]


async def test_given_an_answer_too_few_then_each_is_asked_alone() -> None:
    async def forgetful(questions: Sequence[int]) -> Sequence[int]:
        return [2 * question for question in questions][: max(1, len(questions) - 1)]

    together = Together(forgetful)

    assert await asyncio.gather(*(together.ask(one) for one in (1, 2, 3))) == [2, 4, 6]
