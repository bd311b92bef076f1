"""Benchmarks: the charts of docs/performance.md as SVG."""

from __future__ import annotations

from pathlib import Path

import leather

from benchmarks.measuring import Chart

WIDTH, HEIGHT = 760, 420


def draw(chart: Chart, folder: Path) -> None:
    """Write the picture. Places on the axis lie evenly apart, as they grow by factors rather than by steps."""
    places = sorted({place for series in chart.series for place in series.points})
    drawn = leather.Chart(chart.title)
    for series in chart.series:
        points = [(places.index(place), figure) for place, figure in sorted(series.points.items())]
        drawn.add_line(points, name=series.name)
    last = len(places) - 1
    drawn.set_x_axis(
        leather.Axis(ticks=range(last + 1), tick_formatter=lambda x, *_: f"{places[x]:,}", name=chart.along)
    )
    drawn.set_x_scale(leather.Linear(0, last))
    drawn.set_y_scale(leather.Linear(0, 1.1 * max(max(series.points.values()) for series in chart.series)))
    drawn.to_svg(str(folder / chart.file), width=WIDTH, height=HEIGHT)
