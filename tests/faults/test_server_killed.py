"""A server process is killed within 50 ms of requests, cold or in full swing: acknowledged = stored, once."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from tests.faults.asking import Book, asking, token_of
from tests.faults.conftest import Times
from tests.faults.findings import NOTHING, Findings, found
from tests.faults.processes import serving
from tests.faults.table import Table

FAULT = "kill -9 of a server process"


async def killed(settings: Mapping[str, str], token: str, book: Book, chance: Random, variant: str | None) -> None:
    """One process: what the last one left open is asked again, then all send at once, and it is killed."""
    async with serving(settings, variant) as (process, address), asking(address, token, book) as asker:
        await asker.ask_again(chance)
        async with asker.many(chance):
            await process.kill()


async def test_given_a_server_killed_again_and_again_then_what_it_acknowledged_is_stored_once(
    settings: Mapping[str, str], times: Times, chance: Random, table: Table
) -> None:
    book, token = Book(), await token_of(settings)
    kills, unanswered = times(4, 200), 0
    for _ in range(kills):
        await killed(settings, token, book, chance, None)
        unanswered += len(book.open())
    async with serving(settings) as (_, address), asking(address, token, book) as asker:
        await asker.ask_again(chance, most=500)

    assert await found(settings["HAZARDLOOP_DATABASE_URL"], book) == NOTHING
    assert book.open() == []
    table.tell(FAULT, kills, f"{len(book.done)} acknowledged, {unanswered} left open and asked again: all stored once")


async def test_control_given_a_server_that_acknowledges_before_it_commits_then_the_loss_is_found(
    settings: Mapping[str, str], chance: Random, table: Table
) -> None:
    book, token, findings = Book(), await token_of(settings), Findings()
    for _ in range(10):
        await killed(settings, token, book, chance, "hasty")
        findings = await found(settings["HAZARDLOOP_DATABASE_URL"], book)
        if findings.lost:
            break

    assert findings.lost
    table.tell_control(FAULT, f"acknowledged before commit: {len(findings.lost)} lost")
