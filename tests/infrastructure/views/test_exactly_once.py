"""Exactly once, whatever is killed when, and however many processes are at it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any

import psycopg
import pytest

from application.log import Recorded, Unavailable
from application.projecting import Projector
from application.questions import Projection
from infrastructure.views.builds import Build, Connection
from infrastructure.views.hazards import Hazards
from infrastructure.views.keeper import PostgresKeeper
from tests.conftest import JURISDICTION
from tests.infrastructure.views.town import Town
from tests.infrastructure.views.walks import Walk


@pytest.fixture
async def walked(town: Town) -> Town:
    walk = Walk(town, Random(320583))
    await walk.begin()
    await walk.steps(60)
    return town


class Killed(Hazards):
    """Its connection is cut after some batches have been folded, before they are committed."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._applied = 0

    async def apply(self, connection: Connection, build: Build, recorded: Sequence[Recorded]) -> None:
        await super().apply(connection, build, recorded)
        self._applied += 1
        if self._applied % self._every == 0:
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


async def test_given_a_projector_killed_again_and_again_when_it_is_done_then_the_view_is_the_one_built_anew(
    walked: Town,
) -> None:
    projector = Projector(walked.log, [PostgresKeeper(walked.pool, JURISDICTION, Killed(every=2))], batch=4)
    killed = 0
    while killed < 1000:
        try:
            await projector.catch_up()
            break
        except Unavailable:
            killed += 1

    assert killed > 5
    assert await walked.projector().rebuild(Projection.HAZARDS, lambda done, all: None, check=True)


async def test_given_a_batch_that_was_taken_when_it_comes_again_then_nothing_changes(walked: Town) -> None:
    await walked.project()
    keeper, before = PostgresKeeper(walked.pool, JURISDICTION, Hazards()), await walked.dump()
    everything = await walked.log.read_after(0, 1000)

    assert not await keeper.take(everything)
    assert not await keeper.take(everything[3:9])

    assert await walked.dump() == before


async def test_given_events_some_of_which_were_taken_when_they_come_again_then_the_others_are_taken(
    walked: Town,
) -> None:
    await walked.projector().install()
    keeper, everything = PostgresKeeper(walked.pool, JURISDICTION, Hazards()), await walked.log.read_after(0, 1000)

    assert await keeper.take(everything[:5])
    assert await keeper.take(everything)

    assert await keeper.position() == len(everything)


async def test_given_a_gap_when_events_come_then_none_is_taken(walked: Town) -> None:
    await walked.projector().install()
    keeper = PostgresKeeper(walked.pool, JURISDICTION, Hazards())

    assert not await keeper.take(await walked.log.read_after(1, 1000))

    assert await keeper.position() == 0


async def test_given_several_projectors_at_once_when_they_are_done_then_every_event_was_taken_once(
    walked: Town,
) -> None:
    enough = asyncio.Event()
    running = [asyncio.create_task(walked.projector(batch).run(enough)) for batch in (1, 2, 3)]
    try:
        await walked.views.reached(await walked.log.head(), timeout=60)
    finally:
        enough.set()
        await asyncio.gather(*running)

    for name in Projection:
        assert await walked.projector().rebuild(name, lambda done, all: None, check=True)


async def test_given_another_process_that_holds_the_row_when_events_come_then_they_are_left_to_it(walked: Town) -> None:
    await walked.projector().install()
    keeper = PostgresKeeper(walked.pool, JURISDICTION, Hazards())
    events = await walked.log.read_after(0, 5)

    async with walked.pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT 1 FROM hazardloop_320583.projection WHERE name = 'hazards' FOR UPDATE")
        assert not await keeper.take(events)
    assert await keeper.take(events)


async def test_given_several_that_install_at_once_then_there_is_one_build_of_each(town: Town) -> None:
    await asyncio.gather(*(town.projector().install() for _ in range(5)))

    assert [(one.name, one.build) for one in await town.views.status()] == [
        (Projection.ENTERPRISES, 1),
        (Projection.HAZARDS, 1),
    ]


async def test_given_a_reader_while_a_batch_is_written_when_it_asks_then_it_sees_a_whole_number_of_batches(
    walked: Town,
) -> None:
    await walked.project()
    async with await psycopg.AsyncConnection.connect(walked.url) as reader:
        before = await seen_by(reader)
        walk = Walk(walked, Random(1))
        await walk.steps(20)
        during = await seen_by(reader)

        class Looking(Hazards):
            async def apply(self, connection: Connection, build: Build, recorded: Sequence[Recorded]) -> None:
                nonlocal during
                await super().apply(connection, build, recorded)
                during = await seen_by(reader)

        await Projector(walked.log, [PostgresKeeper(walked.pool, JURISDICTION, Looking())]).catch_up()

        assert during == before
        assert await seen_by(reader) != before


async def seen_by(reader: psycopg.AsyncConnection[Any]) -> list[Any]:
    found = await reader.execute(
        "SELECT (SELECT position FROM hazardloop_320583.projection WHERE name = 'hazards'),"
        " (SELECT sum(number) FROM hazardloop_320583.enterprise_board_v3),"
        " (SELECT count(*) FROM hazardloop_320583.hazard_timeline_v3)"
    )
    rows = await found.fetchall()
    await reader.commit()
    return rows
