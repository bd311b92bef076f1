"""What an event costs is found by doing it; what machines carry follows from that by arithmetic alone."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import cost, document
from benchmarks.carrying import County, Machine, average, carried, seconds_of
from benchmarks.costs import Alone, Appended, Costs, Sizes, measured
from benchmarks.meter import Spent
from benchmarks.stand import Stand

COSTS = Costs(
    {1: Appended(1_000, 1.0, 800), 40: Appended(20_000, 0.025, 700)},
    {name: Spent(0.0001, 0.0001, 0) for name in ("report", "step", "board")},
    Spent(0, 0, 0),
    {"report": Alone(Spent(0.006, 0.002, 9_000), 2.0), "step": Alone(Spent(0.002, 0.002, 1_000), 1.0)},
    Sizes(500, 100, 300, 100),
)

COUNTY = County(hazards_a_day=4_500, events_of_a_hazard=4, boards_for_an_event=10, busiest_hour=0.2)


def test_all_of_it_is_measured_and_told(stand: Stand):
    costs = measured(stand)

    for appended in costs.appended.values():
        assert appended.per_second > 0
        assert 400 < appended.log_bytes < 100_000, "an event has 400 bytes, and all of it goes there"
        assert appended.fsyncs >= 0, "none, where the server is not to be safe"
    spent = [*costs.requests.values(), costs.projected, *(one.spent for one in costs.alone.values())]
    assert sum(one.product for one in spent) > 0
    assert all(one.product >= 0 and one.postgres >= 0 for one in spent)
    assert all(one.spent.log_bytes > 400 for one in costs.alone.values())
    assert all(size > 0 for size in (costs.sizes.log_table, costs.sizes.view_indexes))
    assert "| log |" in cost.told(["2 cores", "Linux"], costs)


def test_an_event_costs_what_a_report_and_the_steps_after_it_do():
    assert average(COSTS, COUNTY) == Alone(Spent(0.003, 0.002, 3_000), 1.25)
    assert seconds_of(COSTS, COUNTY) == pytest.approx(0.005 + 10 * 0.0002)


def test_a_machine_carries_what_its_processor_and_its_disk_both_carry():
    assert COUNTY.events_a_second == pytest.approx(1)
    found = carried(COSTS, COUNTY, Machine(cores=2, terabytes=1, years=5))

    assert found.by_processor == 142, "half of two cores, 7 ms a second for each"
    assert found.gigabytes_a_year == pytest.approx(6.57), "18,000 events of 1,000 bytes a day"
    assert found.by_disk == found.counties == 30
    assert found.log_gigabytes_a_day == pytest.approx(0.054)
    assert found.fsyncs_a_second == pytest.approx(30 * 1.25)


def test_a_county_that_grows_takes_the_more():
    machine = Machine(cores=2, terabytes=1)
    larger = replace(COUNTY, hazards_a_day=2 * COUNTY.hazards_a_day)

    assert carried(COSTS, larger, machine).counties == carried(COSTS, COUNTY, machine).counties // 2


def test_the_page_says_what_was_measured_and_what_is_assumed(tmp_path: Path):
    page = tmp_path / "scaling.md"
    page.write_text("Before\n<!-- measured -->\nold\n<!-- /measured -->\nAfter\n")

    document.put(page, cost.told(["2 cores", "Linux"], COSTS))

    text = page.read_text()
    assert text.startswith("Before\n<!-- measured -->\n- 2 cores\n- Linux\n")
    assert text.endswith("\n<!-- /measured -->\nAfter\n")
    assert "| 40 writers | 20,000 | 0.025 | 700 |" in text
    assert "| a step, one connection | 1,000 | 1.0 |" in text
    assert "**A county** is assumed to be 10,000 enterprises" in text


def test_the_page_has_a_place_for_it():
    assert document.BEGIN in cost.PAGE.read_text(encoding="utf-8")
