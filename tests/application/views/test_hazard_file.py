"""One file per hazard: what it says now, at a version, and as of a time by either clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from application.answers import HazardFile
from application.log import Recorded
from application.questions import ClockKind, Moment
from application.views.hazard_file import fold, until_moment, until_version
from application.views.times import EARLIEST
from domain.actors import Actor, Role
from domain.erasable import Erasable
from domain.hazard.closing import CloseBeforeImport, EraseTexts, Reopen
from domain.hazard.grading import Regrade
from domain.hazard.inspecting import SelfInspect
from domain.hazard.rectifying import Extend, RecordStep
from domain.hazard.reporting import Correct, CorrectableField, Transfer
from domain.hazard.watching import DutyWatch, stream_of
from domain.hazard.words import Grade, Stage
from tests.application.views.recorded import at, lie, moved, recorded, watched
from tests.domain.given import ACTORS, NOW, OURS, SHANGHAI, THEIRS, Did, did, id_of, somebody
from tests.domain.hazard.roads import (
    CONGRESS,
    DEADLINE,
    FINAL,
    FINALS,
    MAJOR,
    NOTIFIED,
    PASSED,
    PHOTO,
    PROGRESS,
    RECTIFIER,
    REGULATOR,
    REPORTER,
    inspected,
    planned,
    received,
    rectified,
    reported,
    road,
    sent,
    text,
)

INSPECTOR, ADMINISTRATOR = ACTORS[Role.UNION_INSPECTOR], ACTORS[Role.ADMINISTRATOR]
ID = id_of("stream")


def folded(log: Sequence[Recorded], asked_at: datetime | None = None) -> HazardFile:
    found = fold(log, SHANGHAI, asked_at)
    assert found is not None
    return found.file


def correct(field: CorrectableField, value: str) -> Correct:
    return Correct(field=field, value=text(value), reason=text("it was wrong"))


def test_given_nothing_then_there_is_no_file() -> None:
    assert fold([], SHANGHAI, None) is None


def test_given_a_major_hazard_closed_through_the_loop_then_its_file_holds_all_that_was_said() -> None:
    file = folded(recorded(road(Stage.CLOSED, MAJOR)))

    assert (file.id, file.version, file.stage, file.grade) == (ID, 11, Stage.CLOSED, Grade.MAJOR)
    assert (file.description, file.reported_by.actor_id) == ("gas cylinder leaks", REPORTER.id)
    assert file.self_inspection
    assert (file.self_inspection.cause, file.self_inspection.version) == ("worn valve", 2)
    assert file.plan
    assert (file.plan.funds_and_materials, file.plan.deadline) == ("8,000 CNY", DEADLINE)
    assert file.rectification
    assert file.rectification.evidence == (PHOTO,)
    assert [one.result for one in file.reinspections] == ["passed"]
    assert [(one.recipient, one.stage, one.plan_version) for one in file.dual_reports] == [
        (REGULATOR, FINAL, 3),
        (CONGRESS, FINAL, 3),
    ]
    assert all(one.acknowledged for one in file.dual_reports)
    assert file.closing
    assert file.closing.by.role is Role.UNION_INSPECTOR
    assert (file.workers_notified, len(file.workers_notices), file.duties) == (True, 1, ())


def test_given_a_record_without_a_grade_then_its_file_shows_none_and_what_it_did_say() -> None:
    told = did(ACTORS[Role.IMPORTER], SelfInspect(cause=text("worn valve")))

    file = folded(recorded(reported(reported_as=Grade.MAJOR), told))

    assert (file.stage, file.grade, file.reported_as) == (Stage.SELF_INSPECTED, None, Grade.MAJOR)
    assert file.self_inspection
    assert (file.self_inspection.grade, file.self_inspection.cause) == (None, "worn valve")


def test_given_a_report_sent_twice_when_acknowledged_then_the_receipt_is_the_later_ones() -> None:
    log = recorded(reported(), inspected(MAJOR), sent(CONGRESS, PROGRESS), sent(CONGRESS, PROGRESS))

    acknowledged = recorded(
        reported(),
        inspected(MAJOR),
        sent(CONGRESS, PROGRESS),
        sent(CONGRESS, PROGRESS),
        sent(REGULATOR, PROGRESS),
        received(CONGRESS, PROGRESS),
    )

    assert [bool(one.acknowledged) for one in folded(log).dual_reports] == [False, False]
    assert [bool(one.acknowledged) for one in folded(acknowledged).dual_reports] == [False, True, False]


def test_given_steps_and_an_extension_then_they_stand_in_order() -> None:
    step = RecordStep(note=text("valve ordered"), evidence=(PHOTO,))
    extend = Extend(new_deadline=date(2026, 5, 31), reason=text("delivery"))

    file = folded(recorded(reported(), inspected(), planned(), *(did(RECTIFIER, one) for one in (step, extend, step))))

    assert [(one.version, one.note) for one in file.steps] == [(4, "valve ordered"), (6, "valve ordered")]
    assert [(one.old_deadline, one.new_deadline) for one in file.extensions] == [(DEADLINE, date(2026, 5, 31))]
    assert file.deadline == date(2026, 5, 31)


def test_given_a_correction_then_the_file_says_the_new_text_and_keeps_what_was_corrected() -> None:
    corrections = (
        did(REPORTER, correct(CorrectableField.DESCRIPTION, "two cylinders leak")),
        did(RECTIFIER, correct(CorrectableField.CAUSE, "wrong valve")),
    )

    file = folded(recorded(reported(place=text("door 3")), inspected(), corrections))

    assert (file.description, file.place) == ("two cylinders leak", "door 3")
    assert file.self_inspection
    assert file.self_inspection.cause == "wrong valve"
    assert [(one.field, one.value) for one in file.corrections] == [
        (CorrectableField.DESCRIPTION, "two cylinders leak"),
        (CorrectableField.CAUSE, "wrong valve"),
    ]


def test_given_an_erasure_then_no_text_said_before_is_in_the_file_and_one_said_after_is() -> None:
    erase = did(ADMINISTRATOR, EraseTexts(legal_basis="个人信息保护法 Art 47"))
    log = recorded(reported(place=text("door 3")), inspected(), erase, did(RECTIFIER, NOTIFIED.command))
    gone = [lie(without_texts(one), one.position, one.recorded_at) if one.version < 3 else one for one in log]
    said_after = recorded(
        reported(place=text("door 3")), inspected(), erase, did(REPORTER, correct(CorrectableField.PLACE, "door 4"))
    )

    for read in (log, gone):  # before and after the private column was emptied
        assert (folded(read).description, folded(read).place) == (None, None)
    assert (folded(said_after).description, folded(said_after).place) == (None, "door 4")
    inspection = folded(gone).self_inspection
    assert inspection
    assert inspection.cause is None
    assert [one.legal_basis for one in folded(gone).erasures] == ["个人信息保护法 Art 47"]


def without_texts(one: Recorded) -> object:
    said = {name: Erasable(None) for name, value in one.event if isinstance(value, Erasable)}
    return one.event.model_copy(update=said)


def test_given_a_reopened_hazard_then_nothing_of_the_earlier_round_stands_in_the_file() -> None:
    reopened = did(INSPECTOR, Reopen(reason=text("it leaks again")))

    file = folded(recorded(road(Stage.CLOSED, MAJOR), reopened))

    assert (file.round, file.stage, file.grade, file.workers_notified) == (2, Stage.REPORTED, Grade.MAJOR, False)
    assert (file.self_inspection, file.plan, file.rectification, file.closing) == (None, None, None, None)
    assert (file.reinspections, file.dual_reports, file.workers_notices) == ((), (), ())
    assert [one.reason for one in file.reopenings] == ["it leaks again"]


def test_given_a_regrading_then_the_plan_and_what_was_reported_of_the_old_grade_are_void() -> None:
    regraded = did(INSPECTOR, Regrade(grade=Grade.GENERAL, reasons=text("no gas")))
    to_verified = (reported(), inspected(MAJOR), sent(REGULATOR, PROGRESS), planned(), rectified(), PASSED)

    file = folded(recorded(to_verified, FINALS[:2], regraded))

    assert (file.plan, file.planned_at_version, file.deadline) == (None, None, None)
    assert (file.dual_reports, file.extensions) == ((), ())
    assert len(file.reinspections) == 1
    assert [one.grade for one in file.regradings] == [Grade.GENERAL]


def test_given_a_closing_taken_over_then_it_is_told_from_one_of_the_loop() -> None:
    taken_over = did(ACTORS[Role.IMPORTER], CloseBeforeImport(source="ledger 2019", outcome=text("done")))
    again = did(ADMINISTRATOR, EraseTexts(legal_basis="个人信息保护法 Art 47"))

    imported = folded(recorded(reported(), taken_over, again))
    of_the_loop = folded(recorded(road(Stage.CLOSED), taken_over))

    assert (imported.stage, imported.closed_before_import) == (Stage.CLOSED, True)
    assert imported.closing
    assert imported.closing.source == "ledger 2019"
    assert (of_the_loop.stage, of_the_loop.closed_before_import) == (Stage.CLOSED, False)


def test_given_an_imported_closing_when_reopened_then_it_is_open_like_any_other() -> None:
    taken_over = did(ACTORS[Role.IMPORTER], CloseBeforeImport(source="ledger 2019"))

    assert not folded(recorded(reported(), taken_over, did(INSPECTOR, Reopen(reason=text("no"))))).closed_before_import


def test_given_versions_then_each_says_what_stood_then() -> None:
    log = recorded(road(Stage.CLOSED))

    stages = [folded(until_version(log, ID, version)).stage for version in range(1, 8)]

    assert stages == ["reported", "self_inspected", "rectifying", "rectified", "verified", "verified", "closed"]
    assert fold(until_version(log, ID, 0), SHANGHAI, None) is None


def test_given_what_the_clock_said_between_two_versions_then_it_belongs_to_the_later() -> None:
    log = recorded(reported())
    (duty,) = folded(log).duties
    watch = DutyWatch.begin(stream_of(ID), NOW)
    other_day = duty.duty.model_copy(update={"due": date(2026, 3, 4)})
    log = watched(log, duty.duty, at(1), now_due=other_day, watch=watch)
    log = watched(log, other_day, at(100), watch=watch)
    log = [*log, moved(recorded(reported(), inspected())[1], 4)]

    first, second = (folded(until_version(log, ID, version)) for version in (1, 2))

    assert [(one.due, one.escalated_to) for one in first.duties] == [(duty.due, ())]
    assert (first.position, second.position) == (1, 4)


@pytest.fixture
def told_late() -> list[Recorded]:
    """Reported and inspected; the inspection, a day after, is recorded on the fourth day as two days after."""
    inspect = SelfInspect(grade=Grade.GENERAL, cause=text("worn valve"), occurred_at=at(48))
    return recorded(reported(), did(RECTIFIER, inspect, at=at(96)))


@pytest.mark.parametrize(
    ("hours", "recorded_by_then", "occurred_by_then"),
    [(-1, 0, 0), (0, 1, 1), (47, 1, 1), (48, 1, 2), (95, 1, 2), (96, 2, 2)],
)
def test_given_a_claimed_time_then_each_clock_has_its_own_past(
    told_late: list[Recorded], hours: float, recorded_by_then: int, occurred_by_then: int
) -> None:
    assert len(until_moment(told_late, Moment(at(hours), ClockKind.RECORDED))) == recorded_by_then
    assert len(until_moment(told_late, Moment(at(hours), ClockKind.OCCURRED))) == occurred_by_then


def test_given_a_late_event_when_asked_by_the_occurred_clock_then_all_recorded_before_it_counts() -> None:
    log = recorded(reported())
    (duty,) = folded(log).duties
    log = watched(log, duty.duty, at(100))
    inspect = SelfInspect(grade=Grade.GENERAL, cause=text("worn valve"), occurred_at=at(50))
    log = [*log, moved(recorded(reported(), did(RECTIFIER, inspect, at=at(101)))[1], 3)]

    assert len(until_moment(log, Moment(at(50), ClockKind.OCCURRED))) == 3
    assert len(until_moment(log, Moment(at(49), ClockKind.OCCURRED))) == 1


def test_given_an_open_duty_then_it_is_overdue_from_the_local_midnight_after_its_day() -> None:
    log = recorded(reported())  # the self-inspection is due on 5 March
    last_minute = datetime(2026, 3, 5, 23, 59, tzinfo=SHANGHAI)

    assert not folded(log, last_minute).overdue
    assert folded(log, last_minute + timedelta(minutes=1)).overdue
    assert [one.late for one in folded(log, last_minute + timedelta(minutes=1)).duties] == [True]


def test_given_a_claimed_time_no_clock_has_a_name_for_then_there_is_a_file_all_the_same() -> None:
    first = datetime(1, 1, 1, tzinfo=SHANGHAI)

    file = folded(recorded(reported(reported_as=MAJOR, occurred_at=first)))

    assert file.found_at == EARLIEST
    assert file.model_dump_json()


@pytest.mark.parametrize(
    ("actor", "sees"),
    [
        (INSPECTOR, True),
        (REPORTER, True),
        (somebody(Role.ENTERPRISE_OFFICER, "theirs", THEIRS), True),
        (somebody(Role.ENTERPRISE_OFFICER, "ours", OURS), False),
    ],
)
def test_given_a_hazard_passed_on_then_who_sees_it_changes(actor: Actor, sees: bool) -> None:
    past: list[Did] = [reported(), did(INSPECTOR, Transfer(enterprise_uscc=THEIRS, reason=text("theirs")))]
    found = fold(recorded(past), SHANGHAI, NOW)

    assert found is not None
    assert found.visible_to(actor) is sees
