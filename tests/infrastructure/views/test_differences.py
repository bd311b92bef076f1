"""Two points in time: what the tables say lies between them is what two folds of the log differ in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from application.differences import ORDER, BoardDiff
from application.log import Recorded
from application.questions import NO_VERSION, ClockKind, LogVersion, Moment, Past, Points
from application.replaying import telling
from application.replaying.differing import board_changes
from application.replaying.folding import Replay
from domain.actors import Role
from domain.hazard.reporting import Transfer
from domain.refusals import RuleBroken
from tests.conftest import DatabaseServer
from tests.domain.given import ACTORS, OURS, SHANGHAI, THEIRS, somebody
from tests.domain.hazard.roads import RECTIFIER, inspected, planned, reported, text
from tests.infrastructure.views.test_replay import pasts
from tests.infrastructure.views.town import Town
from tests.infrastructure.views.walks import everything, walked

AUDITOR, INSPECTOR = ACTORS[Role.AUDITOR], ACTORS[Role.UNION_INSPECTOR]
THEIR_OFFICER = somebody(Role.ENTERPRISE_OFFICER, "their officer", THEIRS)


def folded(log: list[Recorded], past: Past) -> Replay:
    replay = Replay(SHANGHAI, log[-1].recorded_at, past)
    for one in log:
        replay.take(one)
    return replay


def alike(one: Past, other: Past) -> bool:
    """Whether the two may be compared."""
    if isinstance(one, LogVersion) or isinstance(other, LogVersion):
        return type(one) is type(other)
    return one.clock is other.clock


def place_of(past: Past) -> object:
    return past.position if isinstance(past, LogVersion) else past.at


@pytest.mark.parametrize("seed", range(3))
async def test_given_any_history_and_two_points_then_the_diff_is_what_two_folds_differ_in(
    database_server: DatabaseServer, migrated_template: str, seed: int
) -> None:
    async with walked(database_server, migrated_template, seed, steps=100) as (town, chance):
        log = await everything(town)
        compared = 0
        for one, other in zip(pasts(log, chance, 60), pasts(log, chance, 60), strict=True):
            if alike(one, other):
                points = (one, other) if place_of(one) <= place_of(other) else (other, one)  # type: ignore[operator]
                await it_is_what_the_folds_differ_in(town, log, points)
                compared += 1
        assert compared > 10


async def it_is_what_the_folds_differ_in(town: Town, log: list[Recorded], points: Points) -> None:
    before, after = (folded(log, point) for point in points)
    diff = await town.views.board_diff(AUDITOR, None, points, 1000)
    assert diff is not None
    assert diff.changes == board_changes(*(telling.jurisdiction_board(one) for one in (before, after)))
    rows = [{row.id: row for row in telling.ledger(one)} for one in (before, after)]
    differing = {
        id
        for id in rows[1]
        if id not in rows[0]
        or (rows[0][id].position, rows[0][id].overdue) != (rows[1][id].position, rows[1][id].overdue)
    }
    assert {one.hazard_id for one in diff.hazards} == differing
    for one in diff.hazards:
        assert one.after is not None
        now, was = rows[1][one.hazard_id], rows[0].get(one.hazard_id)
        assert (one.after.stage, one.after.version, one.after.overdue) == (now.stage, now.version, now.overdue)
        assert (one.before is None) == (was is None)
        hazard = after.hazard(one.hazard_id)
        assert hazard is not None
        began = [standing.position for standing in hazard.standings if was is None or standing.position > was.position]
        assert [event.position for event in one.events] == began
    mine = await town.views.hazard_diff(AUDITOR, next(iter(rows[1])), points) if _of_time(points) and rows[1] else None
    if mine is not None:
        moved = [one for one in diff.hazards if one.hazard_id == mine.id]
        assert {event.position for one in moved for event in one.events} <= {one.position for one in mine.events}


def _of_time(points: Points) -> bool:
    return all(isinstance(point, Moment) for point in points)


async def test_given_a_hazard_when_two_versions_are_compared_then_each_event_says_what_it_changed(town: Town) -> None:
    await town.register(OURS)
    id = await town.report(RECTIFIER, reported().command)
    await town.do(id, RECTIFIER, inspected().command)
    await town.do(id, RECTIFIER, planned().command)

    diff = await town.views.hazard_diff(AUDITOR, id, (LogVersion(1), LogVersion(3)))

    assert diff is not None
    assert (diff.before_version, diff.after_version, diff.by_time) == (1, 3, ())
    changed = {one.field: (one.before, one.after) for one in diff.changes}
    assert changed["stage"] == ("reported", "rectifying")
    assert changed["grade"] == (None, "general")
    assert [(one.version, "grade" in one.changed, "deadline" in one.changed) for one in diff.events] == [
        (2, True, False),
        (3, False, True),
    ]


async def test_given_nothing_but_days_then_what_is_overdue_is_the_days_doing(town: Town) -> None:
    await town.register(OURS)
    id = await town.report(RECTIFIER, reported().command)
    await town.project()
    points = Moment(town.clock.at), Moment(town.later(days=30))

    diff, board = await town.views.hazard_diff(AUDITOR, id, points), await town.views.board_diff(AUDITOR, OURS, points)

    assert diff is not None
    assert board is not None
    assert (diff.events, set(diff.by_time)) == ((), {"overdue", "duties"})
    assert [(one.hazard_id, one.events) for one in board.hazards] == [(id, ())]
    assert {one.field for one in board.changes} >= {"total.overdue", "overdue_duties"}


async def test_given_a_hazard_passed_on_then_each_board_shows_what_happened_while_it_was_theirs(town: Town) -> None:
    for uscc in (OURS, THEIRS):
        await town.register(uscc)
    start = await town.log.head()
    id = await town.report(RECTIFIER, reported().command)
    await town.do(id, INSPECTOR, Transfer(enterprise_uscc=THEIRS, reason=text("theirs")))
    await town.do(id, THEIR_OFFICER, inspected().command)
    await town.project()

    async def seen(actor: Role | object, uscc: str, first: int, last: int) -> list[tuple[bool, bool, list[int]]]:
        diff = await town.views.board_diff(actor, uscc, (LogVersion(first), LogVersion(last)))  # type: ignore[arg-type]
        assert isinstance(diff, BoardDiff)
        told = [(one.before, one.after, [event.position - start for event in one.events]) for one in diff.hazards]
        return [(before is not None, after is not None, events) for before, after, events in told]

    assert await seen(RECTIFIER, OURS, start + 1, start + 3) == [(True, False, [2])]
    assert await seen(THEIR_OFFICER, THEIRS, start + 1, start + 3) == [(False, True, [2, 3])]
    assert await town.views.board_diff(RECTIFIER, THEIRS, (LogVersion(1), LogVersion(2))) is None
    assert await town.views.board_diff(RECTIFIER, None, (LogVersion(1), LogVersion(2))) is None
    assert await town.views.hazard_diff(RECTIFIER, id, (LogVersion(1), LogVersion(3))) is None


async def test_given_pages_then_together_they_hold_every_hazard_once(town: Town) -> None:
    await town.register(OURS)
    ids = [await town.report(RECTIFIER, reported().command) for _ in range(5)]
    await town.project()
    points = LogVersion(1), LogVersion(6)
    found, cursor = [], None
    while True:
        page = await town.views.board_diff(AUDITOR, OURS, points, 2, cursor)
        assert page is not None
        found += [one.hazard_id for one in page.hazards]
        cursor = page.next
        if cursor is None:
            break
    assert found == ids


async def test_given_points_out_of_order_or_a_version_yet_to_come_then_they_are_refused(town: Town) -> None:
    await town.register(OURS)
    id = await town.report(RECTIFIER, reported().command)
    await town.do(id, RECTIFIER, inspected().command)
    await town.project()
    now = town.clock.at
    backwards: list[tuple[Points, str]] = [
        ((LogVersion(2), LogVersion(1)), "to_version"),
        ((Moment(now), Moment(now - timedelta(days=1))), "to"),
    ]
    for points, field in backwards:
        for asked in (town.views.hazard_diff(AUDITOR, id, points), town.views.board_diff(AUDITOR, OURS, points)):
            with pytest.raises(RuleBroken) as refused:
                await asked
            assert (refused.value.rule, refused.value.field) == (ORDER, field)
    with pytest.raises(RuleBroken) as refused:
        await town.views.hazard_diff(AUDITOR, id, (LogVersion(1), LogVersion(3)))
    assert (refused.value.rule, refused.value.field) == (NO_VERSION, "to_version")
    same = await town.views.board_diff(
        AUDITOR, OURS, (Moment(now, ClockKind.OCCURRED), Moment(now, ClockKind.OCCURRED))
    )
    assert same is not None
    assert (same.changes, same.hazards) == ((), ())
