"""A grade is challenged, answered, and changed. An enterprise never lowers one."""

from datetime import date

import pytest

from domain.actors import Actor, Role
from domain.hazard import rules
from domain.hazard.dual_reporting import DualReported
from domain.hazard.grading import (
    AnswerChallenge,
    ChallengeGrade,
    GradeChallengeAnswered,
    GradeChallenged,
    Regrade,
    Regraded,
)
from domain.hazard.rectifying import Plan, RectificationPlanned
from domain.hazard.words import Grade, Recipient, ReportStage, Stage
from domain.refusals import NotAllowed
from tests.domain.given import ACTORS, did, given
from tests.domain.hazard.roads import (
    CONGRESS,
    FINAL,
    FINALS,
    GENERAL,
    INITIAL,
    MAJOR,
    PROGRESS,
    REGULATOR,
    SIX_ITEMS,
    Past,
    Said,
    planned,
    received,
    report_to,
    road,
    sent,
    text,
)

OFFICER, HEAD = ACTORS[Role.ENTERPRISE_OFFICER], ACTORS[Role.MAIN_RESPONSIBLE_PERSON]
INSPECTOR, AUTHORITY, COUNCIL = (ACTORS[role] for role in (Role.UNION_INSPECTOR, Role.REGULATOR, Role.WORKERS_CONGRESS))
AT_GENERAL = [Stage.SELF_INSPECTED, Stage.RECTIFYING, Stage.RECTIFIED, Stage.VERIFIED]
AT_MAJOR = [*AT_GENERAL, Stage.DUAL_REPORTED]
why = text("Order 10 Art 4 names it")
UP, DOWN = Regrade(grade=MAJOR, reasons=why), Regrade(grade=GENERAL, reasons=why)
CHALLENGE = ChallengeGrade(reasons=why)


@pytest.mark.parametrize("by", [INSPECTOR, AUTHORITY, COUNCIL], ids=lambda actor: actor.role)
@pytest.mark.parametrize("stage", AT_GENERAL)
def test_given_a_graded_hazard_when_challenged_then_the_stage_is_unchanged(stage: Stage, by: Actor) -> None:
    said: Said = {"reasons": why, "criteria_clause": "Art 4(1)"}
    outcome = given(road(stage)).when(ChallengeGrade(**said), by=by).then(GradeChallenged, **said).at(stage)
    assert outcome.hazard.challenged
    assert outcome.hazard.grade is GENERAL


@pytest.mark.parametrize("by", [OFFICER, HEAD], ids=lambda actor: actor.role)
def test_given_a_challenge_when_answered_then_the_grade_stays(by: Actor) -> None:
    past = [*road(Stage.RECTIFYING), did(COUNCIL, CHALLENGE)]
    answer = AnswerChallenge(reasons=text("below the threshold"))
    outcome = given(past).when(answer, by=by).then(GradeChallengeAnswered, reasons=answer.reasons).at(Stage.RECTIFYING)
    assert (outcome.hazard.challenged, outcome.hazard.grade) == (False, GENERAL)
    given([*past, did(by, answer)]).when(answer, by=by).refused(rules.NO_CHALLENGE)


def test_given_no_challenge_when_answered_then_refused() -> None:
    given(road(Stage.RECTIFYING)).when(AnswerChallenge(reasons=why), by=OFFICER).refused(rules.NO_CHALLENGE)


@pytest.mark.parametrize("by", [OFFICER, HEAD, INSPECTOR, AUTHORITY], ids=lambda actor: actor.role)
@pytest.mark.parametrize("stage", AT_GENERAL)
def test_given_a_general_hazard_when_regraded_up_then_to_be_planned_anew(stage: Stage, by: Actor) -> None:
    outcome = given(road(stage)).when(UP, by=by).then(Regraded, grade=MAJOR, reasons=why).at(Stage.SELF_INSPECTED)
    assert (outcome.hazard.grade, outcome.hazard.deadline, outcome.hazard.planned_at_version) == (MAJOR, None, None)


