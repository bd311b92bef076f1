"""The projector is killed between two batches or within one: built anew from zero, the views are the same bytes."""

from __future__ import annotations

import os
from random import Random

from application.questions import Projection
from tests.faults.conftest import Times
from tests.faults.processes import process
from tests.faults.projecting import CAME_TO
from tests.faults.table import Table
from tests.faults.views import differing
from tests.faults.waiting import passed
from tests.infrastructure.views.town import Town, town_at
from tests.infrastructure.views.walks import Walk

FAULT = "kill -9 of the projector"
STEPS = 30
BATCHES = 10


async def killed(town: Town, walk: Walk, chance: Random, what: str, batch: int) -> bool:
    """Things happen, a projector takes some of it and is killed; whether it was killed on its way."""
    await walk.steps(STEPS)
    while await backlog(town) < BATCHES * batch:
        await walk.report()
    async with process(os.environ, "-m", "tests.faults.projecting", town.url, what, str(batch)) as projector:
        for _ in range(chance.randrange(1, BATCHES)):
            await projector.says(CAME_TO)
        await passed(chance.uniform(0, 0.01))
        await projector.kill()
    return await backlog(town) > 0


async def backlog(town: Town) -> int:
    """How many events the view that is farthest behind has not taken."""
    positions = [await keeper.position() or 0 for keeper in town.keepers()]
    return await town.log.head() - min(positions)


async def test_given_a_projector_killed_again_and_again_then_the_views_are_the_fold_of_the_log(
    database_url: str, times: Times, chance: Random, table: Table
) -> None:
    kills, midway = times(4, 100), 0
    async with town_at(database_url) as town:
        walk = Walk(town, chance)
        await walk.begin()
        for _ in range(kills):
            what = chance.choice(("projector", "projector", "rebuild"))
            midway += await killed(town, walk, chance, what, batch=3)
            assert await differing(town) == []
        head = await town.log.head()
    table.tell(FAULT, kills, f"{head} events, {midway} times killed on its way: views = fold, byte for byte")


async def test_control_given_a_projector_that_commits_its_position_before_its_effects_then_the_difference_is_found(
    database_url: str, chance: Random, table: Table
) -> None:
    found: list[Projection] = []
    kills = 0
    async with town_at(database_url) as town:
        walk = Walk(town, chance)
        await walk.begin()
        await town.project()
        while not found and kills < 20:
            await killed(town, walk, chance, "position-first", batch=10)
            kills += 1
            found = await differing(town)

    assert found
    table.tell_control(FAULT, f"position committed before effects: {', '.join(found)} differ after {kills} kills")
