"""The connection is cut after COMMIT, before the reply: asked again with its key, a request gets the answer it is owed.

A proxy cuts where chance has it: once or twice between the product and its database, or between client and product.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from random import Random
from urllib.parse import quote, urlsplit

from psycopg.conninfo import conninfo_to_dict

from tests.faults.asking import HAZARDS, NOTICE, REPORT, Ask, Asker, Book, asking, token_of
from tests.faults.conftest import Times
from tests.faults.findings import NOTHING, found
from tests.faults.processes import serving
from tests.faults.table import Table
from tests.infrastructure.log.cut import CutProxy

FAULT = "connection cut after COMMIT"

APPENDED = b"outcomes"
"""What the database's reply to an append holds."""

ACKNOWLEDGED = b"201 Created"


@asynccontextmanager
async def cutting(
    settings: Mapping[str, str], token: str, book: Book, *, keyed: bool = True
) -> AsyncIterator[tuple[Asker, CutProxy, CutProxy]]:
    """Somebody who asks a server process, with a proxy before it and one behind it."""
    database = CutProxy(settings["HAZARDLOOP_DATABASE_URL"])
    async with (
        database.listening(),
        serving({**settings, "HAZARDLOOP_DATABASE_URL": _url(database)}) as (_, address),
    ):
        door = CutProxy(f"host=127.0.0.1 port={urlsplit(address).port}")
        async with (
            door.listening(),
            asking(f"http://127.0.0.1:{_port(door)}", token, book, keyed=keyed) as asker,
        ):
            yield asker, database, door


async def cut_and_ask_again(asker: Asker, database: CutProxy, door: CutProxy, chance: Random) -> None:
    """One request whose reply is lost, asked until it is answered, and once more."""
    cut = chance.choice(("database", "database twice", "door"))
    database.armed = [] if cut == "door" else [APPENDED, APPENDED] if cut == "database twice" else [APPENDED]
    door.armed = [ACKNOWLEDGED] if cut == "door" else []
    hazards = [done.stream_id for done in asker.book.done.values() if done.version == 1]
    if hazards and chance.random() < 0.5:
        ask = Ask(f"{HAZARDS}/{chance.choice(hazards)}/workers-notice", NOTICE)
    else:
        ask = Ask(HAZARDS, REPORT)
    await asker.until_done(ask)
    await asker.until_done(ask)
    assert (database.armed, door.armed) == ([], []), "nothing was cut"


async def test_given_replies_lost_after_commit_when_asked_again_then_the_answer_is_the_same_and_nothing_twice(
    settings: Mapping[str, str], times: Times, chance: Random, table: Table
) -> None:
    book, token, rounds = Book(), await token_of(settings), times(12, 250)
    async with cutting(settings, token, book) as (asker, database, door):
        for _ in range(rounds):
            await cut_and_ask_again(asker, database, door, chance)
        cuts = database.cuts + door.cuts

    assert await found(settings["HAZARDLOOP_DATABASE_URL"], book) == NOTHING
    assert len(book.done) == rounds
    table.tell(FAULT, cuts, f"{rounds} requests, {cuts} cuts: the same answer each time, 0 duplicates")


async def test_control_given_requests_without_a_key_when_asked_again_then_the_duplicates_are_found(
    settings: Mapping[str, str], chance: Random, table: Table
) -> None:
    book, token = Book(), await token_of(settings)
    async with cutting(settings, token, book, keyed=False) as (asker, _, door):
        for _ in range(3):
            door.armed = [ACKNOWLEDGED]
            await asker.until_done(Ask(HAZARDS, REPORT))

    findings = await found(settings["HAZARDLOOP_DATABASE_URL"], book)
    assert len(findings.doubled) == 3
    table.tell_control(FAULT, f"no Idempotency-Key: {len(findings.doubled)} duplicates in 3 cuts")


def _url(proxy: CutProxy) -> str:
    said = conninfo_to_dict(proxy.url)
    return f"postgresql://{quote(str(said['user']))}@127.0.0.1:{_port(proxy)}/{said['dbname']}?sslmode=disable"


def _port(proxy: CutProxy) -> int:
    return int(str(conninfo_to_dict(proxy.url)["port"]))
