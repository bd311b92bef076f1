"""What a record may leave out, or tell of out of the loop's order, nobody else may; and what it leaves to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from domain.actors import ENTERPRISE, Role
from domain.hazard import rules
from domain.hazard.grading import SUPERVISORS, ChallengeGrade, GradeChallenged, Regrade, Regraded
from domain.hazard.inspecting import Dismiss, SelfInspect
from domain.hazard.moves import Move
from domain.hazard.rectifying import Extend, Plan
from domain.hazard.reinspecting import Reinspect
from domain.hazard.words import Grade, ReportStage, Result, Stage
from domain.refusals import NotAllowed, Refusal, Rule, RuleBroken, WrongStage
from domain.rules.duties import DutyKind
from tests.domain.given import ACTORS, NOW, did, given
from tests.domain.hazard.duties import to_both
from tests.domain.hazard.roads import CONSENT, DEADLINE, GENERAL, MAJOR, SIX_ITEMS, Past, reported, road, text

IMPORTER, OFFICER = ACTORS[Role.IMPORTER], ACTORS[Role.ENTERPRISE_OFFICER]
YESTERDAY = NOW.date() - timedelta(days=1)
LONG_AFTER = NOW + timedelta(days=120)
why = text("says the record")


@dataclass(frozen=True)
class Liberty:
    """A move only a record tells of, and how it is refused to people who may make moves of this kind."""

    past: Past
    move: Move
    rule: Rule
    field: str | None = None
    as_: type[Refusal] = RuleBroken
    days: int = 0
    """How long after what happened last."""


def out_of_order(stage: Stage, grade: Grade, move: Move) -> Liberty:
    return Liberty(road(stage, grade), move, rules.STAGE, as_=WrongStage)


LIBERTIES = {
    "a grade that is left out": Liberty([reported()], SelfInspect(cause=why), rules.GRADE_NAMED, "grade"),
    "a deadline before its own day": Liberty(
        road(Stage.SELF_INSPECTED), Plan(deadline=YESTERDAY, **SIX_ITEMS), rules.DEADLINE_PAST, "deadline"
    ),
    "an extension to before its own day": Liberty(
        road(Stage.RECTIFYING),
        Extend(new_deadline=DEADLINE + timedelta(days=1), reason=why, consent=CONSENT),
        rules.DEADLINE_PAST,
        "new_deadline",
        days=120,
    ),
    **{
        f"a dismissal at {stage}, {grade}": out_of_order(stage, grade, Dismiss(reason=why, consent=CONSENT))
        for grade in Grade
        for stage in (Stage.RECTIFYING, Stage.RECTIFIED, Stage.VERIFIED, Stage.DUAL_REPORTED)
        if grade is MAJOR or stage is not Stage.DUAL_REPORTED
    },
    **{
        f"a re-inspection at {stage}, {grade}, {result}": out_of_order(stage, grade, Reinspect(result=result))
        for grade in Grade
        for stage in (Stage.SELF_INSPECTED, Stage.RECTIFYING)
        for result in Result
    },
}


@pytest.mark.parametrize("liberty", LIBERTIES.values(), ids=LIBERTIES)
def test_given_what_a_record_says_when_an_importer_tells_of_it_then_it_happens(liberty: Liberty) -> None:
    outcome = given(liberty.past).when(liberty.move, by=IMPORTER, at=NOW + timedelta(days=liberty.days))
    assert outcome.refusal is None, outcome.refusal


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.IMPORTER])
@pytest.mark.parametrize("liberty", LIBERTIES.values(), ids=LIBERTIES)
def test_given_the_same_when_anybody_else_says_it_then_refused(liberty: Liberty, role: Role) -> None:
    outcome = given(liberty.past).when(liberty.move, by=ACTORS[role], at=NOW + timedelta(days=liberty.days))
    if role in liberty.move.roles:
        outcome.refused(liberty.rule, liberty.field, liberty.as_)
    else:
        outcome.refused(rules.ROLE, as_=NotAllowed)


@pytest.mark.parametrize("stage", [Stage.REPORTED, Stage.VERIFIED, Stage.DUAL_REPORTED, Stage.CLOSED, Stage.DISMISSED])
def test_given_nothing_that_could_be_looked_at_again_when_a_record_re_inspects_it_then_refused(stage: Stage) -> None:
    move = Reinspect(result=Result.FAILED)
    given(road(stage, MAJOR)).when(move, by=IMPORTER).refused(rules.STAGE, as_=WrongStage)


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.DISMISSED])
def test_given_it_is_done_with_when_a_record_dismisses_it_then_refused(stage: Stage) -> None:
    given(road(stage, MAJOR)).when(Dismiss(reason=why), by=IMPORTER).refused(rules.STAGE, as_=WrongStage)


UNGRADED = [did(IMPORTER, one) for one in (reported().command, SelfInspect())]


@pytest.mark.parametrize("grade", list(Grade))
@pytest.mark.parametrize("role", sorted(ENTERPRISE | SUPERVISORS))
def test_given_a_record_without_a_grade_when_graded_then_by_whoever_may_regrade_either_way(
    role: Role, grade: Grade
) -> None:
    graded = Regrade(grade=grade, reasons=why)
    outcome = given(UNGRADED).when(graded, by=ACTORS[role])
    outcome.then(Regraded, grade=grade, reasons=why).at(Stage.SELF_INSPECTED)
    assert outcome.hazard.grade is grade
    given(UNGRADED, did(ACTORS[role], graded)).when(graded, by=ACTORS[role]).refused(rules.SAME_GRADE, "grade")


@pytest.mark.parametrize("role", [role for role in Role if role not in ENTERPRISE | SUPERVISORS])
def test_given_a_record_without_a_grade_when_anybody_else_grades_it_then_refused(role: Role) -> None:
    given(UNGRADED).when(Regrade(grade=MAJOR, reasons=why), by=ACTORS[role]).refused(rules.ROLE, as_=NotAllowed)


def test_given_a_record_was_graded_major_by_its_enterprise_when_it_lowers_that_then_refused() -> None:
    up = did(OFFICER, Regrade(grade=MAJOR, reasons=why))
    down = Regrade(grade=GENERAL, reasons=why)
    given(UNGRADED, up).when(down, by=OFFICER).refused(rules.NEVER_DOWN, "grade", NotAllowed)


@pytest.mark.parametrize("role", sorted(ChallengeGrade.roles))
def test_given_a_record_without_a_grade_when_challenged_then_refused_until_there_is_one(role: Role) -> None:
    challenge = ChallengeGrade(reasons=why)
    given(UNGRADED).when(challenge, by=ACTORS[role]).refused(rules.NOT_GRADED, as_=WrongStage)
    graded = did(OFFICER, Regrade(grade=GENERAL, reasons=why))
    given(UNGRADED, graded).when(challenge, by=ACTORS[role]).then(GradeChallenged, reasons=why)


def test_given_no_grade_then_it_is_to_be_planned_and_dual_reported_only_once_it_is_major() -> None:
    (inspected,) = given(UNGRADED[:1]).when(SelfInspect(), by=IMPORTER).events
    assert [duty.kind for duty in inspected.duties] == [DutyKind.PLAN]
    (graded,) = given(UNGRADED).when(Regrade(grade=MAJOR, reasons=why), by=OFFICER).events
    assert graded.duties[1:] == to_both(graded.duties[1].due, ReportStage.INITIAL)


def test_given_reported_as_major_when_a_record_names_no_grade_then_it_stays_to_be_dual_reported() -> None:
    as_major = did(IMPORTER, reported(reported_as=MAJOR).command)
    due = [duty for duty in given().when(as_major.command, by=IMPORTER).events[0].duties if duty.stage]
    (ungraded,) = given(as_major).when(SelfInspect(), by=IMPORTER).events
    (general,) = given(as_major).when(SelfInspect(grade=GENERAL), by=IMPORTER).events
    assert [ungraded.lapses(duty.key) for duty in due] == [False, False]
    assert [general.lapses(duty.key) for duty in due] == [True, True]
