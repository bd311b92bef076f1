"""Every work runs against every peer, a little of each: figures come out of it, and what they come from was done."""

import pytest

from benchmarks.__main__ import WORKS
from benchmarks.stand import Stand


@pytest.mark.parametrize("name", WORKS)
def test_a_work_finds_a_ratio_for_each_of_its_goals(stand: Stand, name: str):
    found = WORKS[name].run(stand)

    assert [(one.work, one.unit, one.at_least) for one in found.results] == [
        (goal.work, goal.unit, goal.at_least) for goal in WORKS[name].GOALS
    ]
    for one in found.results:
        assert one.ratio > 0
    for chart in found.charts:
        assert all(figure > 0 for series in chart.series for figure in series.points.values())
