"""A record may say less than the loop asks for; what it may never do is close a hazard through the loop."""

from datetime import timedelta

import pytest

from domain.actors import Role
from domain.command import NOT_AHEAD, NOT_BEFORE
from domain.hazard import rules
from domain.hazard.closing import CloseBeforeImport, ClosedBeforeImport, ClosedOut, CloseOut, Reopen
from domain.hazard.grading import ChallengeGrade, Regrade, Regraded
from domain.hazard.inspecting import Dismiss, Dismissed, SelfInspect, SelfInspected
from domain.hazard.rectifying import DeadlineExtended, Extend, Plan, RectificationPlanned, Rectified, Rectify
from domain.hazard.reinspecting import Reinspect, Reinspected
from domain.hazard.reporting import Report, Reported
from domain.hazard.words import Channel, Grade, Result, Stage
from domain.refusals import NotAllowed, WrongStage
from tests.domain.given import ACTORS, NOW, did, given
from tests.domain.hazard.duties import KEYS
from tests.domain.hazard.roads import (
    DEADLINE,
    FAILED,
    GENERAL,
    MAJOR,
    NOTICE,
    inspected,
    rectified,
    reported,
    road,
    text,
)
from tests.domain.hazard.table import ROWS, Row

IMPORTER, OFFICER = ACTORS[Role.IMPORTER], ACTORS[Role.ENTERPRISE_OFFICER]
LATER = DEADLINE.replace(month=5)
why = text("says the record")


def test_given_a_record_when_it_names_no_enterprise_nor_place_then_reported_as_it_stands() -> None:
    report = Report(description=why, channel=Channel.INSPECTION)
    given().when(report, by=IMPORTER).then(Reported, description=why, channel=Channel.INSPECTION).starts()


@pytest.mark.parametrize("grade", list(Grade))
def test_given_a_record_then_what_it_does_not_say_may_be_left_out(grade: Grade) -> None:
    given(reported()).when(SelfInspect(grade=grade), by=IMPORTER).then(SelfInspected, grade=grade)
    inspected_only = road(Stage.SELF_INSPECTED, grade)
    given(inspected_only).when(Plan(deadline=DEADLINE), by=IMPORTER).then(RectificationPlanned, deadline=DEADLINE)
    given(inspected_only).when(Rectify(), by=IMPORTER).then(Rectified).at(Stage.RECTIFIED)
    given(inspected_only).when(Dismiss(reason=why), by=IMPORTER).then(Dismissed, reason=why)
    given(road(Stage.RECTIFYING, grade)).when(Extend(new_deadline=LATER, reason=why), by=IMPORTER).then(
        DeadlineExtended, new_deadline=LATER, old_deadline=DEADLINE, reason=why
    )
    given(road(Stage.RECTIFIED, grade)).when(Reinspect(result=Result.PASSED), by=IMPORTER).then(
        Reinspected, result=Result.PASSED
    ).at(Stage.VERIFIED)


def test_given_a_record_then_one_actor_tells_of_everybody_in_it() -> None:
    told = [did(IMPORTER, one.command) for one in road(Stage.RECTIFIED)]
    given(told).when(Reinspect(result=Result.PASSED), by=IMPORTER).at(Stage.VERIFIED)
    given(told, did(IMPORTER, FAILED.command), did(IMPORTER, rectified().command)).when(
        Reinspect(result=Result.PASSED), by=IMPORTER
    ).at(Stage.VERIFIED)


def test_given_a_record_when_a_closing_lies_before_the_finding_then_it_is_told_as_it_stands() -> None:
    closing = CloseBeforeImport(source="a ledger", occurred_at=NOW - timedelta(days=30))
    outcome = given(did(IMPORTER, reported().command)).when(closing, by=IMPORTER)
    outcome.then(ClosedBeforeImport, source="a ledger").at(Stage.CLOSED)
    assert outcome.events[0].occurred_at == NOW - timedelta(days=30)


def test_given_a_record_when_it_speaks_of_the_future_then_refused() -> None:
    closing = CloseBeforeImport(source="a ledger", occurred_at=NOW + timedelta(days=1))
    given(did(IMPORTER, reported().command)).when(closing, by=IMPORTER).refused(NOT_AHEAD, "occurred_at")


def test_given_a_record_out_of_order_when_people_go_on_then_they_are_not_before_its_last() -> None:
    rectified_early = did(IMPORTER, Rectify(occurred_at=NOW - timedelta(days=30)))
    past = [*[did(IMPORTER, one.command) for one in road(Stage.SELF_INSPECTED)], rectified_early]
    late = NOTICE.model_copy(update={"occurred_at": NOW - timedelta(days=31)})
    given(past).when(late, by=OFFICER).refused(NOT_BEFORE, "occurred_at")


UNGRADED = [did(IMPORTER, one) for one in (reported(reported_as=MAJOR).command, SelfInspect())]


