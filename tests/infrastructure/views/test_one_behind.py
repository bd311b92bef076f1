"""Each thing begins once the one before is done; what goes wrong is said, and nothing goes on unseen."""

from __future__ import annotations

import asyncio

import pytest

from infrastructure.views.one_behind import OneBehind


async def test_given_two_things_then_the_second_begins_once_the_first_is_done_and_both_are_at_the_end() -> None:
    told, may_end = list[str](), asyncio.Event()

    async def thing(name: str) -> None:
        told.append(f"{name} begins")
        await may_end.wait()
        told.append(f"{name} ends")

    async with OneBehind() as doing:
        await doing.do(thing, "first")
        assert told == ["first begins"]
        second = asyncio.create_task(doing.do(thing, "second"))
        await asyncio.sleep(0)
        assert told == ["first begins"]
        may_end.set()
        await second

    assert told == ["first begins", "first ends", "second begins", "second ends"]


async def fail() -> None:
    raise ZeroDivisionError


async def test_given_one_that_fails_then_the_next_is_not_begun() -> None:
    told = list[str]()

    async def tell() -> None:
        told.append("begun")

    async def both() -> None:
        async with OneBehind() as doing:
            await doing.do(fail)
            await doing.do(tell)

    with pytest.raises(ZeroDivisionError):
        await both()

    assert told == []


async def test_given_the_last_one_fails_then_it_is_said_at_the_end() -> None:
    async def alone() -> None:
        async with OneBehind() as doing:
            await doing.do(fail)

    with pytest.raises(ZeroDivisionError):
        await alone()


async def test_given_a_failure_meanwhile_then_what_is_being_done_is_given_up_before_it_is_said() -> None:
    given_up = list[bool]()

    async def thing() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.append(True)

    async def interrupted() -> None:
        async with OneBehind() as doing:
            await doing.do(thing)
            raise KeyError

    with pytest.raises(KeyError):
        await interrupted()

    assert given_up == [True]


async def test_given_nothing_then_there_is_nothing_to_wait_for() -> None:
    async with OneBehind():
        pass
