"""A hazard is reported by anyone, passed on, and corrected by who may decide the field."""

import pytest
from pydantic import ValidationError

from domain.actors import Actor, Role
from domain.hazard import rules
from domain.hazard.reporting import (
    Correct,
    CorrectableField,
    Corrected,
    Location,
    Report,
    Reported,
    Transfer,
    Transferred,
)
from domain.hazard.words import Category, Channel, Stage
from domain.refusals import NotAllowed
from tests.domain.given import ACTORS, OURS, THEIRS, did, given, somebody
from tests.domain.hazard.roads import MAJOR, PHOTO, REPORTER, Said, reported, road, text

OPEN_TO_ALL = set(Role) - {Role.SERVICE}
LEAK = text("gas cylinder leaks")


@pytest.mark.parametrize("role", sorted(OPEN_TO_ALL))
@pytest.mark.parametrize("channel", list(Channel))
def test_given_nothing_when_anyone_reports_by_any_channel_then_reported(role: Role, channel: Channel) -> None:
    outcome = given().when(Report(enterprise_uscc=OURS, description=LEAK, channel=channel), by=ACTORS[role])
    outcome.then(Reported, enterprise_uscc=OURS, description=LEAK, channel=channel).at(Stage.REPORTED)
    assert outcome.hazard.reporter == ACTORS[role].id
    assert outcome.hazard.round == 1


def test_given_nothing_when_everything_is_said_then_all_of_it_is_in_the_event() -> None:
    said: Said = {
        "enterprise_uscc": OURS,
        "description": LEAK,
        "place": text("hall 2"),
        "location": Location(latitude=31.38, longitude=120.98),
        "category": Category.UNSAFE_CONDITION,
        "channel": Channel.SNAP,
        "reported_as": MAJOR,
        "evidence": (PHOTO,),
    }
    given().when(Report(**said), by=REPORTER).then(Reported, **said)


def test_given_nothing_when_the_product_itself_reports_then_refused() -> None:
    report = Report(enterprise_uscc=OURS, description=LEAK, channel=Channel.SNAP)
    given().when(report, by=ACTORS[Role.SERVICE]).refused(rules.ROLE, as_=NotAllowed)


def test_given_nothing_when_only_a_photo_is_shown_then_reported() -> None:
    given().when(Report(channel=Channel.SNAP, evidence=(PHOTO,)), by=REPORTER).then(
        Reported, channel=Channel.SNAP, evidence=(PHOTO,)
    )


@pytest.mark.parametrize("role", [Role.WORKER, Role.REGULATOR, Role.IMPORTER])
def test_given_nothing_when_neither_text_nor_photo_then_refused(role: Role) -> None:
    given().when(Report(channel=Channel.SNAP), by=ACTORS[role]).refused(rules.TEXT_OR_PHOTO, "description")


def test_given_nothing_when_the_enterprise_is_yet_to_be_found_then_reported_and_nobody_has_a_duty() -> None:
    report = Report(description=LEAK, channel=Channel.HOTLINE, reported_as=MAJOR)
    given().when(report, by=REPORTER).then(
        Reported, description=LEAK, channel=Channel.HOTLINE, reported_as=MAJOR
    ).starts()


def test_given_people_of_one_enterprise_when_they_report_another_then_refused() -> None:
    report = Report(enterprise_uscc=THEIRS, description=LEAK, channel=Channel.SNAP)
    given().when(report, by=REPORTER).refused(rules.OF_ANOTHER_ENTERPRISE, "enterprise_uscc", NotAllowed)


@pytest.mark.parametrize("code", ["91320583MA1XTX0010", "913205830000000000", "P-123", ""])
def test_given_nothing_when_the_code_is_none_then_the_report_can_not_be_said(code: str) -> None:
    with pytest.raises(ValidationError, match="enterprise_uscc"):
        Report(enterprise_uscc=code, description=LEAK, channel=Channel.SNAP)


@pytest.mark.parametrize("role", [Role.UNION_INSPECTOR, Role.HIGHER_UNION, Role.REGULATOR])
@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.CLOSED, Stage.DISMISSED}))
def test_given_an_open_hazard_when_transferred_then_the_stage_is_unchanged(stage: Stage, role: Role) -> None:
    why = text("the tenant is responsible")
    outcome = given(road(stage, MAJOR)).when(Transfer(enterprise_uscc=THEIRS, reason=why), by=ACTORS[role])
    outcome.then(Transferred, enterprise_uscc=THEIRS, reason=why).at(stage)
    assert outcome.hazard.enterprise_uscc == THEIRS


def test_given_no_enterprise_when_transferred_then_it_has_one() -> None:
    why = text("found on the map")
    past = reported(enterprise_uscc=None)
    given(past).when(Transfer(enterprise_uscc=OURS, reason=why), by=ACTORS[Role.HIGHER_UNION]).then(
        Transferred, enterprise_uscc=OURS, reason=why
    )


def test_given_an_enterprise_when_transferred_to_the_same_then_refused() -> None:
    transfer = Transfer(enterprise_uscc=OURS, reason=text("again"))
    given(reported()).when(transfer, by=ACTORS[Role.REGULATOR]).refused(rules.SAME_ENTERPRISE, "enterprise_uscc")


def test_given_a_transfer_then_the_old_enterprise_may_nothing_and_its_reporter_may_still_correct() -> None:
    past = [reported(), did(ACTORS[Role.REGULATOR], Transfer(enterprise_uscc=THEIRS, reason=text("not theirs")))]
    theirs = somebody(Role.ENTERPRISE_OFFICER, enterprise=THEIRS)
    cause = correct(CorrectableField.CAUSE)
    given(past).when(cause, by=ACTORS[Role.ENTERPRISE_OFFICER]).refused(rules.OF_ANOTHER_ENTERPRISE, as_=NotAllowed)
    assert given(past).when(cause, by=theirs).refusal is None
    assert given(past).when(correct(CorrectableField.PLACE), by=REPORTER).refusal is None
    given(past).when(cause, by=REPORTER).refused(rules.WHO_DECIDES, "field", NotAllowed)


def correct(field: CorrectableField) -> Correct:
    return Correct(field=field, value=text("as it should read"), reason=text("mistyped"))


WHO = {
    CorrectableField.DESCRIPTION: [REPORTER, ACTORS[Role.UNION_INSPECTOR], ACTORS[Role.HIGHER_UNION]],
    CorrectableField.PLACE: [REPORTER, ACTORS[Role.UNION_INSPECTOR], ACTORS[Role.HIGHER_UNION]],
    CorrectableField.CAUSE: [ACTORS[Role.ENTERPRISE_OFFICER], ACTORS[Role.MAIN_RESPONSIBLE_PERSON]],
    CorrectableField.HARM: [ACTORS[Role.ENTERPRISE_OFFICER], ACTORS[Role.MAIN_RESPONSIBLE_PERSON]],
}


@pytest.mark.parametrize("field", list(CorrectableField))
@pytest.mark.parametrize("actor", [REPORTER, *ACTORS.values()], ids=["the reporter", *ACTORS])
def test_given_a_text_when_corrected_then_only_by_who_may_decide_it(field: CorrectableField, actor: Actor) -> None:
    outcome = given(road(Stage.SELF_INSPECTED)).when(correct(field), by=actor)
    if actor in WHO[field]:
        outcome.then(Corrected, field=field, value=text("as it should read"), reason=text("mistyped"))
        outcome.at(Stage.SELF_INSPECTED)
    else:
        assert isinstance(outcome.refusal, NotAllowed)
        assert outcome.refusal.rule in (rules.ROLE, rules.WHO_DECIDES)
