"""Built anew beside what serves, and put in its place: nobody who reads or writes meanwhile is the worse for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

import psycopg
import pytest

from application.log import Recorded
from application.projecting import Projector
from application.questions import HazardsQuestion, Projection
from domain.actors import Role
from infrastructure.views.builds import Build, Connection
from infrastructure.views.hazards import Hazards
from infrastructure.views.keeper import PostgresKeeper
from tests.conftest import JURISDICTION
from tests.domain.given import ACTORS
from tests.domain.hazard.roads import REPORTER, reported
from tests.infrastructure.views.town import Town
from tests.infrastructure.views.walks import Walk

AUDITOR = ACTORS[Role.AUDITOR]
NAME = Projection.HAZARDS


def silent(done: int, all: int) -> None:
    """Progress nobody looks at."""


@pytest.fixture
async def walked(town: Town) -> Town:
    walk = Walk(town, Random(7))
    await walk.begin()
    await walk.steps(60)
    await town.project()
    return town


async def tables(town: Town) -> list[str]:
    async with town.pool.connection() as connection:
        found = await connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'hazardloop_320583'::regnamespace AND relkind = 'r'"
            " AND relname ~ '_v[0-9]+_b[0-9]+$' ORDER BY relname"
        )
        return [name for (name,) in await found.fetchall()]


def builds_of(names: list[str]) -> set[str]:
    return {name.rpartition("_b")[2] for name in names if name.startswith("hazard_v")}


async def test_given_a_view_when_built_anew_twice_then_every_byte_is_the_same(walked: Town) -> None:
    before = await walked.dump()

    for build in (2, 3):
        assert await walked.projector(batch=5).rebuild(NAME, silent, check=True) is True
        assert await walked.dump() == before
        assert builds_of(await tables(walked)) == {str(build)}


async def test_given_a_view_that_was_tampered_with_when_checked_then_it_is_said_and_put_right(walked: Town) -> None:
    before = await walked.dump()
    async with walked.pool.connection() as connection:
        await connection.execute("UPDATE hazardloop_320583.enterprise_board_v3_b1 SET number = number + 1")

    assert await walked.projector().rebuild(NAME, silent, check=True) is False

    assert await walked.dump() == before


async def test_given_a_rebuild_then_its_progress_runs_from_the_first_event_to_the_last(walked: Town) -> None:
    seen: list[tuple[int, int]] = []

    await walked.projector(batch=10).rebuild(NAME, lambda done, all: seen.append((done, all)))

    head = await walked.log.head()
    assert seen[0] == (0, head)
    assert seen[-1] == (head, head)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) > 3


async def test_given_readers_a_projector_and_writers_when_built_anew_then_all_of_them_go_on(walked: Town) -> None:
    enough, positions = asyncio.Event(), []

    async def read() -> None:
        while not enough.is_set():
            page = await walked.views.hazards(AUDITOR, HazardsQuestion(limit=5))
            positions.append(page.position)

    running = [asyncio.create_task(walked.projector(batch=7).run(enough)), asyncio.create_task(read())]
    try:
        for _ in range(4):
            for _ in range(5):
                await walked.report(REPORTER, reported().command)
            await walked.projector(batch=20).rebuild(NAME, silent)
        await walked.views.reached(await walked.log.head(), timeout=60)
    finally:
        enough.set()
        await asyncio.gather(*running)

    assert positions == sorted(positions)
    assert await walked.projector().rebuild(NAME, silent, check=True)


async def test_given_a_rebuild_that_was_killed_when_begun_again_then_it_goes_on_where_it_was(walked: Town) -> None:
    class KilledAt30(Hazards):
        async def apply(self, connection: Connection, build: Build, recorded: Sequence[Recorded]) -> None:
            await super().apply(connection, build, recorded)
            if recorded[-1].position > 30:
                raise KeyboardInterrupt

    keeper = PostgresKeeper(walked.pool, JURISDICTION, KilledAt30())
    with pytest.raises(KeyboardInterrupt):
        await Projector(walked.log, [keeper], batch=10).rebuild(NAME, silent)
    assert [(one.build, one.position) for one in await walked.views.status() if one.name is NAME][1] == (2, 30)

    assert await walked.projector(batch=10).rebuild(NAME, silent, check=True)

    assert builds_of(await tables(walked)) == {"2"}


async def test_given_two_rebuilds_at_once_then_they_share_one_build(walked: Town) -> None:
    await asyncio.gather(*(walked.projector(batch=3).rebuild(NAME, silent) for _ in range(2)))

    assert builds_of(await tables(walked)) == {"2"}
    assert await walked.projector().rebuild(NAME, silent, check=True)


async def test_given_a_reader_in_the_way_when_built_anew_then_it_waits_for_a_gap_and_holds_no_other_reader_up(
    walked: Town,
) -> None:
    async with await psycopg.AsyncConnection.connect(walked.url) as reader:
        await reader.execute("SELECT count(*) FROM hazardloop_320583.hazard_v3")  # and its transaction stays open
        rebuilding = asyncio.create_task(walked.projector().rebuild(NAME, silent))
        await asyncio.wait([rebuilding], timeout=0.5)
        assert not rebuilding.done()

        for _ in range(20):
            await asyncio.wait_for(walked.views.hazards(AUDITOR, HazardsQuestion()), 10)
        await reader.commit()

        await rebuilding
    assert builds_of(await tables(walked)) == {"2"}


async def test_given_what_a_killed_rebuild_left_when_built_anew_then_it_is_swept_away(walked: Town) -> None:
    await walked.projector().rebuild(NAME, silent)
    async with walked.pool.connection() as connection:
        await connection.execute("CREATE TABLE hazardloop_320583.hazard_v3_b1 (one int)")

    await walked.projector().rebuild(NAME, silent)

    assert builds_of(await tables(walked)) == {"3"}


class Newer(Hazards):
    """The next release's: it counts otherwise, say."""

    version = Hazards.version + 1


async def test_given_a_new_version_when_projected_then_both_serve_side_by_side_until_the_old_is_dropped(
    walked: Town,
) -> None:
    newer = Projector(walked.log, [PostgresKeeper(walked.pool, JURISDICTION, Newer())], batch=10)
    await newer.catch_up()
    await walked.report(REPORTER, reported().command)

    await walked.project()
    await newer.catch_up()

    async with walked.pool.connection() as connection:
        counts = [
            await (await connection.execute(f"SELECT count(*) FROM hazardloop_320583.hazard_v{version}")).fetchall()
            for version in (Hazards.version, Newer.version)
        ]
    assert counts == [[(len(walked.hazards),)], [(len(walked.hazards),)]]
    assert [(one.version, one.position) for one in await walked.views.status() if one.name is NAME] == [
        (Hazards.version, await walked.log.head()),
        (Newer.version, await walked.log.head()),
    ]

    await newer.drop_old(NAME)

    assert {name.rpartition("_v")[2] for name in await tables(walked) if name.startswith("hazard_v")} == {
        f"{Newer.version}_b1"
    }
    assert [one.version for one in await walked.views.status() if one.name is NAME] == [Newer.version]
