"""What becomes of duties: by when they were due, by when that was judged, and that what is late stays late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from application.answers import DutyRow, DutyState
from application.log import Recorded
from application.views.duty_book import NoSuchDuty
from application.views.hazard_file import duty_row
from application.views.hazard_memory import HazardMemory, OutOfOrder
from domain.actors import Role
from domain.hazard.closing import Reopen
from domain.hazard.inspecting import Dismiss, SelfInspect
from domain.hazard.rectifying import Extend
from domain.hazard.reinspecting import Reinspect
from domain.hazard.reporting import Transfer
from domain.hazard.watching import DutyWatch, stream_of
from domain.hazard.words import Grade, ReportStage, Result
from domain.rules.duties import DutyKind
from tests.application.views.recorded import at, moved, recorded, watched
from tests.domain.given import ACTORS, NOW, OURS, SHANGHAI, THEIRS, did, id_of
from tests.domain.hazard.roads import DEADLINE, FAILED, inspected, planned, rectified, reported, text

MET, LAPSED, OPEN = DutyState.MET, DutyState.LAPSED, DutyState.OPEN
INSPECTION, PLAN, RECTIFICATION = DutyKind.SELF_INSPECTION, DutyKind.PLAN, DutyKind.RECTIFICATION
IMPORTER, INSPECTOR = ACTORS[Role.IMPORTER], ACTORS[Role.UNION_INSPECTOR]
TODAY = date(2026, 6, 1)


def remembered(log: Sequence[Recorded]) -> HazardMemory:
    memory = HazardMemory.of(log[0])
    for one in log:
        memory.take(one)
    return memory


def rows(log: Sequence[Recorded], today: date = TODAY) -> list[DutyRow]:
    memory = remembered(log)
    return [duty_row(memory.hazard.id, held, SHANGHAI, today) for held in memory.duties.held.values()]


def states(log: Sequence[Recorded]) -> list[tuple[DutyKind, DutyState]]:
    return [(row.kind, row.state) for row in rows(log)]


def test_given_a_report_when_inspected_then_that_duty_is_met_and_the_next_begins() -> None:
    assert states(recorded(reported())) == [(INSPECTION, OPEN)]
    assert states(recorded(reported(), inspected())) == [(INSPECTION, MET), (PLAN, OPEN)]
    assert states(recorded(reported(), inspected(), planned())) == [
        (INSPECTION, MET),
        (PLAN, MET),
        (RECTIFICATION, OPEN),
    ]


def test_given_a_general_hazard_when_rectified_on_the_spot_then_the_plan_lapses() -> None:
    assert states(recorded(reported(), inspected(), rectified(on_the_spot=True)))[1] == (PLAN, LAPSED)


def test_given_open_duties_when_dismissed_then_all_of_them_lapse() -> None:
    dismissed = did(inspected().by, Dismiss(reason=text("no hazard")))

    assert states(recorded(reported(), inspected(), dismissed)) == [(INSPECTION, MET), (PLAN, LAPSED)]


def test_given_a_record_of_no_rectification_when_re_inspected_then_no_duty_is_there_twice_or_left_behind() -> None:
    failed, passed = (did(IMPORTER, Reinspect(result=result)) for result in (Result.FAILED, Result.PASSED))
    up_to_now = [reported(), inspected(), planned()]

    assert states(recorded(*up_to_now, failed)) == [(INSPECTION, MET), (PLAN, MET), (RECTIFICATION, OPEN)]
    assert states(recorded(*up_to_now, failed, passed)) == [(INSPECTION, MET), (PLAN, MET), (RECTIFICATION, LAPSED)]
    assert states(recorded(*up_to_now[:2], failed)) == [(INSPECTION, MET), (PLAN, OPEN)]
    assert states(recorded(*up_to_now[:2], passed)) == [(INSPECTION, MET), (PLAN, LAPSED)]


def test_given_a_deadline_that_has_passed_when_extended_then_the_old_duty_stays_late() -> None:
    late = replace(
        did(inspected().by, Extend(new_deadline=date(2026, 5, 31), reason=text("rain"))),
        at=NOW.replace(month=5, day=4),
    )

    (*_, old, new) = rows(recorded(reported(), inspected(), planned(), late), today=date(2026, 5, 4))

    assert (old.due, old.state, old.late) == (DEADLINE, LAPSED, True)
    assert (new.due, new.state, new.late) == (date(2026, 5, 31), OPEN, False)


def test_given_a_duty_when_met_on_its_last_day_then_it_is_not_late_and_a_day_after_it_is() -> None:
    last = NOW.replace(day=5, hour=23, minute=59)  # three working days after Monday, 2 March
    inspect = inspected()

    on_time, *_ = rows(recorded(reported(), replace(inspect, at=last)))
    too_late, *_ = rows(recorded(reported(), replace(inspect, at=last + timedelta(minutes=1))))

    assert (on_time.due, on_time.late) == (date(2026, 3, 5), False)
    assert (too_late.state, too_late.late) == (MET, True)


def test_given_a_claimed_time_when_met_then_it_is_judged_by_when_it_was_recorded_but_for_an_import() -> None:
    claimed, now = NOW.replace(day=4), NOW.replace(day=20)
    move = SelfInspect(grade=Grade.GENERAL, cause=text("wear"), occurred_at=claimed)

    by_enterprise, *_ = rows(recorded(reported(), replace(did(inspected().by, move), at=now)))
    by_import, *_ = rows(recorded(reported(), replace(did(IMPORTER, move), at=now)))

    assert (by_enterprise.ended_at, by_enterprise.late) == (now, True)
    assert (by_import.ended_at, by_import.late) == (claimed, False)


def test_given_a_report_as_major_then_its_initial_reports_count_from_the_claimed_finding() -> None:
    found = NOW - timedelta(days=30)

    duties = rows(recorded(reported(reported_as=Grade.MAJOR, occurred_at=found)))

    assert {row.stage: row.since for row in duties} == {None: NOW, ReportStage.INITIAL: found}


def test_given_an_open_duty_when_the_hazard_is_passed_on_then_it_ends_for_one_and_goes_on_for_the_other() -> None:
    passed_on = did(INSPECTOR, Transfer(enterprise_uscc=THEIRS, reason=text("theirs")), at=at(24))

    _, ours, theirs = rows(recorded(reported(), inspected(), passed_on))

    assert (ours.kind, ours.enterprise_uscc, ours.state, ours.ended_at) == (PLAN, OURS, DutyState.TRANSFERRED, at(24))
    assert (theirs.kind, theirs.enterprise_uscc, theirs.state, theirs.duty) == (PLAN, THEIRS, OPEN, ours.duty)
    assert theirs.since == ours.since


def test_given_a_duty_begun_anew_by_the_transfer_then_it_goes_on_only_once() -> None:
    passed_on = did(INSPECTOR, Transfer(enterprise_uscc=THEIRS, reason=text("theirs")), at=at(24))

    duties = rows(recorded(reported(), passed_on))

    assert [(row.kind, row.enterprise_uscc, row.state) for row in duties] == [
        (INSPECTION, OURS, LAPSED),
        (INSPECTION, THEIRS, OPEN),
    ]


def test_given_a_missed_duty_when_told_then_the_row_names_whom_and_stays_as_it_is() -> None:
    log = recorded(reported())
    (duty,) = rows(log)

    (told,) = rows(watched(log, duty.duty, at(24 * 5)))

    assert told.escalated_to == (Role.UNION_INSPECTOR,)
    assert told.model_copy(update={"escalated_to": ()}) == duty


def test_given_another_day_when_told_then_the_old_duty_ends_and_the_new_one_counts_from_the_same_time() -> None:
    log = recorded(reported())
    (duty,) = rows(log)
    later = duty.duty.model_copy(update={"due": date(2026, 3, 9)})

    old, new = rows(watched(log, duty.duty, at(24 * 5), now_due=later))

    assert (old.state, old.due, old.late) == (DutyState.RESCHEDULED, duty.due, True)
    assert (new.state, new.duty, new.since, new.round) == (OPEN, later, duty.since, duty.round)
    assert remembered(watched(log, duty.duty, at(24), now_due=later)).now.next_due == date(2026, 3, 9)


def test_given_a_duty_met_meanwhile_when_another_day_is_told_then_nothing_changes() -> None:
    log = recorded(reported(), inspected())
    met, _ = rows(log)

    after = watched(log, met.duty, at(24), now_due=met.duty.model_copy(update={"due": date(2026, 3, 9)}))

    assert rows(after) == rows(log)
    assert len(remembered(after).standings) == len(log)


def test_given_a_day_put_back_and_forth_when_missed_then_it_is_told_of_the_open_one() -> None:
    log = recorded(reported())
    (first,) = rows(log)
    other = first.duty.model_copy(update={"due": date(2026, 3, 9)})
    watch = DutyWatch.begin(stream_of(id_of("stream")), NOW)
    log = watched(log, first.duty, at(1), now_due=other, watch=watch)
    log = watched(log, other, at(2), now_due=first.duty, watch=watch)

    duties = rows(watched(log, first.duty, at(24 * 5), watch=watch))

    assert [(row.state, row.escalated_to) for row in duties] == [
        (DutyState.RESCHEDULED, ()),
        (DutyState.RESCHEDULED, ()),
        (OPEN, (Role.UNION_INSPECTOR,)),
    ]


def test_given_no_such_duty_when_the_clock_speaks_of_it_then_it_is_refused() -> None:
    log = recorded(reported())
    (duty,) = rows(log)

    with pytest.raises(NoSuchDuty):
        rows(watched(log, duty.duty.model_copy(update={"due": date(2026, 1, 1)}), at(24)))


def test_given_a_hazard_never_reported_when_something_is_said_of_it_then_it_is_refused() -> None:
    with pytest.raises(OutOfOrder):
        remembered(recorded(reported(), inspected())[1:])


def test_given_a_late_event_when_recorded_then_nothing_before_it_counts_as_having_occurred_after_it() -> None:
    log = recorded(reported())
    (duty,) = rows(log)
    log = watched(log, duty.duty, at(48), now_due=duty.duty.model_copy(update={"due": date(2026, 3, 9)}))
    inspect = SelfInspect(grade=Grade.GENERAL, cause=text("wear"), occurred_at=at(24))
    inspection = recorded(reported(), did(inspected().by, inspect, at=at(72)))[1]

    memory = remembered([*log, moved(inspection, 3)])

    old, new, _ = memory.duties.held.values()
    assert old.ended
    assert old.ended.occurred == at(24)
    assert (new.begun.occurred, new.ended and new.ended.occurred) == (at(24), at(24))
    assert [(one.since.occurred, one.until and one.until.occurred) for one in memory.standings] == [
        (NOW, at(24)),
        (at(24), at(24)),
        (at(24), None),
    ]
    assert [one.since.recorded for one in memory.standings] == [NOW, at(48), at(72)]


def test_given_a_reopened_hazard_then_its_duties_are_of_the_next_round() -> None:
    dismissed = did(inspected().by, Dismiss(reason=text("no hazard")))
    reopened = did(INSPECTOR, Reopen(reason=text("it is one")))

    duties = rows(recorded(reported(), inspected(), dismissed, reopened))

    assert [(row.kind, row.round, row.state) for row in duties] == [
        (INSPECTION, 1, MET),
        (PLAN, 1, LAPSED),
        (INSPECTION, 2, OPEN),
    ]


def test_given_a_failed_reinspection_then_the_rectification_is_due_again() -> None:
    *_, again = rows(recorded(reported(), inspected(), planned(), rectified(), FAILED))

    assert (again.kind, again.due, again.state) == (RECTIFICATION, DEADLINE, OPEN)
