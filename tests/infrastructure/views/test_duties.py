"""The duties: what is due, what is overdue, whose they are, and what they were as of a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from application.answers import DutyRow, DutyState
from application.questions import ClockKind, DutiesQuestion, Moment
from domain.actors import Actor, Role
from domain.hazard.inspecting import SelfInspect
from domain.hazard.reporting import Transfer
from domain.hazard.words import Grade
from domain.rules.duties import DutyKind
from tests.domain.given import ACTORS, NOW, OURS, SHANGHAI, THEIRS, somebody
from tests.domain.hazard.roads import RECTIFIER, reported, text
from tests.infrastructure.views.town import Town

INSPECTOR, AUDITOR = ACTORS[Role.UNION_INSPECTOR], ACTORS[Role.AUDITOR]
INSPECT = SelfInspect(grade=Grade.GENERAL, cause=text("wear"))


async def duties(town: Town, actor: Actor = AUDITOR, **asked: Any) -> list[DutyRow]:
    return list((await town.views.duties(actor, DutiesQuestion(**asked))).items)


async def test_given_duties_when_asked_then_the_earliest_due_comes_first(town: Town) -> None:
    first = await town.report(INSPECTOR, reported().command)
    town.later(days=1)
    second = await town.report(INSPECTOR, reported().command)
    await town.do(first, RECTIFIER, INSPECT)
    await town.project()

    rows = await duties(town)

    assert [(row.hazard_id, row.kind, row.due.day, row.state) for row in rows] == [
        (first, DutyKind.SELF_INSPECTION, 5, DutyState.MET),
        (second, DutyKind.SELF_INSPECTION, 6, DutyState.OPEN),
        (first, DutyKind.PLAN, 10, DutyState.OPEN),
    ]
    assert [row.kind for row in await duties(town, hazard_id=first, open=True)] == [DutyKind.PLAN]
    assert [row.state for row in await duties(town, open=False)] == [DutyState.MET]
    assert rows[0].ended_at == NOW + timedelta(days=1)


async def test_given_the_day_has_passed_when_asked_then_it_is_overdue_and_once_met_it_stays_late(town: Town) -> None:
    id = await town.report(INSPECTOR, reported().command)
    await town.project()
    assert await duties(town, overdue=True) == []
    town.later(days=4)
    (late,) = await duties(town, overdue=True)
    assert (late.state, late.late) == (DutyState.OPEN, True)
    assert await duties(town, overdue=False) == []

    await town.do(id, RECTIFIER, INSPECT)
    await town.project()

    assert await duties(town, overdue=True) == []
    met, plan = await duties(town)
    assert (met.state, met.late, plan.late) == (DutyState.MET, True, False)


async def test_given_pages_when_followed_then_every_duty_comes_once(town: Town) -> None:
    for _ in range(5):
        await town.report(INSPECTOR, reported(reported_as=Grade.MAJOR).command)
    await town.project()
    everything, seen, cursor = await duties(town), [], None

    while len(seen) < 100:
        page = await town.views.duties(AUDITOR, DutiesQuestion(limit=2, cursor=cursor))
        seen += page.items
        if page.next is None:
            break
        cursor = page.next

    assert seen == everything
    assert len(everything) == 15  # to inspect it, and to report it to either


async def test_given_people_of_an_enterprise_when_asked_then_they_see_their_own_duties(town: Town) -> None:
    id = await town.report(INSPECTOR, reported().command)
    await town.do(id, RECTIFIER, INSPECT)
    await town.do(id, INSPECTOR, Transfer(enterprise_uscc=THEIRS, reason=text("theirs")))
    await town.project()
    theirs = somebody(Role.ENTERPRISE_OFFICER, "their officer", THEIRS)

    assert [row.state for row in await duties(town, RECTIFIER)] == [DutyState.MET, DutyState.TRANSFERRED]
    assert [row.state for row in await duties(town, theirs)] == [DutyState.OPEN]
    assert await duties(town, theirs, enterprise=OURS) == []
    assert len(await duties(town, enterprise=OURS)) == 2


async def test_given_a_past_when_asked_then_each_duty_is_as_it_was(town: Town) -> None:
    id = await town.report(INSPECTOR, reported().command)
    await town.project()
    town.later(days=5)
    (row,) = await duties(town)
    await town.miss(id, row.duty)
    town.later(days=5)
    claimed = NOW + timedelta(days=2)
    await town.do(id, RECTIFIER, INSPECT.model_copy(update={"occurred_at": claimed}))
    await town.project()

    async def then(days: float, clock: ClockKind) -> list[tuple[DutyKind, DutyState, bool, int]]:
        rows = await duties(town, moment=Moment(NOW + timedelta(days=days), clock))
        return [(row.kind, row.state, row.late, len(row.escalated_to)) for row in rows]

    inspection, plan = DutyKind.SELF_INSPECTION, DutyKind.PLAN
    assert await then(-1, ClockKind.RECORDED) == []
    assert await then(3, ClockKind.RECORDED) == [(inspection, DutyState.OPEN, False, 0)]
    assert await then(4, ClockKind.RECORDED) == [(inspection, DutyState.OPEN, True, 0)]
    assert await then(5, ClockKind.RECORDED) == [(inspection, DutyState.OPEN, True, 1)]
    assert (await then(10, ClockKind.RECORDED))[0] == (inspection, DutyState.MET, True, 1)
    # By the occurred clock it was met on the second day; being judged by when it was recorded, it stays late.
    assert await then(1, ClockKind.OCCURRED) == [(inspection, DutyState.OPEN, False, 0)]
    assert [kind for kind, *_ in await then(2, ClockKind.OCCURRED)] == [inspection, plan]
    assert (await then(2, ClockKind.OCCURRED))[0] == (inspection, DutyState.MET, True, 1)


async def test_given_the_clock_when_it_asks_then_it_gets_every_overdue_duty_once_in_order(town: Town) -> None:
    ids = [await town.report(INSPECTOR, reported().command) for _ in range(5)]
    await town.do(ids[0], RECTIFIER, INSPECT)
    await town.project()
    day = date(2026, 3, 6)
    assert await town.views.overdue_duties(date(2026, 3, 5)) == []

    rows, after = [], None
    while found := await town.views.overdue_duties(day, after, limit=2):
        rows += found
        after = (found[-1].hazard_id, found[-1].number)

    assert [row.hazard_id for row in rows] == sorted(ids[1:])
    assert all(row.late and row.duty.due < day for row in rows)


async def test_given_a_duty_with_another_day_when_asked_then_the_ledger_goes_by_the_new_one(town: Town) -> None:
    id = await town.report(INSPECTOR, reported().command)
    await town.project()
    (row,) = await duties(town)
    town.later(days=1)
    await town.reschedule(id, row.duty, row.duty.model_copy(update={"due": date(2026, 3, 20)}))
    await town.project()
    town.later(days=4)

    found = await town.views.hazard(AUDITOR, id)

    assert found is not None
    assert (found.next_due, found.overdue, found.version, found.position) == (date(2026, 3, 20), False, 1, 2)
    assert [(one.due.day, one.state) for one in await duties(town)] == [
        (5, DutyState.RESCHEDULED),
        (20, DutyState.OPEN),
    ]
    before = Moment(NOW.astimezone(SHANGHAI) + timedelta(hours=23))
    assert [(one.due.day, one.state) for one in await duties(town, moment=before)] == [(5, DutyState.OPEN)]
