"""A version of the log: what lists and boards say of all that was recorded up to a position."""

from __future__ import annotations

import pytest

from application.questions import NO_VERSION, DutiesQuestion, HazardsQuestion, LogVersion
from domain.actors import Role
from domain.refusals import RuleBroken
from tests.domain.given import ACTORS, OURS
from tests.domain.hazard.roads import RECTIFIER, inspected, planned, reported
from tests.infrastructure.views.town import Town

AUDITOR = ACTORS[Role.AUDITOR]


async def test_given_events_of_one_instant_when_asked_for_a_version_then_it_is_the_log_up_to_that_position(
    town: Town,
) -> None:
    await town.register(OURS)
    id = await town.report(RECTIFIER, reported().command)
    for move in (inspected().command, planned().command):
        await town.do(id, RECTIFIER, move)
    await town.project()

    async def stages(position: int) -> list[tuple[str, int]]:
        past = LogVersion(position)
        board = await town.views.enterprise_board(AUDITOR, OURS, past)
        rolled = await town.views.jurisdiction_board(AUDITOR, past)
        ledger = await town.views.hazards(AUDITOR, HazardsQuestion(moment=past))
        duties = await town.views.duties(AUDITOR, DutiesQuestion(moment=past, open=True))
        assert board is not None
        assert rolled is not None
        assert board.total == rolled.total
        assert board.open_duties == len(duties.items)
        return [(str(row.stage), len(duties.items)) for row in ledger.items]

    assert [await stages(position) for position in range(1, 5)] == [
        [],
        [("reported", 1)],
        [("self_inspected", 1)],
        [("rectifying", 1)],
    ]


@pytest.mark.parametrize("position", [0, 99])
async def test_given_a_version_the_log_has_not_reached_then_it_is_refused(town: Town, position: int) -> None:
    await town.register(OURS)
    await town.project()
    with pytest.raises(RuleBroken) as refused:
        await town.views.jurisdiction_board(AUDITOR, LogVersion(position))
    assert (refused.value.rule, refused.value.field) == (NO_VERSION, "version")
