"""A hazard has rounds: nothing of an earlier one satisfies a rule, and a suspension not lifted goes on."""

import pytest

from domain.actors import Role
from domain.hazard import rules
from domain.hazard.closing import CloseBeforeImport, ClosedOut, CloseOut, Reopen
from domain.hazard.dual_reporting import Acknowledge, DualReported
from domain.hazard.grading import AnswerChallenge, ChallengeGrade, Regrade
from domain.hazard.inspecting import SelfInspect
from domain.hazard.rectifying import Plan, RectificationPlanned
from domain.hazard.reinspecting import ApproveResumption, Reinspected, ResumptionApproved
from domain.hazard.words import Grade, Recipient, ReportStage, Result, Stage
from domain.refusals import WrongStage
from tests.domain.given import ACTORS, NOW, did, given
from tests.domain.hazard.roads import (
    FAILED,
    FINALS,
    GENERAL,
    MAJOR,
    NOTIFIED,
    PASS,
    RECTIFIER,
    REGULATOR,
    REPORTER,
    Past,
    inspected,
    planned,
    rectified,
    report_to,
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
why = text("it leaks again")
REOPENED = did(REPORTER, Reopen(reason=why))


def second_round(to: Stage, grade: Grade) -> Past:
    """A whole first round, and the second as far as a stage."""
    return [*road(Stage.CLOSED, grade), REOPENED, *road(to, grade)[1:]]


@pytest.mark.parametrize("grade", list(Grade))
def test_given_the_workers_were_told_in_an_earlier_round_when_closed_out_then_refused(grade: Grade) -> None:
    last, by = (Stage.DUAL_REPORTED, AUTHORITY) if grade is MAJOR else (Stage.VERIFIED, OFFICER)
    given(second_round(last, grade)).when(CloseOut(), by=by).refused(rules.WORKERS_TOLD)
    given(second_round(last, grade), NOTIFIED).when(CloseOut(), by=by).then(ClosedOut).at(Stage.CLOSED)


def test_given_receipts_of_an_earlier_round_when_closed_out_then_refused() -> None:
    past = [*second_round(Stage.VERIFIED, MAJOR), NOTIFIED]
    given(past).when(CloseOut(), by=AUTHORITY).refused(rules.BOTH_RECEIPTS, as_=WrongStage)


@pytest.mark.parametrize("recipient", list(Recipient))
@pytest.mark.parametrize("kind", list(ReportStage))
def test_given_reports_of_an_earlier_round_then_they_wait_for_no_receipt_and_are_sent_anew(
    kind: ReportStage, recipient: Recipient
) -> None:
    first = [*road(Stage.VERIFIED, MAJOR), sent(recipient, kind), did(IMPORTER, CloseBeforeImport(source="a ledger"))]
    past = [*first, REOPENED, *road(Stage.VERIFIED, MAJOR)[1:]]
    by = AUTHORITY if recipient is REGULATOR else ACTORS[Role.WORKERS_CONGRESS]
    given(past).when(Acknowledge(recipient=recipient, stage=kind), by=by).refused(rules.NOT_SENT, "stage")
    again = report_to(recipient, kind)
    given(past).when(again, by=HEAD).then(DualReported, **again.said(), plan_version=len(first) + 3)


def test_given_the_plan_of_an_earlier_round_when_planned_then_with_a_deadline_of_its_own() -> None:
    past = second_round(Stage.SELF_INSPECTED, GENERAL)
    given(past).when(Plan(), by=OFFICER).refused(rules.DEADLINE_NEEDED, "deadline")
    later = Plan(deadline=NOW.date())
    given(past).when(later, by=OFFICER).then(RectificationPlanned, deadline=NOW.date())


def test_given_the_plan_of_an_earlier_round_when_a_rectification_on_the_spot_fails_then_there_is_no_plan() -> None:
    past = [*second_round(Stage.SELF_INSPECTED, GENERAL), rectified(on_the_spot=True), FAILED]
    given(past).when(Plan(), by=OFFICER).at(Stage.SELF_INSPECTED).refused(rules.DEADLINE_NEEDED, "deadline")


def test_given_the_plan_of_an_earlier_round_when_reported_early_then_it_is_not_named() -> None:
    initial = report_to(REGULATOR, ReportStage.INITIAL)
    given(second_round(Stage.SELF_INSPECTED, MAJOR)).when(initial, by=HEAD).then(DualReported, **initial.said())


def test_given_an_objection_of_an_earlier_round_when_the_enterprise_passes_it_then_verified() -> None:
    first = [*road(Stage.RECTIFIED), FAILED, did(IMPORTER, CloseBeforeImport(source="a ledger"))]
    past = [*first, REOPENED, *road(Stage.RECTIFIED)[1:]]
    given(past).when(PASS, by=HEAD).then(Reinspected, result=Result.PASSED, evidence=PASS.evidence).at(Stage.VERIFIED)


def test_given_a_rectification_of_an_earlier_round_when_somebody_else_did_this_one_then_the_first_may_look() -> None:
    mine = [did(OFFICER, one.command) for one in (inspected(), planned(), rectified())]
    given(road(Stage.CLOSED), REOPENED, mine).when(PASS, by=RECTIFIER).then(
        Reinspected, result=Result.PASSED, evidence=PASS.evidence
    )


def test_given_a_challenge_of_an_earlier_round_when_answered_then_there_is_none() -> None:
    challenge = did(INSPECTOR, ChallengeGrade(reasons=why))
    closed = did(OFFICER, CloseOut())
    past = [*road(Stage.VERIFIED), NOTIFIED, challenge, closed, REOPENED, inspected()]
    given(past).when(AnswerChallenge(reasons=why), by=OFFICER).refused(rules.NO_CHALLENGE)


@pytest.mark.parametrize("grade", list(Grade))
def test_given_a_grade_of_an_earlier_round_when_regraded_or_challenged_then_it_is_inspected_first(grade: Grade) -> None:
    other = GENERAL if grade is MAJOR else MAJOR
    past = [*road(Stage.CLOSED, grade), REOPENED]
    given(past).when(Regrade(grade=other, reasons=why), by=AUTHORITY).refused(rules.STAGE, as_=WrongStage)
    given(past).when(ChallengeGrade(reasons=why), by=AUTHORITY).refused(rules.STAGE, as_=WrongStage)


SUSPENDED = [*road(Stage.RECTIFYING, suspended=True), did(IMPORTER, CloseBeforeImport(source="a ledger")), REOPENED]


def test_given_a_suspension_not_lifted_when_reopened_then_it_goes_on() -> None:
    past = [*SUSPENDED, *road(Stage.VERIFIED)[1:], NOTIFIED]
    given(past).when(CloseOut(), by=OFFICER).refused(rules.RESUMPTION_FIRST)
    given(past).when(ApproveResumption(), by=AUTHORITY).then(ResumptionApproved).at(Stage.VERIFIED)


def test_given_a_suspension_lifted_in_an_earlier_round_when_suspended_anew_then_it_waits_for_another_approval() -> None:
    first = [*road(Stage.VERIFIED, suspended=True), did(AUTHORITY, ApproveResumption()), NOTIFIED]
    again = did(OFFICER, SelfInspect(grade=GENERAL, cause=why, suspended=True))
    past = [*first, did(OFFICER, CloseOut()), REOPENED, again, *road(Stage.VERIFIED)[2:], NOTIFIED]
    given(past).when(CloseOut(), by=OFFICER).refused(rules.RESUMPTION_FIRST)


def test_given_three_rounds_then_each_asks_for_everything_anew() -> None:
    one = [*road(Stage.CLOSED, MAJOR)[1:], REOPENED]
    past = [*road(Stage.REPORTED), *one, *one, *road(Stage.VERIFIED, MAJOR)[1:], *FINALS[:-1], NOTIFIED]
    assert given(past).when(CloseOut(), by=AUTHORITY).hazard.round == 3
    given(past).when(CloseOut(), by=AUTHORITY).refused(rules.BOTH_RECEIPTS, as_=WrongStage)
    given(past, FINALS[-1]).when(CloseOut(), by=AUTHORITY).then(ClosedOut).at(Stage.CLOSED)
