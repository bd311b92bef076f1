"""Application: what a replay of the log has come to, in the words of the views, so that both can be compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from application.answers import DutyRow, HazardSummary
from application.boards import Board, JurisdictionBoard, OverdueHazard
from application.replaying.folding import Replay
from application.views import assembling
from application.views.assembling import Duties, Group
from application.views.counting import Tally
from application.views.hazard_file import duty_row, summary
from application.views.hazard_memory import HazardMemory
from application.views.sectors import key_sectors_of, section_of
from application.views.times import local, local_day
from domain.enterprise.enterprise import Enterprise


def ledger(replay: Replay) -> list[HazardSummary]:
    """The ledger, the newest first."""
    today = _today(replay)
    return [summary(memory, replay.zone, today) for memory in replay.hazards()][::-1]


def duties(replay: Replay) -> list[DutyRow]:
    """Every duty there had been, the earliest due first."""
    today = _today(replay)
    rows = [
        duty_row(memory.hazard.id, held, replay.zone, today)
        for memory in replay.hazards()
        for held in memory.duties.held.values()
    ]
    return sorted(rows, key=lambda row: (row.due, row.hazard_id, row.number))


def enterprise_board(replay: Replay, uscc: str) -> Board | None:
    """The status of one enterprise; None where it was never registered."""
    if all(one.enterprise.uscc != uscc for one in replay.enterprises()):
        return None
    today = _today(replay)
    theirs = [memory for memory in replay.hazards() if memory.now.enterprise == uscc]
    late = [
        (memory.now.next_due, memory.first_position, memory.hazard.id)
        for memory in theirs
        if memory.now.next_due is not None and memory.now.next_due < today
    ]
    due, _, hazard_id = min(late, default=(None, 0, None))
    oldest = OverdueHazard(hazard_id=hazard_id, due=due) if hazard_id and due else None
    due_days = [
        held.duty.due for memory in replay.hazards() for held in memory.duties.open() if held.enterprise == uscc
    ]
    told = Duties(len(due_days), sum(day < today for day in due_days), oldest)
    as_of = local(replay.at, replay.zone)
    return assembling.board(uscc, as_of, replay.position, _tallies(theirs, today), told)


def jurisdiction_board(replay: Replay) -> JurisdictionBoard:
    """The roll-up, by what the enterprises are at the end of the log."""
    today = _today(replay)
    known = {one.enterprise.uscc: one.enterprise for one in replay.enterprises()}
    sections, key_sectors, unions = (defaultdict[str | None, Group](Group) for _ in range(3))

    def groups_of(enterprise: Enterprise | None) -> Iterator[Group]:
        yield sections[section_of(enterprise.industry_code) if enterprise else None]
        yield unions[enterprise.union_organisation if enterprise else None]
        if enterprise is not None:
            of = key_sectors_of(
                enterprise.industry_code, crowded=enterprise.crowded, three_in_one=enterprise.three_in_one
            )
            yield from (key_sectors[sector] for sector in of)

    for enterprise in known.values():
        if not enterprise.closed:
            for group in groups_of(enterprise):
                group.enterprises += 1
    total = []
    for memory in replay.hazards():
        (tally,) = _tallies([memory], today)
        total.append(tally)
        for group in groups_of(known.get(memory.now.enterprise or "")):
            group.tallies.append(tally)
    as_of = local(replay.at, replay.zone)
    return assembling.roll_up(as_of, replay.position, total, sections, key_sectors, unions)


def _tallies(memories: Iterable[HazardMemory], today: date) -> Iterator[Tally]:
    """Each hazard by itself."""
    for now in (memory.now for memory in memories):
        overdue = now.next_due is not None and now.next_due < today
        yield Tally(now.stage, now.grade, now.closed_before_import, 1, int(overdue))


def _today(replay: Replay) -> date:
    return local_day(replay.at, replay.zone)
