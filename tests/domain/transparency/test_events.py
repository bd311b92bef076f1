"""What is stored of a witness and of a discontinuity, for ever."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.actors import Actor, Role
from domain.catalogue import CATALOGUE
from domain.event import Act
from domain.refusals import NotAllowed, RuleBroken
from domain.transparency import discontinuity, witness
from domain.transparency.discontinuity import AcknowledgeDiscontinuity, Discontinuities, DiscontinuityAcknowledged
from domain.transparency.witness import RegisterWitness, WitnessRegistered
from tests.domain.given import KUNSHAN, NOW, book

KEY = "congress.example/w1+00112233+" + "A" * 44


def act(role: Role, occurred_at: datetime = NOW) -> Act:
    return Act(Actor(UUID(int=1), role), NOW, occurred_at, UUID(int=2), book(KUNSHAN))


def acknowledged(role: Role = Role.ADMINISTRATOR, **said: object) -> Discontinuities:
    found: Discontinuities = Discontinuities.begin(discontinuity.stream_of(KUNSHAN), NOW)
    AcknowledgeDiscontinuity.model_validate({"reason": "恢复了备份", **said}).decide(found, act(role))
    return found


def test_the_names_are_for_ever() -> None:
    assert (WitnessRegistered.name, DiscontinuityAcknowledged.name) == (
        "witness.registered.v1",
        "log.discontinuity_acknowledged.v1",
    )
    assert {WitnessRegistered.name, DiscontinuityAcknowledged.name} <= CATALOGUE.schemas().keys()


def test_the_streams_are_for_ever() -> None:
    assert str(discontinuity.stream_of("320583")) == "0673e300-b1ad-55ec-ab19-fcf9af2ec8e9"
    assert str(witness.stream_of("320583", "congress.example/w1")) == "0e486b09-2a49-5e88-b3f5-f1d19c037806"


@pytest.mark.parametrize("role", [Role.REGULATOR, Role.WORKERS_CONGRESS])
def test_a_recipient_registers_the_key_it_cosigns_with(role: Role) -> None:
    registered = RegisterWitness(verifier_key=KEY).open(UUID(int=3), act(role))

    (event,) = registered.collect_events()
    assert isinstance(event, WitnessRegistered)
    assert (event.verifier_key, event.by.role) == (KEY, role)
    assert (registered.verifier_key, registered.actor_id) == (KEY, UUID(int=1))


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.REGULATOR, Role.WORKERS_CONGRESS}))
def test_nobody_else_does(role: Role) -> None:
    with pytest.raises(NotAllowed):
        RegisterWitness(verifier_key=KEY).open(UUID(int=3), act(role))


def test_a_claimed_time_lies_not_ahead() -> None:
    with pytest.raises(RuleBroken):
        RegisterWitness(verifier_key=KEY).open(UUID(int=3), act(Role.REGULATOR, datetime(2999, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize("wrong", ["", "a+b", KEY[:-1], KEY + "A", KEY.replace("+", " "), KEY.replace("00112233", "0")])
def test_what_looks_like_no_key_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        RegisterWitness(verifier_key=wrong)


def test_an_administrator_answers_for_a_discontinuity() -> None:
    found = acknowledged(lost_size=7, lost_root="ab" * 32)

    assert found.lost == {(7, "ab" * 32)}
    assert found.last is not None
    assert found.last.reason.value == "恢复了备份"
    assert acknowledged().lost == set()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_nobody_else_answers_for_one(role: Role) -> None:
    with pytest.raises(NotAllowed):
        acknowledged(role)