def test_given_a_record_without_a_grade_when_people_challenge_it_then_there_is_none_yet() -> None:
    by = ACTORS[Role.UNION_INSPECTOR]
    given(UNGRADED).when(ChallengeGrade(reasons=why), by=by).refused(rules.NOT_GRADED, as_=WrongStage)


@pytest.mark.parametrize("grade", list(Grade))
def test_given_a_record_without_a_grade_when_the_enterprise_grades_it_then_it_lowers_none(grade: Grade) -> None:
    graded = Regrade(grade=grade, reasons=why)
    given(UNGRADED).when(graded, by=OFFICER).then(Regraded, grade=grade, reasons=why).at(Stage.SELF_INSPECTED)


def test_given_a_record_without_a_grade_when_closed_out_then_refused_until_somebody_grades_it() -> None:
    told = [*UNGRADED, did(IMPORTER, Rectify()), did(IMPORTER, Reinspect(result=Result.PASSED))]
    past = [*told, did(OFFICER, NOTICE)]
    given(past).when(CloseOut(), by=OFFICER).refused(rules.GRADED_FIRST, as_=WrongStage)
    general = did(OFFICER, Regrade(grade=GENERAL, reasons=why))
    again = [rectified(on_the_spot=True), did(ACTORS[Role.UNION_INSPECTOR], Reinspect(result=Result.PASSED))]
    given(past, general, again).when(CloseOut(), by=OFFICER).then(ClosedOut).at(Stage.CLOSED)


OUT_OF_ORDER = pytest.mark.parametrize("stage", [Stage.SELF_INSPECTED, Stage.RECTIFYING])


def lapsed(event: object) -> list[str]:
    assert isinstance(event, Reinspected)
    return [str(key) for key in KEYS if event.lapses(key)]


@OUT_OF_ORDER
def test_given_a_record_of_no_rectification_when_it_passed_then_nothing_is_left_to_plan_or_rectify(
    stage: Stage,
) -> None:
    outcome = given(road(stage)).when(Reinspect(result=Result.PASSED), by=IMPORTER)
    outcome.then(Reinspected, result=Result.PASSED).at(Stage.VERIFIED).starts()
    assert lapsed(outcome.events[0]) == ["plan", "rectification"]


@OUT_OF_ORDER
def test_given_a_record_of_no_rectification_when_it_failed_then_what_was_due_stays_due(stage: Stage) -> None:
    outcome = given(road(stage)).when(Reinspect(result=Result.FAILED), by=IMPORTER)
    outcome.then(Reinspected, result=Result.FAILED).at(stage).starts()
    assert lapsed(outcome.events[0]) == []


NEVER = {
    "dual-report, initial",
    "dual-report, progress",
    "dual-report, final",
    "acknowledge as regulator",
    "acknowledge as workers_congress",
    "resume",
    "regrade up",
    "regrade down",
    "reopen",
    "close out",
    "challenge grade",
    "answer a challenge",
    "transfer",
    "correct the report",
    "correct the self-inspection",
    "erase texts",
}


@pytest.mark.parametrize("row", [row for row in ROWS if row.name in NEVER], ids=str)
def test_given_the_importer_reported_it_when_it_does_what_only_people_do_then_refused(row: Row) -> None:
    first, *rest = row.at(min(row.stages))
    given(did(IMPORTER, first.command), rest).when(row.move, by=IMPORTER).refused(rules.ROLE, as_=NotAllowed)


def test_given_the_table_then_these_are_all_an_importer_may_not() -> None:
    assert {row.name for row in ROWS if Role.IMPORTER not in row.roles} == NEVER


def test_given_a_record_when_people_take_it_over_then_the_loops_rules_hold_for_them() -> None:
    told = [did(IMPORTER, one.command) for one in (reported(), inspected(MAJOR))]
    given(told).when(Plan(deadline=DEADLINE), by=OFFICER).refused(rules.SIX_ITEMS, "goals_and_tasks")
    given(told).when(Rectify(), by=OFFICER).refused(rules.ON_THE_SPOT, "on_the_spot")
    given(told).when(Dismiss(reason=why), by=OFFICER).refused(rules.CONSENT, "consent")


def test_given_a_closing_was_imported_when_reopened_then_nothing_of_the_record_counts() -> None:
    told = [*road(Stage.VERIFIED, MAJOR), did(IMPORTER, CloseBeforeImport(source="a ledger"))]
    reopened = did(ACTORS[Role.UNION_INSPECTOR], Reopen(reason=why))
    again = [did(IMPORTER, one.command) for one in road(Stage.VERIFIED, MAJOR)[1:]]
    by = ACTORS[Role.REGULATOR]
    given(told, reopened, again).when(CloseOut(), by=by).refused(rules.BOTH_RECEIPTS, as_=WrongStage)
    lower = SelfInspect(grade=GENERAL)
    given(told, reopened).when(lower, by=IMPORTER).refused(rules.GRADE_STAYS, "grade")
