"""Somebody else looks whether it is really rectified, and work may resume."""

from datetime import date

import pytest

from domain.actors import Actor, Role
from domain.hazard import rules
from domain.hazard.grading import Regrade
from domain.hazard.rectifying import Rectify
from domain.hazard.reinspecting import ApproveResumption, Reinspect, Reinspected, ResumptionApproved
from domain.hazard.words import Grade, ReportStage, Result, Stage
from domain.refusals import NotAllowed
from domain.rules.pack import Origin, Provision, RulePack, Switch, Title
from domain.rules.rulebook import Rulebook
from infrastructure.rules.calendar import ChineseCalendar
from infrastructure.rules.loader import load_packs
from tests.domain.given import ACTORS, KUNSHAN, SHANGHAI, did, given
from tests.domain.hazard.roads import (
    FAIL,
    FAILED,
    GENERAL,
    MAJOR,
    PASS,
    PHOTO,
    RECTIFIER,
    REGULATOR,
    Past,
    Said,
    rectified,
    road,
    sent,
    text,
)

OFFICER, HEAD = ACTORS[Role.ENTERPRISE_OFFICER], ACTORS[Role.MAIN_RESPONSIBLE_PERSON]
INSPECTOR, AUTHORITY, IMPORTER = ACTORS[Role.UNION_INSPECTOR], ACTORS[Role.REGULATOR], ACTORS[Role.IMPORTER]
BARE_PASS = Reinspect(result=Result.PASSED)
ON_THE_SPOT = [*road(Stage.SELF_INSPECTED), rectified(on_the_spot=True)]

ALONE = RulePack(
    id="operator-policy/acceptance",
    version=1,
    area="",
    in_force_from=date(2026, 1, 1),
    origin=Origin.OPERATOR_POLICY,
    title=Title(zh="验收", en="acceptance"),
    rules=(Provision(id="acceptance", zh="验收", en="acceptance", switch=Switch.MAJOR_ACCEPTANCE_BY_REGULATOR),),
)
BY_REGULATOR_ALONE = Rulebook((*load_packs(), ALONE), ChineseCalendar(), SHANGHAI, KUNSHAN)


@pytest.mark.parametrize("by", [OFFICER, HEAD, INSPECTOR], ids=lambda actor: actor.role)
def test_given_a_general_hazard_rectified_when_another_passes_it_then_verified(by: Actor) -> None:
    said: Said = {"result": Result.PASSED, "findings": text("tight"), "evidence": (PHOTO,)}
    given(road(Stage.RECTIFIED)).when(Reinspect(**said), by=by).then(Reinspected, **said).at(Stage.VERIFIED)


@pytest.mark.parametrize("by", [INSPECTOR, AUTHORITY], ids=lambda actor: actor.role)
def test_given_a_major_hazard_rectified_when_passed_from_outside_then_verified(by: Actor) -> None:
    given(road(Stage.RECTIFIED, MAJOR)).when(BARE_PASS, by=by).then(Reinspected, result=Result.PASSED).at(
        Stage.VERIFIED
    )


@pytest.mark.parametrize("result", list(Result))
def test_given_a_major_hazard_rectified_when_the_enterprise_re_inspects_then_refused(result: Result) -> None:
    given(road(Stage.RECTIFIED, MAJOR)).when(Reinspect(result=result), by=OFFICER).refused(
        rules.MAJOR_ACCEPTANCE, as_=NotAllowed
    )


def test_given_a_pack_that_names_the_regulator_when_passed_then_by_it_or_by_its_paper() -> None:
    story = given(road(Stage.RECTIFIED, MAJOR), rules=BY_REGULATOR_ALONE)
    story.when(BARE_PASS, by=INSPECTOR).refused(rules.MAJOR_ACCEPTANCE, "evidence")
    story.when(PASS, by=INSPECTOR).then(Reinspected, result=Result.PASSED, evidence=(PHOTO,)).at(Stage.VERIFIED)
    story.when(BARE_PASS, by=AUTHORITY).then(Reinspected, result=Result.PASSED).at(Stage.VERIFIED)
    story.when(FAIL, by=INSPECTOR).then(Reinspected, result=Result.FAILED, findings=FAIL.findings).at(Stage.RECTIFYING)


@pytest.mark.parametrize("grade", list(Grade))
def test_given_a_plan_when_it_fails_then_it_is_to_be_rectified_again(grade: Grade) -> None:
    outcome = given(road(Stage.RECTIFIED, grade)).when(FAIL, by=INSPECTOR)
    outcome.then(Reinspected, result=Result.FAILED, findings=FAIL.findings).at(Stage.RECTIFYING)


