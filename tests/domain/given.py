"""Given what has happened, when this is done, then that event, or that refusal.

Real moves on real aggregates under the shipped rules; only the time and the ids are made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Self
from uuid import NAMESPACE_OID, UUID, uuid5
from zoneinfo import ZoneInfo

from domain.actors import OF_AN_ENTERPRISE, Actor, Role
from domain.command import Command
from domain.enterprise.enterprise import Enterprise, EnterpriseCommand, Register
from domain.event import Act, DomainEvent
from domain.hazard.hazard import Hazard, HazardEvent
from domain.hazard.moves import Move
from domain.hazard.reporting import Report
from domain.hazard.words import Stage
from domain.refusals import Refusal, Rule, RuleBroken
from domain.rules.duties import Duty
from domain.rules.rulebook import Rulebook
from domain.uscc import check_digit
from infrastructure.rules.loader import rulebook

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
"""A Monday; the next holiday is 清明, on 4 April."""

KUNSHAN, XIAN = "320583", "610102"

OURS = "91320583MA1XTX001" + check_digit("91320583MA1XTX001")
THEIRS = "91320583MA1XTX002" + check_digit("91320583MA1XTX002")


@cache
def book(area: str) -> Rulebook:
    """The rules shipped, as they reach an area."""
    return rulebook(area, "Asia/Shanghai")


def id_of(name: str) -> UUID:
    return uuid5(NAMESPACE_OID, name)


def somebody(role: Role, name: str | None = None, enterprise: str | None = OURS) -> Actor:
    return Actor(id_of(name or role), role, enterprise if role in OF_AN_ENTERPRISE else None)


ACTORS = {role: somebody(role) for role in Role}


@dataclass(frozen=True)
class Did:
    """Somebody's command, and what time it was then."""

    by: Actor
    command: Command
    at: datetime = NOW

    def act(self, rules: Rulebook) -> Act:
        return Act(self.by, self.at, self.command.occurred_at or self.at, id_of("correlation"), rules)

    def on(self, aggregate: Hazard | Enterprise | None, rules: Rulebook) -> Hazard | Enterprise:
        act = self.act(rules)
        match aggregate, self.command:
            case _, Report() | Register() as opening:
                return opening.open(id_of("stream"), act)
            case Hazard() as hazard, Move() as move:
                hazard.carry_out(move, act)
                return hazard
            case Enterprise() as enterprise, EnterpriseCommand() as command:
                enterprise.carry_out(command, act)
                return enterprise
        raise AssertionError(f"{type(self.command).__name__} is not for {type(aggregate).__name__}")


did = Did


@dataclass(frozen=True)
class Outcome:
    """What a command led to: the events that are pending now, or the refusal."""

    done: Did
    act: Act
    aggregate: Hazard | Enterprise | None
    past: Sequence[DomainEvent]
    events: Sequence[DomainEvent]
    refusal: Refusal | None

    @property
    def hazard(self) -> Hazard:
        assert isinstance(self.aggregate, Hazard)
        return self.aggregate

    def then(self, kind: type[DomainEvent], **said: Any) -> Self:
        """Exactly this one event, saying exactly this; its duties are looked at with `starts`."""
        assert self.refusal is None, f"refused: {self.refusal.rule.id} ({self.refusal})"
        (event,) = self.events
        if isinstance(event, HazardEvent):
            said = {"duties": event.duties} | said
        assert event == kind(
            originator_id=id_of("stream"),
            originator_version=len(self.past) + 1,
            by=self.done.by.by,
            occurred_at=self.act.occurred_at,
            correlation_id=self.act.correlation_id,
            causation_id=None,
            **said,
        )
        assert type(event) is kind
        assert self.aggregate is not None
        replayed = type(self.aggregate).fold([*self.past, *self.events])
        assert state(replayed) == state(self.aggregate), "replayed, the events lead elsewhere"
        return self

    def at(self, stage: Stage) -> Self:
        assert self.hazard.stage is stage
        return self

    def starts(self, *duties: Duty) -> Self:
        (event,) = self.events
        assert isinstance(event, HazardEvent)
        assert event.duties == duties
        return self

    def refused(self, rule: Rule, field: str | None = None, as_: type[Refusal] = RuleBroken) -> None:
        """Refused so, with aggregate and pending events as they were (`when` has seen to that)."""
        assert self.refusal is not None, f"not refused: {self.events}"
        assert (self.refusal.rule, self.refusal.field, type(self.refusal)) == (rule, field, as_)


def state(aggregate: object) -> dict[str, Any]:
    """Everything an aggregate holds but the events that wait to be written."""
    return {name: value for name, value in vars(aggregate).items() if name != "_pending_events"}


@dataclass(frozen=True)
class Story:
    """What has happened so far."""

    past: Sequence[Did]
    rules: Rulebook

    def when(self, command: Command, *, by: Actor, at: datetime | None = None) -> Outcome:
        """Do it, at the time of what happened last if none is given."""
        aggregate: Hazard | Enterprise | None = None
        for done in self.past:
            aggregate = done.on(aggregate, self.rules)
        done = Did(by, command, at or (self.past[-1].at if self.past else NOW))
        past = [event for event in aggregate.pending_events if isinstance(event, DomainEvent)] if aggregate else []
        before = deepcopy(vars(aggregate)) if aggregate else None
        try:
            aggregate = done.on(aggregate, self.rules)
        except Refusal as refusal:
            assert aggregate is None or vars(aggregate) == before, "refused, and yet something has changed"
            return Outcome(done, done.act(self.rules), aggregate, past, (), refusal)
        events = [event for event in aggregate.pending_events if isinstance(event, DomainEvent)]
        return Outcome(done, done.act(self.rules), aggregate, past, events[len(past) :], None)


def given(*past: Did | Sequence[Did], rules: Rulebook | None = None) -> Story:
    """A story of what was done, in this order; roads to a stage (tests/domain/hazard/roads.py) are taken in whole."""
    flat = [done for one in past for done in ([one] if isinstance(one, Did) else one)]
    return Story(flat, rules or book(KUNSHAN))
