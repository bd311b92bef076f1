"""People of an enterprise act for their own enterprise only; a hazard of none yet is theirs in no way."""

import pytest

from domain.actors import OF_AN_ENTERPRISE, Actor, Role
from domain.hazard import rules
from domain.hazard.closing import Reopen
from domain.hazard.reporting import Correct, CorrectableField, Report, Transfer
from domain.hazard.words import Channel, Stage
from domain.refusals import NotAllowed
from tests.domain.given import ACTORS, OURS, THEIRS, did, given, somebody
from tests.domain.hazard.roads import NOTICE, REPORTER, inspected, reported, road, text
from tests.domain.hazard.table import ROWS, Row

OF_THEIR_PEOPLE = [
    pytest.param(row, role, id=f"{row} {role}") for row in ROWS for role in sorted(row.roles & OF_AN_ENTERPRISE)
]
NOWHERE = {role: somebody(role, enterprise=None) for role in sorted(OF_AN_ENTERPRISE)}
OF_NONE_YET = reported(enterprise_uscc=None)
why = text("for a reason")


@pytest.mark.parametrize(("row", "role"), OF_THEIR_PEOPLE)
def test_given_a_hazard_when_people_of_another_enterprise_move_it_then_refused(row: Row, role: Role) -> None:
    other = somebody(role, enterprise=THEIRS)
    given(row.at(min(row.stages))).when(row.move, by=other).refused(rules.OF_ANOTHER_ENTERPRISE, as_=NotAllowed)


@pytest.mark.parametrize("enterprise", [OURS, THEIRS, None])
@pytest.mark.parametrize("row", [row for row in ROWS if Stage.REPORTED in row.stages], ids=str)
def test_given_a_hazard_of_no_enterprise_yet_when_people_of_any_or_of_none_move_it_then_refused(
    row: Row, enterprise: str | None
) -> None:
    for role in sorted(row.roles & OF_AN_ENTERPRISE):
        given(OF_NONE_YET).when(row.move, by=somebody(role, enterprise=enterprise)).refused(
            rules.OF_ANOTHER_ENTERPRISE, as_=NotAllowed
        )


@pytest.mark.parametrize("role", sorted(OF_AN_ENTERPRISE))
def test_given_a_hazard_then_their_own_people_its_reporter_and_whoever_has_no_enterprise_see_it(role: Role) -> None:
    hazard = given(reported()).when(NOTICE, by=ACTORS[Role.HIGHER_UNION]).hazard
    assert hazard.visible_to(ACTORS[role])
    assert not hazard.visible_to(somebody(role, enterprise=THEIRS))
    assert not hazard.visible_to(NOWHERE[role])
    assert hazard.visible_to(REPORTER)


@pytest.mark.parametrize("role", sorted(OF_AN_ENTERPRISE))
def test_given_a_hazard_of_no_enterprise_yet_then_of_an_enterprises_people_only_its_reporter_sees_it(
    role: Role,
) -> None:
    hazard = given(OF_NONE_YET).when(NOTICE, by=ACTORS[Role.HIGHER_UNION]).hazard
    assert not hazard.visible_to(ACTORS[role])
    assert not hazard.visible_to(NOWHERE[role])
    assert hazard.visible_to(REPORTER)


@pytest.mark.parametrize("role", sorted(set(Role) - OF_AN_ENTERPRISE))
def test_given_a_hazard_then_whoever_acts_for_no_enterprise_sees_it(role: Role) -> None:
    for past in (reported(), OF_NONE_YET):
        assert given(past).when(NOTICE, by=ACTORS[Role.HIGHER_UNION]).hazard.visible_to(ACTORS[role])


def test_given_it_went_to_another_enterprise_then_its_reporter_sees_it_and_may_reopen_it() -> None:
    to_them = did(ACTORS[Role.REGULATOR], Transfer(enterprise_uscc=THEIRS, reason=why))
    past = [*road(Stage.DISMISSED)[:1], to_them]
    hazard = given(past).when(NOTICE, by=ACTORS[Role.HIGHER_UNION]).hazard
    assert hazard.visible_to(REPORTER)
    assert not hazard.visible_to(ACTORS[Role.ENTERPRISE_OFFICER])
    theirs = somebody(Role.ENTERPRISE_OFFICER, enterprise=THEIRS)
    closed = [*past, *(did(theirs, one.command) for one in road(Stage.DISMISSED)[1:])]
    assert given(closed).when(Reopen(reason=why), by=REPORTER).refusal is None


def test_given_an_officer_reported_it_elsewhere_when_the_self_inspection_is_corrected_then_refused() -> None:
    officer = ACTORS[Role.ENTERPRISE_OFFICER]
    report = did(officer, Report(description=why, channel=Channel.SNAP))
    correction = Correct(field=CorrectableField.CAUSE, value=why, reason=why)
    given(report).when(correction, by=officer).refused(rules.WHO_DECIDES, "field", NotAllowed)
    nowhere = NOWHERE[Role.ENTERPRISE_OFFICER]
    given(did(nowhere, report.command)).when(correction, by=nowhere).refused(rules.WHO_DECIDES, "field", NotAllowed)


def test_given_an_inspector_when_acting_for_any_enterprise_then_it_does_not_matter_which() -> None:
    inspector = Actor(ACTORS[Role.UNION_INSPECTOR].id, Role.UNION_INSPECTOR, THEIRS)
    assert given(reported(), inspected()).when(NOTICE, by=inspector).refusal is None
