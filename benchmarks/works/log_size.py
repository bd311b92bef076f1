"""Benchmarks: what an append and a board cost in a small log and in a large one, and a board of the past in the large.

Every log holds the registrations of the same enterprises, and hazards recorded over a thousand days. The same
enterprises are asked for in each: those that have a hazard in the smallest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle, groupby, islice
from operator import itemgetter
from statistics import median

import uvloop
from psycopg.conninfo import conninfo_to_dict

from application.questions import Moment
from benchmarks.measuring import Chart, Findings, Goal, Series, in_turn
from benchmarks.ours import append_all, product
from benchmarks.stand import Stand
from benchmarks.town import CODE, EVENTS_OF_A_HAZARD, Town, enterprises
from benchmarks.works.append import WRITERS, appends_per_second
from domain.actors import Actor, Role

NAME = "log_size"

APPEND = Goal("append at 1,000,000 events: at 10,000", "µs/event", round(1 / 1.3, 3))
BOARD = Goal("enterprise board at 1,000,000 events: at 10,000", "ms", round(1 / 1.3, 3))
PAST = Goal("enterprise board as of a past time, 1,000,000 events: the present board", "ms", 1 / 2)
GOALS: Sequence[Goal] = (APPEND, BOARD, PAST)

DAYS = 1_000
LAST_DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
PAST_DAY = LAST_DAY - timedelta(days=DAYS // 2)
VACUUMED = LAST_DAY - timedelta(days=DAYS // 6)
"""When the database was last tidied up: the server does so whenever a log has grown by a fifth. Then for a while events
go where old pages have room, each into another page, at a third more of the cost; before long that room is used up."""
APPENDED = 5_000
"""Events appended in a measure, of the kinds the log is made of: smaller ones would all go where those have left room.
Half of the smallest log, which is copied anew each time."""
WARM_UP = 100


class Calendar:
    """A clock that is turned by hand: the log stamps by it."""

    def __init__(self) -> None:
        self.day = LAST_DAY

    def now(self) -> datetime:
        """The day it is turned to."""
        return self.day


@dataclass(frozen=True, slots=True)
class Log:
    """A database with so many events in its log, and its views caught up."""

    stand: Stand
    url: str
    asked: Sequence[str]
    """Enterprises whose boards are asked for."""

    def append(self) -> float:
        """Microseconds for an event of a hazard, one at a time by 40 writers, on a copy."""
        name = str(conninfo_to_dict(self.url)["dbname"])

        async def measure(url: str) -> float:
            async with product(url, self.stand.folder, Calendar()) as service:
                place = service.jurisdiction(CODE)
                town = Town(place.commands.rules, service.chance, enterprises(self.stand.sizes.log_enterprises))
                told = list(town.hazards(APPENDED // EVENTS_OF_A_HAZARD, [LAST_DAY]))
                parts = [[event for _, item in told[n::WRITERS] for event in item.events] for n in range(WRITERS)]
                return 1e6 / await appends_per_second(place.log, parts)

        with self.stand.database(template=name) as copy:
            return uvloop.run(measure(copy))

    def board(self, moment: Moment | None = None) -> float:
        """Milliseconds for a board, one after the other."""

        async def measure() -> float:
            async with product(self.url, self.stand.folder, Calendar()) as service:
                views = service.jurisdiction(CODE).views
                inspector = Actor(service.chance.id(), Role.UNION_INSPECTOR)
                took = []
                for code in islice(cycle(self.asked), WARM_UP + self.stand.sizes.boards):
                    began = time.perf_counter()
                    found = await views.enterprise_board(inspector, code, moment)
                    took.append(time.perf_counter() - began)
                    assert found is not None
                return 1000 * median(took[WARM_UP:])

        return uvloop.run(measure())

    def past_board(self) -> float:
        """The same, as they were recorded half way through."""
        return self.board(Moment(PAST_DAY))


def run(stand: Stand) -> Findings:
    """The three rows, and the chart of cost against log size."""
    sizes = stand.sizes.logs
    kinds: dict[str, Callable[[Log], float]] = {"append": Log.append, "board": Log.board, "past": Log.past_board}
    with ExitStack() as stack:
        logs = {size: stack.enter_context(_log(stand, size)) for size in sizes}
        measures = {(kind, size): partial(do, log) for kind, do in kinds.items() for size, log in logs.items()}
        found = in_turn(stand.sizes.rounds, measures)
    small, large = sizes[0], sizes[-1]
    chart = Chart(
        "cost_by_log_size.svg",
        "Cost, of that in the smallest log",
        "events in the log",
        [
            Series(name, {size: found[kind, size] / found[kind, small] for size in sizes})
            for kind, name in (("append", "append"), ("board", "board"), ("past", "board as of a past time"))
        ],
    )
    return Findings(
        [
            APPEND.result(ours=found["append", large], peer=found["append", small]),
            BOARD.result(ours=found["board", large], peer=found["board", small]),
            PAST.result(ours=found["past", large], peer=found["board", large]),
        ],
        [chart],
        [f"logs of {small:,} and {large:,} events of hazards, {stand.sizes.log_enterprises:,} enterprises"],
    )


@contextmanager
def _log(stand: Stand, events: int) -> Iterator[Log]:
    codes = enterprises(stand.sizes.log_enterprises)
    with stand.database() as url:
        uvloop.run(_fill(stand, url, codes, events))
        yield Log(stand, url, codes[: stand.sizes.logs[0] // EVENTS_OF_A_HAZARD])


async def _fill(stand: Stand, url: str, codes: Sequence[str], events: int) -> None:
    calendar = Calendar()
    days = [LAST_DAY - timedelta(days=ago) for ago in reversed(range(DAYS))]
    async with product(url, stand.folder, calendar) as service:
        place = service.jurisdiction(CODE)
        town = Town(place.commands.rules, service.chance, codes)
        calendar.day = days[0]
        await append_all(place.log, town.registrations(days[0]))
        for day, told in groupby(town.hazards(events // EVENTS_OF_A_HAZARD, days), key=itemgetter(0)):
            calendar.day = day
            await append_all(place.log, (item for _, item in told))
            if day == VACUUMED:
                stand.vacuum(url)
        await service.projector(CODE).catch_up()
        stand.analyze(url)
