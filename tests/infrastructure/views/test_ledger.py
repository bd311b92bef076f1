"""The hazard ledger: what stands in it, what is found in it, and who sees what."""

from domain.hazard.words import Stage
from application.questions import HazardsQuestion
from domain.actors import Role
from tests.domain.given import ACTORS, OURS
from tests.domain.hazard.roads import REPORTER, reported
from tests.infrastructure.views.town import Town


async def test_given_a_reported_hazard_when_asked_then_it_stands_in_the_ledger(town: Town) -> None:
    await town.register(OURS)
    id = await town.report(REPORTER, reported().command)
    await town.project()

    page = await town.views.hazards(ACTORS[Role.UNION_INSPECTOR], HazardsQuestion())

    (row,) = page.items
    assert (row.id, row.version, row.stage, row.position, page.position) == (id, 1, Stage.REPORTED, 2, 2)
    print(row, await town.views.enterprise_board(ACTORS[Role.UNION_INSPECTOR], OURS))
    print(await town.views.jurisdiction_board(ACTORS[Role.UNION_INSPECTOR]))
    print(await town.views.status())
    print(await town.views.hazard(ACTORS[Role.UNION_INSPECTOR], id))
    print((await town.dump()).decode())
