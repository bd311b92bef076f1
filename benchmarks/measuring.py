"""Benchmarks: rounds, medians and the ratio.

Absolute figures are of one machine and one hour; what counts is the ratio of two medians measured in turn.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import TypeVar

Measure = Callable[[], float]
"""Does the work once, from a fresh start, and answers its figure."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One row of what must be reached.

    A unit that ends in `/s` is a rate, of which more is better; any other is a cost, of which less is better.
    `at_least` is the least ratio, which is always so many times better: "at most twice the time" is 0.5.
    """

    work: str
    unit: str
    at_least: float

    def result(self, *, ours: float, peer: float) -> Result:
        """What was reached."""
        ratio = ours / peer if self.unit.endswith("/s") else peer / ours
        return Result(self.work, _rounded(ours), _rounded(peer), self.unit, round(ratio, 3), self.at_least)


@dataclass(frozen=True, slots=True)
class Result:
    """A row of benchmarks/results/latest.json."""

    work: str
    ours: float
    peer: float
    unit: str
    ratio: float
    at_least: float

    @property
    def reached(self) -> bool:
        """Whether the ratio is what it must be."""
        return self.ratio >= self.at_least

    def as_json(self) -> dict[str, str | float]:
        """The row."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart: its name, and a figure for each place on the chart's axis."""

    name: str
    points: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of docs/performance.md."""

    file: str
    title: str
    along: str
    series: Sequence[Series]


@dataclass(frozen=True, slots=True)
class Findings:
    """What one work brought to light."""

    results: Sequence[Result]
    charts: Sequence[Chart] = ()
    notes: Sequence[str] = field(default=())


K = TypeVar("K")


@contextmanager
def spared_by_the_collector() -> Iterator[None]:
    """What has been made ready to be worked on is not looked through again and again while the work goes on."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def in_turn(rounds: int, measures: Mapping[K, Measure]) -> dict[K, float]:
    """The median of each measure over so many rounds, in each of which every measure is taken once.

    Every other round goes backwards, so that whatever drifts meanwhile drifts for all.
    """
    figures: dict[K, list[float]] = {name: [] for name in measures}
    for number in range(rounds):
        order = list(measures.items())
        for name, measure in order if number % 2 == 0 else reversed(order):
            figures[name].append(measure())
    return {name: median(taken) for name, taken in figures.items()}


def _rounded(figure: float) -> float:
    """Four figures: more than any of these measures is good for."""
    return float(f"{figure:.4g}")
