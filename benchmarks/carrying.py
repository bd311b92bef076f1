"""Benchmarks: from what an event costs, what a machine carries. The assumptions stand here and in the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.costs import Alone, Costs
from benchmarks.meter import Spent

HOUR = 3600
DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class County:
    """The jurisdiction of one county-level federation, as it is assumed: a busy one, everybody at work in it."""

    enterprises: int = 10_000
    hazards_a_day: int = 2_000
    events_of_a_hazard: int = 8
    """As many as a general hazard with a plan and one step takes."""
    boards_for_an_event: int = 20
    """Looked at for each event that is written."""
    busiest_hour: float = 0.2
    """Of a day's work."""

    @property
    def events_a_day(self) -> int:
        """Written to its log."""
        return self.hazards_a_day * self.events_of_a_hazard

    @property
    def events_a_year(self) -> int:
        """Written to its log."""
        return self.events_a_day * DAYS_A_YEAR

    @property
    def events_a_second(self) -> float:
        """In its busiest hour."""
        return self.events_a_day * self.busiest_hour / HOUR


@dataclass(frozen=True, slots=True)
class Machine:
    """As it is assumed: cores like those measured, no busier than half."""

    cores: int
    terabytes: float
    years: int = 5
    """Of history that its disk has to hold."""
    busy: float = 0.5


@dataclass(frozen=True, slots=True)
class Carried:
    """How many such counties a machine carries, by what it runs out of first, and what each of them takes."""

    by_processor: int
    by_disk: int
    gigabytes_a_year: float
    """Of one county: log and views."""
    log_gigabytes_a_day: float
    """Of one county, into the write-ahead log: what goes to a standby or an archive."""
    fsyncs_a_second: float
    """Of all it carries, in the busiest hour."""

    @property
    def counties(self) -> int:
        """That fit."""
        return min(self.by_processor, self.by_disk)


def average(costs: Costs, county: County) -> Alone:
    """An event of a hazard: the first costs what a report does, the others what a step does.

    As on one connection: each has a transaction and a notification of its own, and all but a projection too.
    """
    first, other = costs.alone["report"], costs.alone["step"]
    others = county.events_of_a_hazard - 1

    def over(figure: Callable[[Alone], float]) -> float:
        return (figure(first) + others * figure(other)) / county.events_of_a_hazard

    return Alone(
        Spent(
            over(lambda one: one.spent.product),
            over(lambda one: one.spent.postgres),
            over(lambda one: one.spent.log_bytes),
        ),
        over(lambda one: one.fsyncs),
    )


def seconds_of(costs: Costs, county: County) -> float:
    """Processor time for an event and for whoever looks at boards meanwhile."""
    event, board = average(costs, county).spent, costs.requests["board"]
    return event.product + event.postgres + county.boards_for_an_event * (board.product + board.postgres)


def carried(costs: Costs, county: County, machine: Machine) -> Carried:
    """What the machine carries."""
    event = average(costs, county)
    a_year = county.events_a_year * costs.sizes.together / 1e9
    by_processor = int(machine.cores * machine.busy / (county.events_a_second * seconds_of(costs, county)))
    by_disk = int(1000 * machine.terabytes / (machine.years * a_year))
    return Carried(
        by_processor,
        by_disk,
        a_year,
        county.events_a_day * event.spent.log_bytes / 1e9,
        min(by_processor, by_disk) * county.events_a_second * event.fsyncs,
    )
