"""Who has just written never reads the past: `min_position` waits for the views, and not for ever."""

from __future__ import annotations

import asyncio

import pytest

from application.log import Unavailable
from application.questions import HazardsQuestion, Projection
from domain.actors import Role
from infrastructure.views.hazards import Hazards
from infrastructure.views.keeper import PostgresKeeper
from infrastructure.views.reading import PostgresViews
from tests.conftest import JURISDICTION
from tests.domain.given import ACTORS, OURS, SHANGHAI
from tests.domain.hazard.roads import REPORTER, reported
from tests.infrastructure.views.town import Town

AUDITOR = ACTORS[Role.AUDITOR]


async def test_given_what_is_projected_when_waited_for_then_there_is_no_wait(town: Town) -> None:
    await town.report(REPORTER, reported().command)
    await town.project()

    await town.views.reached(1, timeout=5)
    await town.views.reached(0, timeout=5)


async def test_given_what_was_just_written_when_waited_for_then_it_returns_once_that_is_projected(town: Town) -> None:
    await town.project()
    await town.report(REPORTER, reported().command)
    waiting = [asyncio.create_task(town.views.reached(1, timeout=30)) for _ in range(20)]
    await asyncio.wait(waiting, timeout=0.05)
    assert not any(one.done() for one in waiting)

    await town.project()
    await asyncio.gather(*waiting)

    assert len((await town.views.hazards(AUDITOR, HazardsQuestion())).items) == 1


async def test_given_a_view_that_does_not_come_when_waited_for_then_it_is_unavailable(town: Town) -> None:
    with pytest.raises(Unavailable):
        await town.views.reached(1, timeout=0.05)
    await town.project()
    with pytest.raises(Unavailable):
        await town.views.reached(1, timeout=0.05)


async def test_given_one_view_behind_when_the_other_is_waited_for_then_it_is_there(town: Town) -> None:
    await town.register(OURS)
    keeper = PostgresKeeper(town.pool, JURISDICTION, Hazards())
    await town.project()
    await town.report(REPORTER, reported().command)
    assert await keeper.take(await town.log.read_after(1, 10))

    await town.views.reached(2, [Projection.HAZARDS], timeout=5)
    with pytest.raises(Unavailable):
        await town.views.reached(2, [Projection.ENTERPRISES], timeout=0.05)


async def test_given_no_view_yet_when_asked_then_it_is_unavailable(town: Town) -> None:
    with pytest.raises(Unavailable):
        await town.views.hazards(AUDITOR, HazardsQuestion())
    with pytest.raises(Unavailable):
        await town.views.jurisdiction_board(AUDITOR)
    with pytest.raises(Unavailable):
        await town.views.overdue_duties(town.clock.at.date())


async def test_given_what_a_newer_release_keeps_up_when_asked_then_it_is_passed_over(town: Town) -> None:
    await town.project()
    async with town.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO hazardloop_320583.projection (name, version, build, state, serving, position)"
            " VALUES ('cups', 1, 1, 'live', true, 9), ('hazards', 9, 1, 'live', true, 9)"
        )

    assert {(one.name, one.version) for one in await town.views.status()} == {
        (Projection.HAZARDS, Hazards.version),
        (Projection.HAZARDS, 9),
        (Projection.ENTERPRISES, 1),
    }
    with pytest.raises(Unavailable):
        await town.views.reached(9, [Projection.HAZARDS], timeout=0.05)


async def test_given_a_database_that_is_gone_when_asked_then_it_is_unavailable(town: Town) -> None:
    await town.project()
    views = PostgresViews(town.pool, JURISDICTION, town.log, SHANGHAI, town.clock)
    await town.pool.close()

    with pytest.raises(Unavailable):
        await views.hazards(AUDITOR, HazardsQuestion())
    with pytest.raises(Unavailable):
        await views.reached(1, timeout=5)
    with pytest.raises(Unavailable):
        await views.status()
