"""The next page is read while this one is at work; whoever goes elsewhere, fails or stops is given no stale one."""

from __future__ import annotations

import asyncio

import pytest

from application.log import Recorded, Unavailable
from application.reading_ahead import ReadingAhead
from tests.application.test_projecting import Log, log_of


def positions(page: object) -> list[int]:
    assert isinstance(page, list)
    return [one.position for one in page if isinstance(one, Recorded)]


async def turns() -> None:
    """Let whatever has begun go on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_given_a_full_page_then_the_next_is_read_before_it_is_asked_for() -> None:
    log = log_of(5)
    async with ReadingAhead(log, 2) as ahead:
        assert positions(await ahead.read_after(0)) == [1, 2]
        await turns()
        assert log.reads == 2

        assert positions(await ahead.read_after(2)) == [3, 4]
        assert positions(await ahead.read_after(4)) == [5]
    assert log.reads == 3


async def test_given_the_last_page_then_nothing_is_read_ahead_and_what_comes_later_is_found() -> None:
    log = log_of(1)
    async with ReadingAhead(log, 2) as ahead:
        await ahead.read_after(0)
        await turns()
        assert log.reads == 1
        log.grow(1)

        assert positions(await ahead.read_after(1)) == [2]


async def test_given_another_position_than_the_next_then_that_page_is_read() -> None:
    log = log_of(6)
    async with ReadingAhead(log, 2) as ahead:
        await ahead.read_after(0)

        assert positions(await ahead.read_after(3)) == [4, 5]
        assert positions(await ahead.read_after(0)) == [1, 2]


async def test_given_a_page_that_could_not_be_read_ahead_then_it_is_said_when_asked_for_and_tried_anew() -> None:
    log = log_of(4)
    async with ReadingAhead(log, 2) as ahead:
        await ahead.read_after(0)
        log.down = 1

        with pytest.raises(Unavailable):
            await ahead.read_after(2)

        assert positions(await ahead.read_after(2)) == [3, 4]


async def test_given_the_end_of_the_context_then_what_is_being_read_is_given_up() -> None:
    given_up = asyncio.Event()

    class Slow(Log):
        async def read_after(self, position: int, limit: int) -> list[Recorded]:
            if position:
                try:
                    await asyncio.Event().wait()
                finally:
                    given_up.set()
            return list(await super().read_after(position, limit))

    async with ReadingAhead(Slow(log_of(4).events), 2) as ahead:
        await ahead.read_after(0)
        await turns()

    assert given_up.is_set()
