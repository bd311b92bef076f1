"""What one event gives away, and what it does not: each finding has its control."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.log import Recorded, Unreadable
from application.replaying.finding import Finding, FindingKind, Looking
from domain.actors import Role
from domain.event import DomainEvent
from domain.hazard.closing import CloseBeforeImport
from domain.hazard.grading import Regrade
from domain.hazard.inspecting import SelfInspect
from domain.hazard.rectifying import Extend, Plan
from domain.hazard.words import Grade, Stage
from domain.rules.pack import POLICY_NOT_LAW, UNVERIFIED
from tests.application.views.recorded import lie, recorded, watched
from tests.domain.given import ACTORS, KUNSHAN, NOW, Did, book, did
from tests.domain.hazard.roads import CONSENT, DEADLINE, RECTIFIER, REINSPECTOR, inspected, reported, road, text

IMPORTER = ACTORS[Role.IMPORTER]
DAY = timedelta(days=1)
ELEVENTH = "工贸判定标准 第十一条"


def found(log: list[Recorded], **looking: object) -> list[Finding]:
    look = Looking(book(KUNSHAN), **looking)  # type: ignore[arg-type]
    return [one for event in log for one in look.findings(event)]


def kinds(log: list[Recorded], **looking: object) -> list[FindingKind]:
    return [one.kind for one in found(log, **looking)]


def test_given_the_straight_way_then_there_is_nothing_to_find() -> None:
    assert found(recorded(*road(Stage.CLOSED, Grade.MAJOR))) == []


@pytest.mark.parametrize(("days", "late"), [(6.99, False), (7, True), (400, True)])
def test_given_an_entry_recorded_after_days_then_it_is_late_from_the_threshold_on(days: float, late: bool) -> None:
    told = did(RECTIFIER, reported(occurred_at=NOW - days * DAY).command)
    (log,) = recorded(told)
    assert kinds([log]) == [FindingKind.RECORDED_LATE] * late
    assert kinds([log], late_after_days=401) == []
    for one in found([log]):
        assert (one.mark, one.days, one.imported) == (POLICY_NOT_LAW, int(days), False)


def extension(at_day: date, by: Did | None = None) -> list[Recorded]:
    command = Extend(new_deadline=date(2027, 1, 31), reason=text("late parts"), consent=CONSENT)
    hours = (at_day - NOW.date()).days * 24
    return recorded(*road(Stage.RECTIFYING), by or did(RECTIFIER, command, NOW + timedelta(hours=hours)))[-1:]


def test_given_a_deadline_moved_after_its_day_then_it_is_found_and_on_its_day_it_is_not() -> None:
    assert kinds(extension(DEADLINE)) == []
    (one,) = found(extension(DEADLINE + DAY))
    assert (one.kind, one.days, one.deadline) == (FindingKind.DEADLINE_MOVED_LATE, 1, DEADLINE)
    assert (one.moved_to, one.mark) == (date(2027, 1, 31), None)


def test_given_a_record_of_an_extension_then_it_is_judged_by_when_it_is_said_to_have_been_moved() -> None:
    past = [did(IMPORTER, one) for one in (reported().command, SelfInspect(), Plan(deadline=NOW.date() + DAY))]
    extend = Extend(new_deadline=NOW.date() + 9 * DAY, reason=text("parts"), occurred_at=NOW)
    *_, in_time = recorded(*past, did(IMPORTER, extend, NOW + 5 * DAY))
    assert kinds([in_time]) == []
    late = extend.model_copy(update={"occurred_at": NOW + 2 * DAY})
    *_, too_late = recorded(*past, did(IMPORTER, late, NOW + 5 * DAY))
    assert kinds([too_late]) == [FindingKind.DEADLINE_MOVED_LATE]


@pytest.mark.parametrize(("to", "after", "is_found"), [(5, 4, True), (5, 3, False), (-1, 4, False)])
def test_given_a_duty_put_off_by_the_clock_then_it_is_found_if_its_day_had_passed(
    to: int, after: int, is_found: bool
) -> None:
    log = recorded(reported())
    duty = log[0].event.duties[0]  # type: ignore[union-attr]
    later = duty.model_copy(update={"due": duty.due + to * DAY})
    *_, rescheduled = watched(log, duty, NOW + after * DAY, now_due=later)
    assert kinds([rescheduled]) == [FindingKind.DEADLINE_MOVED_LATE] * is_found


def test_given_a_closing_only_a_record_tells_of_then_it_is_found_with_the_record_named() -> None:
    log = recorded(reported(), did(IMPORTER, CloseBeforeImport(source="ledger 2019")))
    (one,) = found(log)
    assert (one.kind, one.position, one.imported) == (FindingKind.CLOSED_BEFORE_IMPORT, 2, True)
    assert one.source.startswith("ledger 2019")


@pytest.mark.parametrize(
    ("grade", "clause", "mark"),
    [
        (Grade.GENERAL, ELEVENTH, UNVERIFIED),
        (Grade.GENERAL, "工贸判定标准 第三条", None),
        (Grade.GENERAL, "第十一条", "none"),
        (Grade.GENERAL, None, "none"),
        (Grade.MAJOR, ELEVENTH, "none"),
    ],
)
def test_given_a_grade_and_the_clause_it_cites_then_only_a_general_one_by_a_major_clause_is_found(
    grade: Grade, clause: str | None, mark: str | None
) -> None:
    log = recorded(reported(), inspected(grade, criteria_clause=clause))
    assert [(one.kind, one.clause, one.mark) for one in found(log)] == (
        [] if mark == "none" else [(FindingKind.GENERAL_BY_MAJOR_CLAUSE, clause, mark)]
    )


def test_given_a_grade_lowered_by_a_major_clause_then_it_is_found() -> None:
    lowered = Regrade(grade=Grade.GENERAL, reasons=text("small"), criteria_clause=ELEVENTH)
    log = recorded(*road(Stage.SELF_INSPECTED, Grade.MAJOR), did(REINSPECTOR, lowered))
    assert kinds(log) == [FindingKind.GENERAL_BY_MAJOR_CLAUSE]


def test_given_only_the_imported_or_only_the_others_then_the_rest_is_left_out() -> None:
    told = did(RECTIFIER, reported(occurred_at=NOW - 30 * DAY).command)
    log = recorded(told, did(IMPORTER, CloseBeforeImport(source="ledger 2019")))
    assert kinds(log, imported=True) == [FindingKind.CLOSED_BEFORE_IMPORT]
    assert kinds(log, imported=False) == [FindingKind.RECORDED_LATE]


def test_given_a_kind_then_only_that_is_looked_for() -> None:
    told = did(RECTIFIER, reported(occurred_at=NOW - 30 * DAY).command)
    log = recorded(told, inspected(criteria_clause=ELEVENTH))
    assert set(kinds(log)) == {FindingKind.RECORDED_LATE, FindingKind.GENERAL_BY_MAJOR_CLAUSE}
    for kind in FindingKind:
        assert set(kinds(log, kinds=frozenset({kind}))) <= {kind}


def test_given_an_event_of_a_newer_release_then_nothing_is_guessed() -> None:
    (log,) = recorded(reported())
    newer = Recorded(lambda _: Unreadable("unknown name"), 1, log.recorded_at, log.stream_id, 1, log.name, b"{}")
    assert found([newer]) == []


@given(st.integers(-400, 4000), st.integers(1, 4000))
def test_given_any_delay_and_threshold_then_late_is_what_reaches_it(hours: int, threshold: int) -> None:
    (log,) = recorded(reported())
    assert isinstance(log.event, DomainEvent)
    moved = lie(log.event, 1, log.event.occurred_at + timedelta(hours=hours))
    late = hours >= threshold * 24
    assert kinds([moved], late_after_days=threshold) == [FindingKind.RECORDED_LATE] * late
