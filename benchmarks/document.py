"""Benchmarks: a page of docs/ gets what the latest full run found, between its two marks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.charts import draw
from benchmarks.measuring import Findings, Result

BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def renew(docs: Path, machine: Sequence[str], findings: Sequence[Findings]) -> None:
    """Draw the charts and write the table into docs/performance.md."""
    charts = [chart for found in findings for chart in found.charts]
    folder = docs / "pictures"
    folder.mkdir(exist_ok=True)
    for chart in charts:
        draw(chart, folder)
    notes = [*machine, *dict.fromkeys(note for found in findings for note in found.notes)]
    pictures = [f"![{chart.title}, by {chart.along}](pictures/{chart.file})" for chart in charts]
    rows = table([result for found in findings for result in found.results])
    text = "\n\n".join(["\n".join(rows), "\n".join(f"- {note}" for note in notes), *pictures])
    put(docs / "performance.md", text)


def put(page: Path, text: str) -> None:
    """Let this, and nothing of what stood there, stand between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def table(results: Sequence[Result]) -> Sequence[str]:
    """The results as the lines of a table."""
    lines = ["| ours against | ours | peer | unit | times better | at least |", "|---|---:|---:|---|---:|---:|"]
    for one in results:
        ratio = f"{one.ratio:g}" if one.reached else f"**{one.ratio:g}** missed"
        lines.append(f"| {one.work} | {one.ours:,g} | {one.peer:,g} | {one.unit} | {ratio} | {one.at_least:g} |")
    return lines
