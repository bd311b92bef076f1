"""A record may say less than the loop asks for; what it may never do is close a hazard through the loop."""

import pytest

from domain.actors import Role
from domain.hazard import rules
from domain.hazard.closing import CloseBeforeImport, CloseOut, Reopen
from domain.hazard.inspecting import Dismiss, Dismissed, SelfInspect, SelfInspected
from domain.hazard.rectifying import DeadlineExtended, Extend, Plan, RectificationPlanned, Rectified, Rectify
from domain.hazard.reinspecting import Reinspect, Reinspected
from domain.hazard.reporting import Report, Reported
from domain.hazard.words import Channel, Grade, Result, Stage
from domain.refusals import NotAllowed
from tests.domain.given import ACTORS, did, given
from tests.domain.hazard.roads import DEADLINE, FAILED, GENERAL, MAJOR, inspected, rectified, reported, road, text
from tests.domain.hazard.table import ROWS, Row

IMPORTER, OFFICER = ACTORS[Role.IMPORTER], ACTORS[Role.ENTERPRISE_OFFICER]
FROM_A_RECORD = did(IMPORTER, Report(description=text("16 CFR 1910.23"), channel=Channel.INSPECTION))
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
    given(told, reopened, again).when(CloseOut(), by=by).refused(rules.BOTH_RECEIPTS)
    lower = SelfInspect(grade=GENERAL)
    given(told, reopened).when(lower, by=IMPORTER).refused(rules.GRADE_STAYS, "grade")