def test_given_no_plan_when_it_fails_then_it_is_to_be_planned() -> None:
    given(ON_THE_SPOT).when(FAIL, by=INSPECTOR).then(Reinspected, result=Result.FAILED, findings=FAIL.findings).at(
        Stage.SELF_INSPECTED
    )


AGAIN = [FAILED, did(OFFICER, Rectify(evidence=(PHOTO,)))]


@pytest.mark.parametrize("more", [[], AGAIN], ids=["once", "and then another, after it failed"])
@pytest.mark.parametrize("result", list(Result))
def test_given_whoever_rectified_it_when_they_re_inspect_then_refused(more: Past, result: Result) -> None:
    move = Reinspect(result=result)
    given(road(Stage.RECTIFIED), more).when(move, by=RECTIFIER).refused(rules.NOT_THE_SAME)


def test_given_who_rectified_it_first_when_somebody_else_did_it_again_then_neither_re_inspects() -> None:
    given(road(Stage.RECTIFIED), AGAIN).when(PASS, by=OFFICER).refused(rules.NOT_THE_SAME)
    given(road(Stage.RECTIFIED), AGAIN).when(PASS, by=INSPECTOR).then(
        Reinspected, result=Result.PASSED, evidence=(PHOTO,)
    )


def test_given_an_inspector_failed_it_when_the_enterprise_passes_it_then_refused_until_an_inspector_does() -> None:
    past = [*road(Stage.RECTIFIED), *AGAIN]
    given(past).when(PASS, by=HEAD).refused(rules.OBJECTION, "result")
    hazard = given(past).when(PASS, by=INSPECTOR).then(Reinspected, result=Result.PASSED, evidence=(PHOTO,)).hazard
    assert not hazard.objected
    failed = given(past).when(FAIL, by=HEAD).then(Reinspected, result=Result.FAILED, findings=FAIL.findings)
    assert failed.hazard.objected


def test_given_the_enterprise_failed_it_itself_when_another_of_it_passes_it_then_verified() -> None:
    past = [*road(Stage.RECTIFIED), did(HEAD, FAIL), rectified()]
    given(past).when(PASS, by=OFFICER).then(Reinspected, result=Result.PASSED, evidence=(PHOTO,)).at(Stage.VERIFIED)


def test_given_an_objection_when_the_grade_goes_up_and_down_then_it_still_blocks() -> None:
    up, down = (did(INSPECTOR, Regrade(grade=grade, reasons=text("as it looks"))) for grade in (MAJOR, GENERAL))
    past = [*road(Stage.RECTIFIED), FAILED, up, down, rectified(on_the_spot=True)]
    given(past).when(PASS, by=HEAD).refused(rules.OBJECTION, "result")


DUAL_REPORTED = road(Stage.DUAL_REPORTED, MAJOR, suspended=True)


@pytest.mark.parametrize("by", [INSPECTOR, AUTHORITY], ids=lambda actor: actor.role)
@pytest.mark.parametrize(
    "past",
    [road(Stage.VERIFIED, suspended=True), road(Stage.VERIFIED, MAJOR, suspended=True), DUAL_REPORTED],
    ids=["general", "major", "both receipts in"],
)
def test_given_work_is_suspended_when_resumption_is_approved_then_it_goes_on(past: Past, by: Actor) -> None:
    said: Said = {"findings": text("safe"), "evidence": (PHOTO,)}
    outcome = given(past).when(ApproveResumption(**said), by=by).then(ResumptionApproved, **said)
    assert outcome.hazard.stage is given(past).when(FAIL, by=by).hazard.stage
    assert (outcome.hazard.suspended, outcome.hazard.evacuated) == (False, False)


def test_given_work_is_suspended_when_an_inspector_approves_without_the_paper_then_refused() -> None:
    past = road(Stage.VERIFIED, suspended=True)
    given(past).when(ApproveResumption(), by=INSPECTOR).refused(rules.PAPER_DECISION, "evidence")
    given(past).when(ApproveResumption(), by=AUTHORITY).then(ResumptionApproved)


def test_given_no_suspension_when_resumption_is_approved_then_refused() -> None:
    given(road(Stage.VERIFIED)).when(ApproveResumption(), by=AUTHORITY).refused(rules.NOT_SUSPENDED)


def test_given_an_early_dual_report_when_it_fails_then_its_receipt_is_no_matter() -> None:
    past = [*road(Stage.RECTIFIED, MAJOR)[:2], sent(REGULATOR, ReportStage.INITIAL), *road(Stage.RECTIFIED, MAJOR)[2:]]
    given(past).when(FAIL, by=AUTHORITY).then(Reinspected, result=Result.FAILED, findings=FAIL.findings).at(
        Stage.RECTIFYING
    )
