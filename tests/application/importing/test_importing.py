"""A whole ledger into the log: every row goes in, is known, or is refused; however often, whatever happens midway."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest

from application.importing.faults import Fault
from application.importing.importing import BATCH, Importing, Tally
from application.importing.rehearsing import Rehearsal
from application.importing.telling import Telling
from application.log import Append, Unavailable
from domain.actors import Actor, Role
from domain.event import Act
from domain.hazard.closing import EraseTexts
from domain.hazard.hazard import Hazard
from tests.application.importing.given import BY_NAME, KUNSHAN, NOW, RULES, RUN, mapping, row, tell


@dataclass
class Clock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


async def imported(log, rows, under=None) -> Tally:
    """The tally of a whole run, with the faults of every batch."""
    total = Tally()
    async for batch in run(log, rows, under):
        total.add(batch)
        total.returned = [*total.returned, *batch.returned]
        total.found = [*total.found, *batch.found]
    return total


def faults_of(tally: Tally) -> list[Fault]:
    return [fault for one in tally.returned for fault in one.faults]


def run(log, rows, under=None):
    return Importing(Telling(under or mapping(enterprise=BY_NAME), KUNSHAN, RULES, RUN), log, Clock()).batches(rows)


async def names_in(log) -> Counter[str]:
    return Counter(recorded.name for recorded in await log.read_after(0, 100_000))


async def test_every_good_row_is_in_the_log_with_its_enterprise_before_it(log):
    tally = await imported(log, [row(2), row(3, No="2")])

    assert (tally.rows, tally.imported, tally.known, tally.refused) == (2, 2, 0, 0)
    there = await log.read_after(0, 100)
    assert [recorded.name for recorded in there[:2]] == ["enterprise.registered.v1", "hazard.reported.v1"]
    assert [recorded.position for recorded in there] == list(range(1, 10))
    assert tally.events == await names_in(log)
    assert tally.events["enterprise.registered.v1"] == 1


async def test_a_refused_row_keeps_no_other_out_and_leaves_nothing(log):
    tally = await imported(log, [row(2), row(3, No="2", Who="elsewhere", Deadline="尽快"), row(4, No="3")])

    assert (tally.imported, tally.refused) == (2, 1)
    assert [(fault.row, fault.column, fault.value, fault.rule) for fault in faults_of(tally)] == [
        (3, "Deadline", "尽快", "import.date")
    ]
    assert tally.events == await names_in(log)
    assert tally.events["enterprise.registered.v1"] == 1


async def test_a_second_run_adds_nothing(log):
    ledger = [row(2), row(3, No="2", Deadline="尽快"), row(4, No="3")]
    first = await imported(log, ledger)
    before = await log.head()

    second = await imported(log, ledger)

    assert (first.imported, second.imported, second.known, second.refused) == (2, 0, 2, 1)
    assert not second.events
    assert await log.head() == before


async def test_a_row_is_known_also_after_the_hazard_has_moved_on_and_its_texts_were_erased(log):
    await imported(log, [row(Closed="")])
    hazard_id = tell(row()).hazard.id
    hazard = Hazard.fold([recorded.event for recorded in await log.read(hazard_id)])
    administrator = Actor(RUN, Role.ADMINISTRATOR)
    hazard.carry_out(EraseTexts(legal_basis="Art 47"), Act(administrator, NOW, NOW, RUN, RULES))
    await log.append([Append(hazard.collect_events(), erases=hazard_id)])

    again = await imported(log, [row(Closed="")])

    assert (again.known, again.refused) == (1, 0)


async def test_a_cell_that_contradicts_the_log_is_told_with_both_values_and_nothing_is_written_over(log):
    await imported(log, [row(2)])
    before = await log.head()

    tally = await imported(log, [row(2, Grade="重大", Closed="2025-03-19")])

    assert [(one.row, one.column, one.value, one.in_log, one.rule) for one in tally.found] == [
        (2, "Grade", "重大", "general", "import.conflict"),
        (2, "Closed", "2025-03-19", "2025-03-18", "import.conflict"),
    ]
    assert (tally.known, tally.refused, tally.conflicts) == (1, 0, 2)
    assert await log.head() == before


async def test_the_same_hazard_twice_with_different_grades_goes_in_once(log):
    tally = await imported(log, [row(2), row(3, Grade="重大"), row(4)])

    assert (tally.imported, tally.refused, tally.known, tally.conflicts) == (1, 0, 2, 1)
    assert [(one.row, one.rule) for one in tally.found] == [(3, "import.conflict")]


async def test_a_rehearsal_says_the_same_and_writes_nothing(log):
    await imported(log, [row(2)])
    before = await log.head()
    ledger = [row(2), row(3, No="2"), row(4, No="2", Grade="重大"), row(5, No="3", Deadline="尽快"), row(6, No="2")]

    rehearsed = await imported(Rehearsal(log), ledger)

    assert await log.head() == before
    assert rehearsed == await imported(log, ledger)


class Failing:
    """The log, until so many batches have gone in; the batch after that is written, but nobody hears of it."""

    def __init__(self, log, batches: int) -> None:
        self.log = log
        self.left = batches

    async def read(self, stream_id: UUID):
        return await self.log.read(stream_id)

    async def append(self, items):
        outcomes = await self.log.append(items)
        self.left -= 1
        if self.left < 0:
            raise Unavailable
        return outcomes


@pytest.mark.parametrize("batches", [0, 1, 2])
async def test_an_import_cut_off_midway_and_begun_again_has_every_row_once(log, batches):
    ledger = [row(number, No=str(number)) for number in range(2, 2 * BATCH + 52)]
    with pytest.raises(Unavailable):
        await imported(Failing(log, batches), ledger)

    tally = await imported(log, ledger)

    assert tally.imported + tally.known == len(ledger)
    assert (await names_in(log))["hazard.reported.v1"] == len(ledger)


async def test_rows_are_taken_as_they_come_a_batch_at_a_time(log):
    taken = []

    def rows():
        for number in range(2, 2 * BATCH + 3):
            taken.append(number)
            yield row(number, No=str(number))

    sizes = [(batch.rows, len(taken)) async for batch in run(log, rows())]

    assert sizes == [(BATCH, 2 * BATCH), (BATCH, 2 * BATCH + 1), (1, 2 * BATCH + 1)], "one is told while one is written"


async def test_a_ledger_without_rows_is_no_event(log):
    tally = await imported(log, [])

    assert (tally.rows, await log.head()) == (0, 0)


async def test_where_every_row_is_refused_nothing_is_asked_of_the_log(log):
    tally = await imported(None, [row(2, Found="")])

    assert tally.refused == 1
