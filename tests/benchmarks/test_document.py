"""docs/performance.md: what must be reached is named there; a full run writes what was."""

from pathlib import Path

from benchmarks import document
from benchmarks.__main__ import ROOT, WORKS
from benchmarks.measuring import Chart, Findings, Goal, Series

FOUND = Findings(
    [Goal("append: pgbench", "events/s", 0.8).result(ours=30_000, peer=25_000)],
    [Chart("append.svg", "Events appended a second", "concurrent writers", [Series("ours", {1: 1_850, 40: 30_000})])],
    ["a note"],
)


def test_a_run_renews_what_stands_between_the_marks_and_nothing_else(tmp_path: Path):
    page = tmp_path / "performance.md"
    page.write_text("# Before\n<!-- measured -->\nold\n<!-- /measured -->\nAfter\n")

    document.renew(tmp_path, ["2 cores"], [FOUND])

    text = page.read_text()
    assert text.startswith("# Before\n<!-- measured -->\n")
    assert text.endswith("\n<!-- /measured -->\nAfter\n")
    assert "| append: pgbench | 30,000 | 25,000 | events/s | 1.2 | 0.8 |" in text
    assert "- 2 cores\n- a note" in text
    assert "old" not in text


def test_a_run_draws_the_charts(tmp_path: Path):
    (tmp_path / "performance.md").write_text("<!-- measured --><!-- /measured -->")

    document.renew(tmp_path, [], [FOUND])

    assert (
        "![Events appended a second, by concurrent writers](pictures/append.svg)"
        in (tmp_path / "performance.md").read_text()
    )
    assert "concurrent writers" in (tmp_path / "pictures" / "append.svg").read_text()


def test_the_page_names_every_work_and_what_it_must_reach():
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")

    for work in WORKS.values():
        assert f"`{work.NAME}`" in page
        for goal in work.GOALS:
            assert f"| {goal.work} | {goal.at_least:g} |" in page, goal
