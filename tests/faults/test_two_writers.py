"""Two people decide on one hazard at once, each through another process: one wins, one is told; nothing is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from domain.actors import Role
from tests.domain.given import OURS
from tests.faults.asking import HAZARDS, REPORT, V1, Ask, Asker, Book, asking, token_of
from tests.faults.conftest import Times
from tests.faults.findings import NOTHING, found
from tests.faults.processes import serving
from tests.faults.table import Table

FAULT = "two writers on one hazard"
STALE = "urn:hazardloop:problem:stale-version"


async def decide_at_once(askers: Sequence[Asker], version: int, path: str, body: Mapping[str, object]) -> list[Ask]:
    """Each decides on the same version at the same time, and who is told that it is stale does so again on the next.

    The decisions that were acknowledged at first.
    """
    asks = [Ask(path, body, version=version) for _ in askers]
    answers = await asyncio.gather(*(asker.send(ask) for asker, ask in zip(askers, asks, strict=True)))
    won = [ask for ask, answer in zip(asks, answers, strict=True) if answer is not None and answer.status_code == 201]
    for asker, ask, answer in zip(askers, asks, answers, strict=True):
        assert answer is not None
        if ask in won:
            await asker.until_done(ask)
        else:
            assert (answer.status_code, answer.json()["type"]) == (412, STALE)
            del asker.book.asked[ask.id]
            await asker.until_done(Ask(path, body, version=version + 1))
    return won


async def contended(settings: Mapping[str, str], book: Book, rounds: int, variant: str | None) -> Counter[int]:
    """How often how many of two were acknowledged on one version of a plan that is made anew again and again."""
    inspector, officer = await token_of(settings), await token_of(settings, Role.ENTERPRISE_OFFICER, OURS)
    async with (
        serving(settings, variant) as (_, one),
        serving(settings, variant) as (_, two),
        asking(one, inspector, book) as reporter,
        asking(one, officer, book) as first,
        asking(two, officer, book) as second,
    ):
        registered = await reporter.client.post(f"{V1}/enterprises", json={"uscc": OURS, "enterprise_name": "一号厂"})
        assert registered.status_code == 201
        hazard = await reporter.until_done(Ask(HAZARDS, {**REPORT, "enterprise_uscc": OURS}))
        path = f"{HAZARDS}/{hazard.stream_id}"
        await first.until_done(Ask(f"{path}/self-inspection", {"grade": "general", "cause": "堆放"}, version=1))
        plan = {"methods_and_measures": "清理", "deadline": str((datetime.now(UTC) + timedelta(days=30)).date())}
        version = (await first.until_done(Ask(f"{path}/rectification-plan", plan, version=2))).version
        winners: Counter[int] = Counter()
        for _ in range(rounds):
            winners[len(await decide_at_once((first, second), version, f"{path}/rectification-plan", plan))] += 1
            version = max(done.version for done in book.done.values())
    return winners


async def test_given_two_who_decide_on_one_version_then_one_wins_and_one_is_told_and_nothing_is_lost(
    settings: Mapping[str, str], times: Times, table: Table
) -> None:
    book, rounds = Book(), times(15, 500)

    winners = await contended(settings, book, rounds, None)

    assert winners == {1: rounds}
    assert await found(settings["HAZARDLOOP_DATABASE_URL"], book) == NOTHING
    assert len(book.done) == 3 + 2 * rounds
    table.tell(FAULT, rounds, "one 201, one 412 each time; decided again, both are in the history")


async def test_control_given_a_product_that_does_not_look_at_the_version_then_two_winners_are_found(
    settings: Mapping[str, str], table: Table
) -> None:
    winners = await contended(settings, Book(), 3, "blind_to_versions")

    assert winners[2] == 3
    table.tell_control(FAULT, "If-Match not looked at: two winners 3 times of 3")
