"""What is known of an enterprise changes, and one day it closes."""

from datetime import timedelta
from typing import Any

import pytest

from domain.actors import OF_AN_ENTERPRISE, Role
from domain.command import NOT_AHEAD, NOT_BEFORE
from domain.enterprise.enterprise import (
    CLOSED,
    NOTHING_CHANGES,
    Change,
    Close,
    EnterpriseChanged,
    EnterpriseClosed,
    EnterpriseCommand,
    Register,
)
from domain.hazard.rules import OF_ANOTHER_ENTERPRISE, ROLE
from domain.refusals import NotAllowed, WrongStage
from tests.domain.given import ACTORS, NOW, OURS, THEIRS, did, given, somebody, state

INSPECTOR, OFFICER = ACTORS[Role.UNION_INSPECTOR], ACTORS[Role.ENTERPRISE_OFFICER]
REGISTERED = did(INSPECTOR, Register(uscc=OURS, enterprise_name="一号厂", industry_code="34", three_in_one=True))
CROWDED = Change(crowded=True)
REGISTRARS = {Role.UNION_INSPECTOR, Role.HIGHER_UNION, Role.REGULATOR, Role.ADMINISTRATOR}
MAY_CHANGE = REGISTRARS | {Role.ENTERPRISE_OFFICER, Role.MAIN_RESPONSIBLE_PERSON}


@pytest.mark.parametrize("role", sorted(MAY_CHANGE))
def test_given_an_enterprise_when_changed_then_so_it_is(role: Role) -> None:
    given(REGISTERED).when(CROWDED, by=ACTORS[role]).then(EnterpriseChanged, crowded=True)


@pytest.mark.parametrize("role", sorted(set(Role) - MAY_CHANGE))
def test_given_an_enterprise_when_somebody_else_changes_it_then_refused(role: Role) -> None:
    given(REGISTERED).when(CROWDED, by=ACTORS[role]).refused(ROLE, as_=NotAllowed)


@pytest.mark.parametrize(
    "said",
    [
        {"enterprise_name": "二号厂"},
        {"industry_code": "3484"},
        {"three_in_one": False},
        {"crowded": True},
        {"union_organisation": "玉山镇总工会"},
        {"enterprise_name": "二号厂", "three_in_one": False},
    ],
    ids=str,
)
def test_given_an_enterprise_when_some_of_it_changes_then_the_rest_stays(said: dict[str, Any]) -> None:
    before = state(given(REGISTERED).when(Change(), by=OFFICER).aggregate)
    outcome = given(REGISTERED).when(Change(**said), by=OFFICER).then(EnterpriseChanged, **said)
    after = state(outcome.aggregate)
    assert {name: value for name, value in after.items() if value != before[name]} == said | {"_version": 2}


def test_given_an_enterprise_when_a_change_says_nothing_then_refused() -> None:
    given(REGISTERED).when(Change(), by=OFFICER).refused(NOTHING_CHANGES)


@pytest.mark.parametrize("role", sorted(REGISTRARS))
def test_given_an_enterprise_when_closed_then_it_is(role: Role) -> None:
    given(REGISTERED).when(Close(), by=ACTORS[role]).then(EnterpriseClosed)


@pytest.mark.parametrize("role", sorted(set(Role) - REGISTRARS))
def test_given_an_enterprise_when_somebody_else_closes_it_then_refused(role: Role) -> None:
    given(REGISTERED).when(Close(), by=ACTORS[role]).refused(ROLE, as_=NotAllowed)


@pytest.mark.parametrize("command", [CROWDED, Close()], ids=["changed", "closed"])
def test_given_a_closed_enterprise_when_changed_or_closed_then_refused(command: EnterpriseCommand) -> None:
    given(REGISTERED, did(INSPECTOR, Close())).when(command, by=INSPECTOR).refused(CLOSED, as_=WrongStage)


@pytest.mark.parametrize("role", sorted(MAY_CHANGE & OF_AN_ENTERPRISE))
@pytest.mark.parametrize("enterprise", [THEIRS, None])
def test_given_an_enterprise_when_people_of_another_or_of_none_change_it_then_refused(
    enterprise: str | None, role: Role
) -> None:
    given(REGISTERED).when(CROWDED, by=somebody(role, enterprise=enterprise)).refused(
        OF_ANOTHER_ENTERPRISE, as_=NotAllowed
    )


@pytest.mark.parametrize("command", [CROWDED, Close()], ids=["changed", "closed"])
def test_given_an_enterprise_when_it_is_said_to_happen_before_the_last_or_far_ahead_then_refused(
    command: EnterpriseCommand,
) -> None:
    early = command.model_copy(update={"occurred_at": NOW - timedelta(microseconds=1)})
    late = command.model_copy(update={"occurred_at": NOW + timedelta(minutes=5, microseconds=1)})
    given(REGISTERED).when(early, by=INSPECTOR).refused(NOT_BEFORE, "occurred_at")
    given(REGISTERED).when(late, by=INSPECTOR).refused(NOT_AHEAD, "occurred_at")
