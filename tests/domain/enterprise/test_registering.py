"""An enterprise comes under supervision, under a valid code, by whoever may register it."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.actors import OF_AN_ENTERPRISE, Role
from domain.command import NOT_AHEAD
from domain.enterprise.enterprise import PLACEHOLDER, Enterprise, EnterpriseRegistered, Register
from domain.hazard.rules import OF_ANOTHER_ENTERPRISE, ROLE
from domain.refusals import NotAllowed
from domain.uscc import placeholder
from tests.domain.given import ACTORS, NOW, OURS, THEIRS, given, somebody, state

NAME = "昆山示例精密机械有限公司"
REGISTER = Register(uscc=OURS, enterprise_name=NAME)
MAY = {
    Role.ENTERPRISE_OFFICER,
    Role.MAIN_RESPONSIBLE_PERSON,
    Role.UNION_INSPECTOR,
    Role.HIGHER_UNION,
    Role.REGULATOR,
    Role.ADMINISTRATOR,
    Role.IMPORTER,
}
EVERYTHING: dict[str, Any] = {
    "uscc": OURS,
    "enterprise_name": NAME,
    "industry_code": "3484",
    "three_in_one": True,
    "crowded": True,
    "union_organisation": "玉山镇总工会",
}


@pytest.mark.parametrize("role", sorted(MAY))
def test_given_nothing_when_registered_then_it_is_under_supervision(role: Role) -> None:
    given().when(REGISTER, by=ACTORS[role]).then(EnterpriseRegistered, uscc=OURS, enterprise_name=NAME)


@pytest.mark.parametrize("role", sorted(set(Role) - MAY))
def test_given_nothing_when_somebody_else_registers_it_then_refused(role: Role) -> None:
    given().when(REGISTER, by=ACTORS[role]).refused(ROLE, as_=NotAllowed)


def test_given_nothing_when_all_is_said_then_all_of_it_is_known() -> None:
    outcome = given().when(Register(**EVERYTHING), by=ACTORS[Role.REGULATOR]).then(EnterpriseRegistered, **EVERYTHING)
    assert EVERYTHING.items() <= state(outcome.aggregate).items()


@pytest.mark.parametrize("role", sorted(MAY & OF_AN_ENTERPRISE))
@pytest.mark.parametrize("enterprise", [THEIRS, None])
def test_given_nothing_when_people_of_another_enterprise_or_of_none_register_it_then_refused(
    enterprise: str | None, role: Role
) -> None:
    given().when(REGISTER, by=somebody(role, enterprise=enterprise)).refused(OF_ANOTHER_ENTERPRISE, "uscc", NotAllowed)


@pytest.mark.parametrize("role", sorted(MAY))
def test_given_a_record_without_a_code_when_registered_then_only_an_import_uses_a_placeholder(role: Role) -> None:
    unnamed = placeholder("building 17")
    outcome = given().when(Register(uscc=unnamed, enterprise_name="building 17"), by=somebody(role, enterprise=unnamed))
    if role is Role.IMPORTER:
        outcome.then(EnterpriseRegistered, uscc=unnamed, enterprise_name="building 17")
    else:
        outcome.refused(PLACEHOLDER, "uscc")


def test_given_nothing_when_registered_ahead_of_time_then_refused() -> None:
    later = REGISTER.model_copy(update={"occurred_at": NOW + timedelta(minutes=6)})
    given().when(later, by=ACTORS[Role.REGULATOR]).refused(NOT_AHEAD, "occurred_at")


WRONG = {
    "uscc": [OURS[:-1], OURS[:-1] + "?", OURS + "0", "P-XYZ", ""],
    "enterprise_name": ["", "  ", "a\nb", "x" * 201],
    "industry_code": ["Z", "c", "348444", "3", "C34", ""],
    "union_organisation": [""],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field in WRONG for value in WRONG[field]])
def test_given_a_field_that_can_not_be_when_said_then_it_is_named(field: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Register(**(EVERYTHING | {field: value}))
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


@pytest.mark.parametrize("code", ["C", "34", "348", "3484"])
def test_given_a_code_of_the_standard_when_said_then_taken(code: str) -> None:
    given().when(Register(uscc=OURS, enterprise_name=NAME, industry_code=code), by=ACTORS[Role.REGULATOR]).then(
        EnterpriseRegistered, uscc=OURS, enterprise_name=NAME, industry_code=code
    )


def test_given_an_enterprise_then_its_people_and_whoever_acts_for_none_see_it() -> None:
    enterprise = given().when(REGISTER, by=ACTORS[Role.REGULATOR]).aggregate
    assert isinstance(enterprise, Enterprise)
    for role in Role:
        assert enterprise.visible_to(ACTORS[role])
    for role in OF_AN_ENTERPRISE:
        assert not enterprise.visible_to(somebody(role, enterprise=THEIRS))
        assert not enterprise.visible_to(somebody(role, enterprise=None))
