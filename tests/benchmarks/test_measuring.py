"""A ratio says how many times better ours is, whether more is better or less."""

import pytest

from benchmarks.measuring import Goal, Result, in_turn


def test_of_a_rate_more_is_better():
    goal = Goal("append: the stock recorder", "events/s", 12)

    found = goal.result(ours=30_000, peer=1_500)

    assert found == Result("append: the stock recorder", 30_000, 1_500, "events/s", 20, 12)
    assert found.reached


def test_of_a_cost_less_is_better():
    goal = Goal("the past: the present", "ms", 0.5)

    assert goal.result(ours=2.0, peer=1.0).reached, "at most twice the time"
    assert not goal.result(ours=2.1, peer=1.0).reached


@pytest.mark.parametrize(("ours", "reached"), [(12_000, True), (11_990, False)])
def test_reached_is_at_least_the_ratio_asked_for(ours: float, reached: bool):
    assert Goal("append", "events/s", 12).result(ours=ours, peer=1_000).reached is reached


def test_a_row_has_the_six_names_the_result_file_promises():
    row = Goal("append", "events/s", 12).result(ours=123_456, peer=7).as_json()

    assert list(row) == ["work", "ours", "peer", "unit", "ratio", "at_least"]
    assert row["ours"] == 123_500, "four figures"


def test_everybody_is_measured_in_turn_and_the_median_counts():
    order: list[str] = []
    figures = {"ours": iter([3.0, 1.0, 2.0]), "peer": iter([10.0, 30.0, 20.0])}

    def measure(name: str) -> float:
        order.append(name)
        return next(figures[name])

    found = in_turn(3, {"ours": lambda: measure("ours"), "peer": lambda: measure("peer")})

    assert found == {"ours": 2.0, "peer": 20.0}
    assert order == ["ours", "peer", "peer", "ours", "ours", "peer"]
