"""Whoever waits is taken along; who fails, fails alone; a full queue says so at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from application.log import Outcome, Receipt, Stale, Unavailable
from infrastructure.log.batch import Item, Row
from infrastructure.log.group_commit import GroupCommit


def item(number: int) -> Item:
    return Item([Row(UUID(int=number), 1, "thing.happened.v1", b"{}")])


class Gate:
    """A database that answers only when it is opened, and notes the batches that came."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.came = asyncio.Event()
        self.opened = asyncio.Event()
        self.refused: set[int] = set()
        self.broken: set[int] = set()
        self.away = False

    async def write(self, items: Sequence[Item]) -> Sequence[Outcome | Unavailable]:
        numbers = [one.rows[0].stream_id.int for one in items]
        self.batches.append(numbers)
        self.came.set()
        await self.opened.wait()
        if self.away:
            raise Unavailable(7)
        if self.broken & set(numbers):
            raise ValueError("one of them can't be written")
        return [Stale() if number in self.refused else Receipt(UUID(int=number), 1, number) for number in numbers]


@pytest.fixture
def gate() -> Gate:
    return Gate()


async def while_one_is_written(gate: Gate, group: GroupCommit, numbers: Sequence[int]) -> list[asyncio.Task[object]]:
    """Item 0 is on its way; the others have come meanwhile."""
    first: asyncio.Task[object] = asyncio.create_task(group.append([item(0)]))
    await gate.came.wait()
    others: list[asyncio.Task[object]] = [asyncio.create_task(group.append([item(number)])) for number in numbers]
    while group.queued < len(numbers):
        await asyncio.wait(others, timeout=0)
    return [first, *others]


async def answers(tasks: Sequence[asyncio.Task[object]]) -> list[object]:
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_given_a_lone_writer_then_it_is_written_at_once(gate: Gate) -> None:
    gate.opened.set()

    assert await GroupCommit(gate.write).append([item(3)]) == [Receipt(UUID(int=3), 1, 3)]
    assert gate.batches == [[3]]


async def test_given_one_is_being_written_when_others_come_then_they_go_together_and_each_gets_its_own(
    gate: Gate,
) -> None:
    group = GroupCommit(gate.write)
    gate.refused = {2}
    tasks = await while_one_is_written(gate, group, [1, 2, 3])

    gate.opened.set()

    assert await answers(tasks) == [[_receipt(0)], [_receipt(1)], [Stale()], [_receipt(3)]]
    assert gate.batches == [[0], [1, 2, 3]]


async def test_given_more_than_a_batch_holds_then_the_rest_goes_with_the_next(gate: Gate) -> None:
    group = GroupCommit(gate.write, largest=2)
    tasks = await while_one_is_written(gate, group, [1, 2, 3])

    gate.opened.set()

    await answers(tasks)
    assert gate.batches == [[0], [1, 2], [3]]


async def test_given_a_full_queue_when_one_more_comes_then_it_is_told_to_come_again(gate: Gate) -> None:
    group = GroupCommit(gate.write, places=2)
    tasks = await while_one_is_written(gate, group, [1, 2])

    with pytest.raises(Unavailable):
        await group.append([item(3)])

    gate.opened.set()
    assert await answers(tasks) == [[_receipt(0)], [_receipt(1)], [_receipt(2)]]


async def test_given_a_batch_that_is_held_up_then_who_waits_for_the_next_is_told_to_come_again(gate: Gate) -> None:
    group = GroupCommit(gate.write, patience=0.01)
    first, *others = await while_one_is_written(gate, group, [1, 2])

    assert [type(answer) for answer in await answers(others)] == [Unavailable, Unavailable]
    assert [type(answer) for answer in await answers([asyncio.create_task(group.append([item(3)]))])] == [Unavailable]
    assert (group.queued, first.done()) == (0, False)

    gate.opened.set()
    assert await first == [_receipt(0)]
    assert await group.append([item(4)]) == [_receipt(4)]
    assert gate.batches == [[0], [4]]


async def test_given_one_that_can_not_be_written_then_the_others_are(gate: Gate) -> None:
    group = GroupCommit(gate.write)
    gate.broken = {2}
    tasks = await while_one_is_written(gate, group, [1, 2, 3])

    gate.opened.set()

    first, one, two, three = await answers(tasks)
    assert [first, one, three] == [[_receipt(0)], [_receipt(1)], [_receipt(3)]]
    assert isinstance(two, ValueError)


async def test_given_the_database_is_away_then_everybody_is_told_and_it_goes_on_after(gate: Gate) -> None:
    group = GroupCommit(gate.write)
    gate.away = True
    tasks = await while_one_is_written(gate, group, [1, 2])

    gate.opened.set()

    told = await answers(tasks)
    assert [error.seconds for error in told if isinstance(error, Unavailable)] == [7, 7, 7]
    assert len({id(error) for error in told}) == 3
    gate.away = False
    assert await group.append([item(4)]) == [_receipt(4)]


async def test_given_one_gave_up_waiting_then_it_is_not_written_and_the_others_are(gate: Gate) -> None:
    group = GroupCommit(gate.write)
    tasks = await while_one_is_written(gate, group, [1, 2])

    tasks[1].cancel()
    await asyncio.wait([tasks[1]])
    gate.opened.set()

    await answers(tasks)
    assert gate.batches == [[0], [2]]


def _receipt(number: int) -> Receipt:
    return Receipt(UUID(int=number), 1, number)