@pytest.mark.parametrize("by", [INSPECTOR, AUTHORITY], ids=lambda actor: actor.role)
@pytest.mark.parametrize("stage", AT_MAJOR)
def test_given_a_major_hazard_when_regraded_down_from_outside_then_to_be_planned_anew(stage: Stage, by: Actor) -> None:
    outcome = given(road(stage, MAJOR)).when(DOWN, by=by).then(Regraded, grade=GENERAL, reasons=why)
    assert outcome.at(Stage.SELF_INSPECTED).hazard.grade is GENERAL


@pytest.mark.parametrize("by", [OFFICER, HEAD], ids=lambda actor: actor.role)
@pytest.mark.parametrize("stage", AT_MAJOR)
def test_given_a_major_hazard_when_the_enterprise_regrades_it_down_then_refused(stage: Stage, by: Actor) -> None:
    given(road(stage, MAJOR)).when(DOWN, by=by).refused(rules.NEVER_DOWN, "grade", NotAllowed)


@pytest.mark.parametrize(("grade", "move"), [(GENERAL, DOWN), (MAJOR, UP)], ids=list(Grade))
def test_given_a_grade_when_regraded_to_the_same_then_refused(grade: Grade, move: Regrade) -> None:
    given(road(Stage.VERIFIED, grade)).when(move, by=AUTHORITY).refused(rules.SAME_GRADE, "grade")


@pytest.mark.parametrize("by", [OFFICER, AUTHORITY], ids=lambda actor: actor.role)
def test_given_a_challenge_when_regraded_then_there_is_nothing_left_to_answer(by: Actor) -> None:
    past = [*road(Stage.RECTIFYING), did(INSPECTOR, CHALLENGE), did(by, UP)]
    given(past).when(AnswerChallenge(reasons=why), by=OFFICER).refused(rules.NO_CHALLENGE)


DOWN_AND_UP = [did(AUTHORITY, DOWN), did(AUTHORITY, UP)]


def test_given_a_new_grade_when_planned_then_with_a_deadline_of_its_own() -> None:
    later = planned().command.model_copy(update={"deadline": date(2026, 6, 30)})
    given(road(Stage.VERIFIED, MAJOR), DOWN_AND_UP).when(later, by=OFFICER).then(
        RectificationPlanned, deadline=date(2026, 6, 30), **SIX_ITEMS
    )
    no_day = Plan(**SIX_ITEMS)
    given(road(Stage.VERIFIED, MAJOR), DOWN_AND_UP).when(no_day, by=OFFICER).refused(rules.DEADLINE_NEEDED, "deadline")


@pytest.mark.parametrize("kind", [INITIAL, PROGRESS])
@pytest.mark.parametrize("recipient", list(Recipient))
def test_given_reports_of_a_grade_it_has_lost_when_major_again_then_it_is_reported_again(
    kind: ReportStage, recipient: Recipient
) -> None:
    past = [*road(Stage.VERIFIED, MAJOR), sent(recipient, kind), received(recipient, kind), *DOWN_AND_UP]
    again = report_to(recipient, kind)
    given(past).when(again, by=HEAD).then(DualReported, **again.said())


@pytest.mark.parametrize("finals", [FINALS[:2], FINALS[:3], FINALS], ids=["sent", "one receipt", "both receipts"])
def test_given_finals_when_regraded_then_none_of_them_counts(finals: Past) -> None:
    hazard = given(road(Stage.VERIFIED, MAJOR), finals).when(DOWN, by=INSPECTOR).at(Stage.SELF_INSPECTED).hazard
    assert not hazard.both_finals_acknowledged
    assert not {report for report in hazard.sent | hazard.acknowledged if report[1] is FINAL}


@pytest.mark.parametrize("recipient", [REGULATOR, CONGRESS])
def test_given_finals_of_the_grade_before_when_verified_anew_then_each_is_sent_anew(recipient: Recipient) -> None:
    anew = road(Stage.VERIFIED, MAJOR)[2:]
    past = [*road(Stage.VERIFIED, MAJOR), *FINALS, *DOWN_AND_UP, *anew]
    final = report_to(recipient, FINAL)
    given(past).when(final, by=HEAD).then(DualReported, **final.said(), plan_version=len(past) - 2).at(Stage.VERIFIED)
