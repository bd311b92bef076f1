"""The enterprise inspects and grades what was reported, or dismisses it."""

import pytest

from domain.actors import Role
from domain.hazard import rules
from domain.hazard.closing import Reopen
from domain.hazard.inspecting import Dismiss, Dismissed, SelfInspect, SelfInspected
from domain.hazard.words import Grade, Stage
from tests.domain.given import ACTORS, did, given, id_of
from tests.domain.hazard.roads import CONSENT, GENERAL, MAJOR, REPORTER, Past, Said, inspected, reported, road, text

OFFICER, IMPORTER = ACTORS[Role.ENTERPRISE_OFFICER], ACTORS[Role.IMPORTER]
WORN = text("worn valve")


@pytest.mark.parametrize("grade", list(Grade))
@pytest.mark.parametrize("role", [Role.ENTERPRISE_OFFICER, Role.MAIN_RESPONSIBLE_PERSON])
def test_given_a_report_when_self_inspected_then_it_has_a_grade(grade: Grade, role: Role) -> None:
    outcome = given(reported()).when(SelfInspect(grade=grade, cause=WORN), by=ACTORS[role])
    outcome.then(SelfInspected, grade=grade, cause=WORN).at(Stage.SELF_INSPECTED)
    assert outcome.hazard.grade is grade


def test_given_a_report_when_safety_cannot_be_assured_then_suspension_and_evacuation_are_recorded() -> None:
    said: Said = {
        "grade": MAJOR,
        "cause": WORN,
        "harm": text("fire"),
        "criteria_clause": "Order 10 Art 4(1)",
        "interim_measures": text("hall closed"),
        "suspended": True,
        "evacuated": True,
    }
    hazard = given(reported()).when(SelfInspect(**said), by=OFFICER).then(SelfInspected, **said).hazard
    assert (hazard.suspended, hazard.evacuated) == (True, True)


def test_given_a_report_when_no_cause_is_named_then_refused_to_all_but_a_record() -> None:
    without = SelfInspect(grade=GENERAL)
    given(reported()).when(without, by=OFFICER).refused(rules.CAUSE_NAMED, "cause")
    given(reported()).when(without, by=IMPORTER).then(SelfInspected, grade=GENERAL).at(Stage.SELF_INSPECTED)


def test_given_a_report_when_no_grade_is_named_then_refused_to_all_but_a_record() -> None:
    without = SelfInspect(cause=WORN)
    given(reported()).when(without, by=OFFICER).refused(rules.GRADE_NAMED, "grade")
    told = given(reported()).when(without, by=IMPORTER).then(SelfInspected, grade=None, cause=WORN)
    assert told.at(Stage.SELF_INSPECTED).hazard.grade is None


def test_given_a_major_hazard_reopened_when_a_record_names_no_grade_then_it_stays_major() -> None:
    past = [*road(Stage.CLOSED, MAJOR), did(REPORTER, Reopen(reason=text("it leaks again")))]
    assert given(past).when(SelfInspect(), by=IMPORTER).then(SelfInspected).hazard.major


@pytest.mark.parametrize("role", [Role.ENTERPRISE_OFFICER, Role.IMPORTER])
def test_given_a_major_hazard_reopened_when_graded_general_then_refused(role: Role) -> None:
    past = [*road(Stage.CLOSED, MAJOR), did(REPORTER, Reopen(reason=text("it leaks again")))]
    lower = SelfInspect(grade=GENERAL, cause=WORN)
    given(past).when(lower, by=ACTORS[role]).refused(rules.GRADE_STAYS, "grade")
    given(past).when(SelfInspect(grade=MAJOR, cause=WORN), by=ACTORS[role]).then(SelfInspected, grade=MAJOR, cause=WORN)


@pytest.mark.parametrize("past", [[reported()], [reported(), inspected(GENERAL)]], ids=["reported", "general"])
def test_given_no_major_hazard_when_dismissed_then_a_reason_is_enough(past: Past) -> None:
    why = text("the smell is paint")
    given(*past).when(Dismiss(reason=why), by=OFFICER).then(Dismissed, reason=why).at(Stage.DISMISSED)


MAJOR_ONES = {
    "graded": [reported(), inspected(MAJOR)],
    "reported": [reported(reported_as=MAJOR)],
    "reported, then graded lower": [reported(reported_as=MAJOR), inspected(GENERAL)],
    "of an earlier round": [*road(Stage.CLOSED, MAJOR), did(REPORTER, Reopen(reason=text("again")))],
}


@pytest.mark.parametrize("past", MAJOR_ONES.values(), ids=MAJOR_ONES)
def test_given_graded_or_reported_as_major_when_dismissed_then_only_with_consent(past: Past) -> None:
    why = text("the smell is paint")
    given(*past).when(Dismiss(reason=why), by=OFFICER).refused(rules.CONSENT, "consent")
    given(*past).when(Dismiss(reason=why, consent=CONSENT), by=OFFICER).then(Dismissed, reason=why, consent=CONSENT).at(
        Stage.DISMISSED
    )


def test_given_a_report_when_dismissed_as_a_duplicate_then_of_another() -> None:
    why, other = text("reported twice"), id_of("another hazard")
    given(reported()).when(Dismiss(reason=why, duplicate_of=other), by=OFFICER).then(
        Dismissed, reason=why, duplicate_of=other
    )
    itself = Dismiss(reason=why, duplicate_of=id_of("stream"))
    given(reported()).when(itself, by=OFFICER).refused(rules.OWN_DUPLICATE, "duplicate_of")
