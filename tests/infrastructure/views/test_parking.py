"""An event a projection can't take parks that one alone, at the event before; resumed, it goes on from there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from application.log import Recorded
from application.projecting import Parked, Projector
from application.questions import HazardsQuestion, Projection, ProjectionState, ProjectionStatus
from domain.actors import Role
from infrastructure.views.builds import Build, Connection
from infrastructure.views.enterprises import Enterprises
from infrastructure.views.hazards import Hazards
from infrastructure.views.keeper import PostgresKeeper
from tests.conftest import JURISDICTION
from tests.domain.given import ACTORS, NOW, OURS, THEIRS
from tests.domain.hazard.roads import REPORTER, reported, text
from tests.infrastructure.views.town import Town

AUDITOR = ACTORS[Role.AUDITOR]
SECRET = "身份证号"


class CannotTakePosition3(Hazards):
    """A release with a fault: the third event is too much for it."""

    async def apply(self, connection: Connection, build: Build, recorded: Sequence[Recorded]) -> None:
        await super().apply(connection, build, recorded)
        if any(one.position == 3 for one in recorded):
            raise ValueError(SECRET)


@pytest.fixture
async def parked(town: Town) -> Town:
    await town.report(REPORTER, reported(description=text(SECRET)).command)  # 1
    await town.register(OURS)  # 2
    await town.report(REPORTER, reported(description=text(SECRET)).command)  # 3
    await town.register(THEIRS)  # 4
    await town.report(REPORTER, reported().command)  # 5
    keepers = [PostgresKeeper(town.pool, JURISDICTION, tables) for tables in (CannotTakePosition3(), Enterprises())]
    assert await Projector(town.log, keepers).catch_up()
    return town


async def status(town: Town) -> dict[Projection, ProjectionStatus]:
    return {one.name: one for one in await town.views.status()}


async def test_given_a_fault_then_one_stands_before_the_event_and_the_other_goes_on(parked: Town) -> None:
    parked.later(minutes=2)

    found = await status(parked)

    hazards, enterprises = found[Projection.HAZARDS], found[Projection.ENTERPRISES]
    assert (hazards.state, hazards.position, hazards.lag_events, hazards.lag_seconds) == (
        ProjectionState.PARKED,
        2,
        3,
        120.0,
    )
    assert (enterprises.state, enterprises.position, enterprises.lag_events) == (ProjectionState.LIVE, 5, 0)


async def test_given_a_fault_then_it_is_named_without_what_the_event_says(
    parked: Town, caplog: pytest.LogCaptureFixture
) -> None:
    error = (await status(parked))[Projection.HAZARDS].error

    assert error is not None
    assert error.startswith("hazard.reported.v1 at 3: ValueError (test_parking.py:")
    assert SECRET not in error + caplog.text


async def test_given_a_parked_projection_when_the_fault_is_gone_and_it_is_resumed_then_it_catches_up(
    parked: Town,
) -> None:
    projector = parked.projector()
    await projector.catch_up()
    assert (await status(parked))[Projection.HAZARDS].position == 2

    assert await projector.resume(Projection.HAZARDS)
    assert not await projector.resume(Projection.HAZARDS)
    await projector.catch_up()

    hazards = (await status(parked))[Projection.HAZARDS]
    assert (hazards.state, hazards.position, hazards.error) == (ProjectionState.LIVE, 5, None)
    assert len((await parked.views.hazards(AUDITOR, HazardsQuestion())).items) == 3
    assert await projector.rebuild(Projection.HAZARDS, lambda done, all: None, check=True)


async def test_given_a_projection_parked_while_it_served_when_asked_then_it_answers_as_far_as_it_came(
    town: Town,
) -> None:
    await town.report(REPORTER, reported().command)
    await town.project()
    for _ in range(3):
        await town.report(REPORTER, reported().command)
    await Projector(town.log, [PostgresKeeper(town.pool, JURISDICTION, CannotTakePosition3())]).catch_up()

    page = await town.views.hazards(AUDITOR, HazardsQuestion())

    assert (len(page.items), page.position) == (2, 2)


@pytest.mark.parametrize(
    ("topic", "parks"),
    [
        ("hazard.unheard_of.v9", {Projection.HAZARDS}),
        ("duty.unheard_of.v9", {Projection.HAZARDS}),
        ("enterprise.unheard_of.v9", {Projection.ENTERPRISES}),
        ("token.unheard_of.v9", set()),
    ],
)
async def test_given_an_event_nobody_can_read_then_it_parks_those_whose_subject_it_is(
    town: Town, topic: str, parks: set[Projection]
) -> None:
    async with town.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO hazardloop_320583.events (originator_id, originator_version, notification_id, recorded_at,"
            " topic, state) VALUES (gen_random_uuid(), 1, 1, %s, %s, '{}')",
            (NOW, topic),
        )

    await town.project()

    found = await status(town)
    assert {name for name, one in found.items() if one.state is ProjectionState.PARKED} == parks
    assert {one.error for name, one in found.items() if name in parks} <= {f"{topic} at 1: Unreadable"}


async def test_given_a_rebuild_that_meets_the_fault_then_it_says_so_and_the_old_build_goes_on_serving(
    town: Town,
) -> None:
    for _ in range(4):
        await town.report(REPORTER, reported().command)
    await town.project()
    before = await town.dump()
    faulty = Projector(town.log, [PostgresKeeper(town.pool, JURISDICTION, CannotTakePosition3())])

    with pytest.raises(Parked):
        await faulty.rebuild(Projection.HAZARDS, lambda done, all: None)

    assert await town.dump() == before
    assert [(one.build, one.state) for one in await town.views.status() if one.name is Projection.HAZARDS] == [
        (1, ProjectionState.LIVE),
        (2, ProjectionState.PARKED),
    ]
    assert await town.projector().rebuild(Projection.HAZARDS, lambda done, all: None, check=True)
    assert [one.build for one in await town.views.status() if one.name is Projection.HAZARDS] == [3]


async def test_given_a_parked_projection_when_the_new_build_has_passed_it_then_they_can_not_be_compared(
    parked: Town,
) -> None:
    assert await parked.projector(batch=1).rebuild(Projection.HAZARDS, lambda done, all: None, check=True) is None


async def test_given_a_parked_projection_when_rebuilt_then_the_new_build_takes_its_place(parked: Town) -> None:
    assert await parked.projector().rebuild(Projection.HAZARDS, lambda done, all: None, check=True)
    await parked.project()

    hazards = (await status(parked))[Projection.HAZARDS]
    assert (hazards.state, hazards.position, hazards.build) == (ProjectionState.LIVE, 5, 2)
