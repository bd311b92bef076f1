"""Which duties an event starts, by which rule, and what day that makes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.actors import Role
from domain.hazard.closing import CloseBeforeImport, CloseOut, Reopen
from domain.hazard.dual_reporting import Acknowledge
from domain.hazard.grading import ChallengeGrade, Regrade
from domain.hazard.inspecting import SelfInspect
from domain.hazard.rectifying import Extend, Plan, Rectify
from domain.hazard.reinspecting import ApproveResumption, Reinspect
from domain.hazard.reporting import Report, Transfer
from domain.hazard.words import Channel, Grade, Recipient, ReportStage, Result, Stage
from domain.rules.duties import DutyKind
from tests.domain.given import ACTORS, NOW, OURS, SHANGHAI, THEIRS, XIAN, book, did, given, somebody
from tests.domain.hazard.duties import SHAANXI, deadline, due, to_both
from tests.domain.hazard.roads import (
    CONGRESS,
    CONSENT,
    DEADLINE,
    FAIL,
    FINAL,
    GENERAL,
    INITIAL,
    MAJOR,
    NOTICE,
    PASS,
    PHOTO,
    REGULATOR,
    REPORTER,
    Said,
    inspected,
    rectified,
    report_to,
    reported,
    road,
    sent,
    text,
)

OFFICER, HEAD, INSPECTOR, AUTHORITY, IMPORTER = (
    ACTORS[role]
    for role in (
        Role.ENTERPRISE_OFFICER,
        Role.MAIN_RESPONSIBLE_PERSON,
        Role.UNION_INSPECTOR,
        Role.REGULATOR,
        Role.IMPORTER,
    )
)
IN_3, IN_5, NEXT = date(2026, 3, 5), date(2026, 3, 9), date(2026, 5, 31)

FRIDAY = NOW - timedelta(days=3)
FROM_FRIDAY = date(2026, 3, 3)
"""Saturday 28 February is worked, in exchange for a day of 春节."""
why = text("for a reason")

INSPECT, PLAN = due(DutyKind.SELF_INSPECTION, IN_3), due(DutyKind.PLAN, IN_5)
INITIALS, FINALS = to_both(IN_3, INITIAL), to_both(IN_3, FINAL)
GRADED_MAJOR = SelfInspect(grade=MAJOR, cause=why)


def a_report(**what: Any) -> Report:
    said: Said = {"enterprise_uscc": OURS, "description": why, "channel": Channel.SNAP}
    return Report(**(said | what))


def test_given_nothing_when_reported_then_to_be_inspected() -> None:
    given().when(a_report(), by=REPORTER).starts(INSPECT)
    given().when(a_report(reported_as=GENERAL), by=REPORTER).starts(INSPECT)


def test_given_nothing_when_reported_as_major_then_to_be_dual_reported_from_the_claimed_finding() -> None:
    given().when(a_report(reported_as=MAJOR), by=REPORTER).starts(INSPECT, *INITIALS)
    claimed = a_report(reported_as=MAJOR, occurred_at=FRIDAY)
    given().when(claimed, by=REPORTER).starts(INSPECT, *to_both(FROM_FRIDAY, INITIAL))


def test_given_shaanxi_when_reported_as_major_then_its_three_working_days_are_no_policy() -> None:
    of_policy, day = due(DutyKind.DUAL_REPORT, FROM_FRIDAY, CONGRESS, INITIAL), FROM_FRIDAY
    claimed = a_report(reported_as=MAJOR, occurred_at=FRIDAY)
    of_shaanxi = due(DutyKind.DUAL_REPORT, day, REGULATOR, INITIAL, pack=SHAANXI)
    given(rules=book(XIAN)).when(claimed, by=REPORTER).starts(INSPECT, of_shaanxi, of_policy)


def test_given_shaanxi_when_graded_major_then_counted_from_grading() -> None:
    past = reported(occurred_at=FRIDAY)
    of_shaanxi = due(DutyKind.DUAL_REPORT, IN_3, REGULATOR, INITIAL, pack=SHAANXI)
    given(past, rules=book(XIAN)).when(GRADED_MAJOR, by=OFFICER).starts(PLAN, of_shaanxi, INITIALS[1])


def test_given_a_report_when_graded_general_then_to_be_planned() -> None:
    given(reported()).when(SelfInspect(grade=GENERAL, cause=why), by=OFFICER).starts(PLAN)


def test_given_a_report_when_graded_major_then_to_be_planned_and_dual_reported_from_grading() -> None:
    claimed = GRADED_MAJOR.model_copy(update={"occurred_at": FRIDAY})
    past = reported(occurred_at=FRIDAY - timedelta(days=1))
    given(past).when(claimed, by=OFFICER).starts(PLAN, *INITIALS)


def test_given_reported_as_major_when_graded_major_then_the_report_has_started_that_duty() -> None:
    given(reported(reported_as=MAJOR)).when(GRADED_MAJOR, by=OFFICER).starts(PLAN)


@pytest.mark.parametrize("reported_as", [None, GENERAL, MAJOR])
def test_given_a_major_hazard_reopened_when_inspected_then_to_be_dual_reported_from_grading(
    reported_as: Grade | None,
) -> None:
    first = [reported(reported_as=reported_as), inspected(MAJOR), did(IMPORTER, CloseBeforeImport(source="a ledger"))]
    reopening = Reopen(reason=why)
    given(first).when(reopening, by=REPORTER).starts(INSPECT)
    given(first, did(REPORTER, reopening)).when(GRADED_MAJOR, by=OFFICER).starts(PLAN, *INITIALS)


TO_THEM = Transfer(enterprise_uscc=THEIRS, reason=why)


@pytest.mark.parametrize("enterprise", [OURS, None], ids=["of an enterprise", "of none yet"])
def test_given_a_report_when_transferred_then_the_new_enterprise_has_its_days(enterprise: str | None) -> None:
    given(reported(enterprise_uscc=enterprise)).when(TO_THEM, by=AUTHORITY).starts(INSPECT)
    as_major = reported(enterprise_uscc=enterprise, reported_as=MAJOR, occurred_at=FRIDAY)
    given(as_major).when(TO_THEM, by=AUTHORITY).starts(INSPECT, *INITIALS)


def test_given_it_was_inspected_when_transferred_then_what_is_due_stays_due() -> None:
    given(road(Stage.RECTIFYING, MAJOR)).when(TO_THEM, by=AUTHORITY).starts()


@pytest.mark.parametrize("reported_as", [None, MAJOR])
def test_given_a_major_hazard_reopened_when_transferred_and_inspected_then_the_duty_to_report_starts_once(
    reported_as: Grade | None,
) -> None:
    first = [reported(reported_as=reported_as), inspected(MAJOR), did(IMPORTER, CloseBeforeImport(source="a ledger"))]
    past = [*first, did(REPORTER, Reopen(reason=why))]
    given(past).when(TO_THEM, by=AUTHORITY).starts(INSPECT)
    theirs = somebody(Role.ENTERPRISE_OFFICER, enterprise=THEIRS)
    given(past, did(AUTHORITY, TO_THEM)).when(GRADED_MAJOR, by=theirs).starts(PLAN, *INITIALS)


def test_given_no_plan_when_planned_then_to_be_rectified_by_its_deadline() -> None:
    given(road(Stage.SELF_INSPECTED)).when(Plan(deadline=DEADLINE), by=OFFICER).starts(deadline(DEADLINE))
    given(road(Stage.RECTIFYING)).when(Plan(deadline=DEADLINE), by=OFFICER).starts()


def test_given_a_deadline_when_extended_then_to_be_rectified_by_the_new_one() -> None:
    extend = Extend(new_deadline=NEXT, reason=why, consent=CONSENT)
    given(road(Stage.RECTIFYING, MAJOR)).when(extend, by=OFFICER).starts(deadline(NEXT))
    past = [*road(Stage.RECTIFYING), did(OFFICER, extend), rectified()]
    given(past).when(FAIL, by=INSPECTOR).starts(deadline(NEXT))


def test_given_it_was_rectified_when_it_fails_then_by_the_same_deadline_or_to_be_planned() -> None:
    given(road(Stage.RECTIFIED)).when(FAIL, by=INSPECTOR).starts(deadline(DEADLINE))
    given(road(Stage.SELF_INSPECTED), rectified(on_the_spot=True)).when(FAIL, by=INSPECTOR).starts(PLAN)


def test_given_it_was_rectified_when_it_passes_then_a_major_one_is_to_be_reported_to_both() -> None:
    given(road(Stage.RECTIFIED)).when(PASS, by=INSPECTOR).starts()
    given(road(Stage.RECTIFIED, MAJOR)).when(PASS, by=INSPECTOR).starts(*FINALS)


@pytest.mark.parametrize("recipient", list(Recipient))
@pytest.mark.parametrize("kind", list(ReportStage))
def test_given_a_major_hazard_when_reported_then_its_recipient_is_to_acknowledge(
    kind: ReportStage, recipient: Recipient
) -> None:
    past = road(Stage.VERIFIED, MAJOR)
    receipt = due(DutyKind.ACKNOWLEDGEMENT, IN_5, recipient, kind)
    given(past).when(report_to(recipient, kind), by=HEAD).starts(receipt)


def test_given_a_grade_when_challenged_then_the_enterprise_is_to_answer() -> None:
    challenge = ChallengeGrade(reasons=why)
    given(road(Stage.VERIFIED)).when(challenge, by=INSPECTOR).starts(due(DutyKind.ANSWER, IN_5))


def test_given_a_grade_when_regraded_then_to_be_planned_and_if_major_dual_reported() -> None:
    given(road(Stage.VERIFIED)).when(Regrade(grade=MAJOR, reasons=why), by=OFFICER).starts(PLAN, *INITIALS)
    given(road(Stage.VERIFIED, MAJOR)).when(Regrade(grade=GENERAL, reasons=why), by=AUTHORITY).starts(PLAN)


def test_given_whatever_else_is_done_then_it_starts_no_duty() -> None:
    given(road(Stage.VERIFIED)).when(NOTICE, by=OFFICER).starts()
    given(road(Stage.RECTIFYING)).when(Rectify(evidence=(PHOTO,)), by=OFFICER).starts()
    given(road(Stage.VERIFIED, suspended=True)).when(ApproveResumption(), by=AUTHORITY).starts()
    given(road(Stage.VERIFIED), did(OFFICER, NOTICE)).when(CloseOut(), by=OFFICER).starts()
    given(road(Stage.VERIFIED, MAJOR), sent(REGULATOR)).when(
        Acknowledge(recipient=REGULATOR, stage=FINAL), by=AUTHORITY
    ).starts()


IN_2026 = datetime(2026, 1, 12, 10, tzinfo=SHANGHAI)


def test_given_imported_history_then_its_duties_count_from_the_claimed_time() -> None:
    claimed: Said = {"occurred_at": IN_2026}
    given().when(a_report(**claimed), by=IMPORTER).starts(due(DutyKind.SELF_INSPECTION, date(2026, 1, 15)))
    past = [did(IMPORTER, one.command.model_copy(update=claimed)) for one in road(Stage.RECTIFIED, MAJOR)]
    grading, passing = SelfInspect(grade=MAJOR, **claimed), Reinspect(result=Result.PASSED, **claimed)
    in_3 = to_both(date(2026, 1, 15), INITIAL)
    given(past[:1]).when(grading, by=IMPORTER).starts(due(DutyKind.PLAN, date(2026, 1, 19)), *in_3)
    given(past).when(passing, by=IMPORTER).starts(*to_both(date(2026, 1, 15), FINAL))


def test_given_imported_history_from_before_any_rule_gave_a_number_then_nothing_was_due() -> None:
    long_ago: Said = {"occurred_at": datetime(2017, 9, 12, tzinfo=SHANGHAI)}
    given().when(a_report(reported_as=MAJOR, **long_ago), by=IMPORTER).starts()


def test_given_a_claimed_time_of_people_then_their_duties_count_from_now() -> None:
    past = reported(occurred_at=FRIDAY)
    given(past).when(SelfInspect(grade=GENERAL, cause=why, occurred_at=FRIDAY), by=OFFICER).starts(PLAN)


def test_given_a_year_without_published_holidays_then_the_day_is_provisional() -> None:
    eve = datetime(2026, 12, 31, 17, tzinfo=SHANGHAI)
    provisional = due(DutyKind.SELF_INSPECTION, date(2027, 1, 5), provisional=True)
    given().when(a_report(), by=REPORTER, at=eve).starts(provisional)


def test_given_a_moment_before_midnight_elsewhere_then_the_day_is_the_jurisdictions() -> None:
    in_utc = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    given().when(a_report(), by=REPORTER, at=in_utc).starts(INSPECT)
