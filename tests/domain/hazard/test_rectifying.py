"""The enterprise plans, works step by step, and declares the hazard rectified."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.actors import Role
from domain.hazard import rules
from domain.hazard.rectifying import (
    DeadlineExtended,
    Extend,
    Plan,
    RecordStep,
    RectificationPlanned,
    RectificationStepRecorded,
    Rectified,
    Rectify,
)
from domain.hazard.words import Grade, Stage
from tests.domain.given import ACTORS, NOW, did, given
from tests.domain.hazard.roads import (
    CONSENT,
    DEADLINE,
    GENERAL,
    MAJOR,
    PHOTO,
    SIX_ITEMS,
    Said,
    inspected,
    reported,
    road,
    text,
)

OFFICER, IMPORTER = ACTORS[Role.ENTERPRISE_OFFICER], ACTORS[Role.IMPORTER]
LATER = date(2026, 5, 31)
why = text("the part is late")


@pytest.mark.parametrize("role", [Role.ENTERPRISE_OFFICER, Role.MAIN_RESPONSIBLE_PERSON])
def test_given_a_major_hazard_when_planned_with_six_items_then_rectifying(role: Role) -> None:
    outcome = given(road(Stage.SELF_INSPECTED, MAJOR)).when(Plan(deadline=DEADLINE, **SIX_ITEMS), by=ACTORS[role])
    outcome.then(RectificationPlanned, deadline=DEADLINE, **SIX_ITEMS).at(Stage.RECTIFYING)
    assert (outcome.hazard.deadline, outcome.hazard.planned_at_version) == (DEADLINE, 3)


@pytest.mark.parametrize("missing", SIX_ITEMS)
def test_given_a_major_hazard_when_an_item_is_missing_then_refused_by_its_name(missing: str) -> None:
    five = {name: item for name, item in SIX_ITEMS.items() if name != missing}
    plan = Plan(deadline=DEADLINE, **five)
    given(road(Stage.SELF_INSPECTED, MAJOR)).when(plan, by=OFFICER).refused(rules.SIX_ITEMS, missing)
    given(road(Stage.SELF_INSPECTED, MAJOR)).when(plan, by=IMPORTER).then(
        RectificationPlanned, deadline=DEADLINE, **five
    )


def test_given_a_general_hazard_when_planned_then_a_deadline_is_enough() -> None:
    given(road(Stage.SELF_INSPECTED)).when(Plan(deadline=DEADLINE), by=OFFICER).then(
        RectificationPlanned, deadline=DEADLINE
    ).at(Stage.RECTIFYING)


@pytest.mark.parametrize("grade", list(Grade))
@pytest.mark.parametrize("role", [Role.ENTERPRISE_OFFICER, Role.IMPORTER])
def test_given_no_plan_when_planned_without_a_deadline_then_refused(grade: Grade, role: Role) -> None:
    past = road(Stage.SELF_INSPECTED, grade)
    given(past).when(Plan(**SIX_ITEMS), by=ACTORS[role]).refused(rules.DEADLINE_NEEDED, "deadline")


def test_given_a_deadline_when_it_lies_before_the_day_it_is_said_to_occur_then_refused() -> None:
    yesterday, past = NOW.date() - timedelta(days=1), [reported(occurred_at=NOW - timedelta(days=1))]
    inspection = inspected(occurred_at=NOW - timedelta(days=1))
    given(past, inspection).when(Plan(deadline=yesterday), by=OFFICER).refused(rules.DEADLINE_PAST, "deadline")
    given(past, inspection).when(Plan(deadline=NOW.date()), by=OFFICER).then(RectificationPlanned, deadline=NOW.date())
    then = NOW - timedelta(days=1)
    given(past, inspection).when(Plan(deadline=yesterday, occurred_at=then), by=OFFICER).then(
        RectificationPlanned, deadline=yesterday
    )


def test_given_a_record_when_its_deadline_lies_before_the_day_it_was_set_then_so_it_says() -> None:
    long_ago = date(2020, 1, 1)
    given(road(Stage.SELF_INSPECTED)).when(Plan(deadline=long_ago), by=IMPORTER).then(
        RectificationPlanned, deadline=long_ago
    )
    past = [*road(Stage.SELF_INSPECTED), did(IMPORTER, Plan(deadline=long_ago))]
    a_day_later = Extend(new_deadline=long_ago + timedelta(days=1), reason=why)
    given(past).when(a_day_later, by=IMPORTER).then(
        DeadlineExtended, new_deadline=a_day_later.new_deadline, old_deadline=long_ago, reason=why
    )
    given(past).when(a_day_later, by=OFFICER).refused(rules.DEADLINE_PAST, "new_deadline")


def test_given_a_plan_when_planned_anew_then_the_deadline_stays() -> None:
    again = Plan(**SIX_ITEMS)
    given(road(Stage.RECTIFYING, MAJOR)).when(again, by=OFFICER).then(
        RectificationPlanned, deadline=DEADLINE, **SIX_ITEMS
    ).at(Stage.RECTIFYING)
    moved = Plan(deadline=LATER, **SIX_ITEMS)
    given(road(Stage.RECTIFYING, MAJOR)).when(moved, by=OFFICER).refused(rules.DEADLINE_STAYS, "deadline")


def test_given_a_deadline_that_has_passed_when_planned_anew_then_it_stays_and_stays_late() -> None:
    late = NOW + timedelta(days=90)
    given(road(Stage.RECTIFYING)).when(Plan(deadline=DEADLINE), by=OFFICER, at=late).then(
        RectificationPlanned, deadline=DEADLINE
    )


def test_given_a_general_hazard_when_extended_then_the_event_holds_both_days() -> None:
    outcome = given(road(Stage.RECTIFYING)).when(Extend(new_deadline=LATER, reason=why), by=OFFICER)
    outcome.then(DeadlineExtended, new_deadline=LATER, old_deadline=DEADLINE, reason=why).at(Stage.RECTIFYING)
    assert outcome.hazard.deadline == LATER


def test_given_a_major_hazard_when_extended_then_only_with_consent() -> None:
    past = road(Stage.RECTIFYING, MAJOR)
    given(past).when(Extend(new_deadline=LATER, reason=why), by=OFFICER).refused(rules.CONSENT, "consent")
    given(past).when(Extend(new_deadline=LATER, reason=why, consent=CONSENT), by=OFFICER).then(
        DeadlineExtended, new_deadline=LATER, old_deadline=DEADLINE, reason=why, consent=CONSENT
    )


@pytest.mark.parametrize("day", [DEADLINE, DEADLINE - timedelta(days=1)])
def test_given_a_deadline_when_extended_to_no_later_day_then_refused(day: date) -> None:
    given(road(Stage.RECTIFYING)).when(Extend(new_deadline=day, reason=why), by=OFFICER).refused(
        rules.LATER, "new_deadline"
    )


def test_given_a_deadline_long_past_when_extended_to_a_past_day_then_refused() -> None:
    extend = Extend(new_deadline=LATER, reason=why)
    given(road(Stage.RECTIFYING)).when(extend, by=OFFICER, at=NOW + timedelta(days=120)).refused(
        rules.DEADLINE_PAST, "new_deadline"
    )


@pytest.mark.parametrize("shown", [{"note": text("valve replaced")}, {"evidence": (PHOTO,)}], ids=["note", "evidence"])
def test_given_a_plan_when_a_step_is_recorded_then_note_or_evidence_shows_it(shown: Said) -> None:
    said = shown | {"measure": text("new valve"), "cost": Decimal("812.50")}
    given(road(Stage.RECTIFYING)).when(RecordStep(**said), by=OFFICER).then(RectificationStepRecorded, **said).at(
        Stage.RECTIFYING
    )


@pytest.mark.parametrize("role", [Role.ENTERPRISE_OFFICER, Role.IMPORTER])
def test_given_a_plan_when_a_step_shows_nothing_then_refused(role: Role) -> None:
    step = RecordStep(measure=text("new valve"), cost=Decimal(3))
    given(road(Stage.RECTIFYING)).when(step, by=ACTORS[role]).refused(rules.NOTE_OR_EVIDENCE, "note")


@pytest.mark.parametrize("grade", list(Grade))
def test_given_a_plan_when_rectified_then_evidence_shows_it(grade: Grade) -> None:
    shown: Said = {"evidence": (PHOTO,), "note": text("done")}
    past = road(Stage.RECTIFYING, grade)
    given(past).when(Rectify(**shown), by=OFFICER).then(Rectified, **shown).at(Stage.RECTIFIED)
    given(past).when(Rectify(), by=OFFICER).refused(rules.RECTIFIED_EVIDENCE, "evidence")
    given(past).when(Rectify(), by=IMPORTER).then(Rectified).at(Stage.RECTIFIED)


def test_given_a_general_hazard_without_a_plan_when_rectified_then_only_on_the_spot() -> None:
    shown: Said = {"evidence": (PHOTO,)}
    past = road(Stage.SELF_INSPECTED)
    given(past).when(Rectify(**shown, on_the_spot=True), by=OFFICER).then(Rectified, **shown, on_the_spot=True)
    given(past).when(Rectify(**shown), by=OFFICER).refused(rules.ON_THE_SPOT, "on_the_spot")


@pytest.mark.parametrize(("stage", "grade"), [(Stage.SELF_INSPECTED, MAJOR), (Stage.RECTIFYING, GENERAL)])
def test_given_a_major_hazard_or_a_plan_when_rectified_on_the_spot_then_refused(stage: Stage, grade: Grade) -> None:
    spot = Rectify(evidence=(PHOTO,), on_the_spot=True)
    given(road(stage, grade)).when(spot, by=OFFICER).refused(rules.ON_THE_SPOT, "on_the_spot")
