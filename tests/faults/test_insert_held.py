"""An insert is held open in the middle: others wait, then answer 503; nothing is skipped; all goes on afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.faults.asking import HAZARDS, REPORT, Ask, Asker, Book, Done, asking, token_of
from tests.faults.conftest import Times
from tests.faults.findings import NOTHING, found
from tests.faults.following import Follower, pages
from tests.faults.holding import Unlocked, holding, install, named_held
from tests.faults.processes import serving
from tests.faults.table import Table

FAULT = "an insert held open"
REQUESTS = 5


def ask() -> Ask:
    return Ask(HAZARDS, REPORT)


async def held_once(url: str, held: Asker, other: Asker, follower: Follower) -> None:
    """One process's insert is held; what else it and another are asked is turned away; then all are answered."""
    before = held.turned_away, other.turned_away
    async with holding(url) as hold:
        in_the_middle = asyncio.create_task(held.ask(ask()))
        await hold.reached()
        turned_away = [ask() for _ in range(2 * REQUESTS)]

        answers = await asyncio.gather(*map(held.ask, turned_away[:REQUESTS]), *map(other.ask, turned_away[REQUESTS:]))

        assert answers == [None] * 2 * REQUESTS
        assert (held.turned_away - before[0], other.turned_away - before[1]) == (REQUESTS, REQUESTS)
        assert not in_the_middle.done()
        await follower.look(pages(other.client))
        await hold.release()
        assert isinstance(await in_the_middle, Done)
    await asyncio.gather(*map(other.until_done, turned_away))
    await follower.look(pages(other.client))


async def test_given_an_insert_held_open_then_others_wait_and_are_turned_away_and_nothing_is_skipped(
    settings: Mapping[str, str], times: Times, table: Table
) -> None:
    url = settings["HAZARDLOOP_DATABASE_URL"]
    book, token, rounds, follower = Book(), await token_of(settings), times(1, 3), Follower()
    brief = {**settings, "HAZARDLOOP_LOCK_TIMEOUT": "0.3"}
    await install(url)
    async with (
        serving({**brief, "HAZARDLOOP_DATABASE_URL": named_held(url)}) as (_, one),
        serving(brief) as (_, two),
        asking(one, token, book) as held,
        asking(two, token, book) as other,
    ):
        await other.until_done(ask())
        for _ in range(rounds):
            await held_once(url, held, other, follower)

    assert await found(url, book) == NOTHING
    assert (follower.missed(book), follower.in_order) == ([], True)
    turned_away = held.turned_away + other.turned_away
    table.tell(FAULT, rounds, f"{turned_away} × 503, nothing skipped, all {len(book.done)} done after release")


@pytest.mark.parametrize(("mark", "first"), [("number", 0), ("at", datetime(1970, 1, 1, tzinfo=UTC))])
async def test_control_given_a_log_without_a_head_lock_then_what_the_follower_skips_is_found(
    empty_database_url: str, mark: str, first: Any, table: Table
) -> None:
    log, book, follower = Unlocked(empty_database_url, mark), Book(), Follower()
    await log.prepare()

    async def append(url: str) -> None:
        id = uuid4()
        await log.append(id, url)
        book.done[id] = Done(id, 1, 0)

    async with holding(log.url) as hold:
        in_the_middle = asyncio.create_task(append(named_held(log.url)))
        await hold.reached()
        await append(log.url)
        await follower.look(log.page, first)
        await hold.release()
        await in_the_middle
    await follower.look(log.page, first)

    assert len(follower.missed(book)) == 1
    table.tell_control(FAULT, f"read by {mark}, no head lock: 1 of 2 skipped")
