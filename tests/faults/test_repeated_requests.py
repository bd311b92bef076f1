"""Each of many requests is sent five times at once, to two processes: one event each. Another body is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from tests.faults.asking import HAZARDS, REPORT, Ask, Asker, Book, asking, token_of
from tests.faults.conftest import Times
from tests.faults.findings import NOTHING, found
from tests.faults.processes import serving
from tests.faults.table import Table

FAULT = "duplicate requests"
COPIES = 5
AT_ONCE = 20


async def send_copies(askers: Sequence[Asker], asks: Sequence[Ask]) -> None:
    """All copies of some requests, at once."""
    await asyncio.gather(*(askers[copy % len(askers)].until_done(ask) for ask in asks for copy in range(COPIES)))


async def test_given_every_request_five_times_at_once_then_there_is_one_event_of_each(
    settings: Mapping[str, str], times: Times, table: Table
) -> None:
    book, token, keys = Book(), await token_of(settings), times(40, 1000)
    asks = [Ask(HAZARDS, REPORT) for _ in range(keys)]
    async with (
        serving(settings) as (_, one),
        serving(settings) as (_, other),
        asking(one, token, book) as first,
        asking(other, token, book) as second,
    ):
        for begin in range(0, keys, AT_ONCE):
            await send_copies((first, second), asks[begin : begin + AT_ONCE])
        others = [Ask(ask.path, {**REPORT, "place": "另一处"}, ask.id) for ask in asks]
        refused = [await second.send(other) for other in others]

    assert await found(settings["HAZARDLOOP_DATABASE_URL"], book) == NOTHING
    assert len(book.done) == keys
    assert {(one.status_code, one.json()["type"]) for one in refused if one} == {
        (422, "urn:hazardloop:problem:key-reused")
    }
    assert None not in refused
    table.tell(FAULT, f"{keys} × {COPIES}", "one event each, one answer each; another body 422")


async def test_control_given_copies_without_a_key_then_the_duplicates_are_found(
    settings: Mapping[str, str], table: Table
) -> None:
    book, token = Book(), await token_of(settings)
    async with serving(settings) as (_, address), asking(address, token, book, keyed=False) as asker:
        await send_copies([asker], [Ask(HAZARDS, REPORT) for _ in range(4)])

    findings = await found(settings["HAZARDLOOP_DATABASE_URL"], book)
    assert len(findings.doubled) == len(findings.elsewhere) == 4
    table.tell_control(FAULT, f"no Idempotency-Key: {len(findings.doubled)} of 4 doubled")
