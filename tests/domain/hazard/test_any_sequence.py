"""Whatever anyone does in whatever order: no major hazard is closed out before both finals are acknowledged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from datetime import date
from random import Random

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from domain.actors import OF_AN_ENTERPRISE, Actor, Role
from domain.event import DomainEvent
from domain.hazard.closing import ClosedOut, CloseOut, Reopen
from domain.hazard.dual_reporting import Acknowledge
from domain.hazard.grading import Regrade
from domain.hazard.hazard import Hazard
from domain.hazard.inspecting import SelfInspect
from domain.hazard.moves import Move
from domain.hazard.rectifying import Plan, Rectify
from domain.hazard.reinspecting import ApproveResumption, Reinspect
from domain.hazard.reporting import Transfer
from domain.hazard.words import Grade, Recipient, ReportStage, Result, Stage
from domain.refusals import Refusal
from tests.domain.given import ACTORS, KUNSHAN, OURS, THEIRS, book, did, id_of, somebody, state
from tests.domain.hazard import oracle
from tests.domain.hazard.roads import (
    FAIL,
    FINAL,
    GENERAL,
    MAJOR,
    NOTICE,
    PASS,
    PHOTO,
    RECTIFIER,
    REPORTER,
    SIX_ITEMS,
    report_to,
    reported,
    text,
)
from tests.domain.hazard.table import ROWS

why = text("for a reason")
PEOPLE = [
    *ACTORS.values(),
    REPORTER,
    RECTIFIER,
    *(somebody(role, f"their {role}", THEIRS) for role in sorted(OF_AN_ENTERPRISE)),
]
FORWARD: list[Move] = [
    SelfInspect(grade=MAJOR, cause=why, suspended=True),
    SelfInspect(grade=MAJOR, cause=why),
    Plan(deadline=date(2026, 4, 30), **SIX_ITEMS),
    Rectify(evidence=(PHOTO,)),
    Reinspect(result=Result.PASSED),
    PASS,
    NOTICE,
    *(report_to(recipient, FINAL) for recipient in Recipient),
    *(Acknowledge(recipient=recipient, stage=FINAL, evidence=(PHOTO,)) for recipient in Recipient),
    ApproveResumption(evidence=(PHOTO,)),
    CloseOut(),
    Reopen(reason=why),
]
ASIDE: list[Move] = [
    *(row.move for row in ROWS),
    *(report_to(recipient, kind) for recipient in Recipient for kind in ReportStage),
    *(Acknowledge(recipient=recipient, stage=kind) for recipient in Recipient for kind in ReportStage),
    *(Regrade(grade=grade, reasons=why) for grade in Grade),
    SelfInspect(grade=GENERAL),
    SelfInspect(),
    Transfer(enterprise_uscc=OURS, reason=why),
    FAIL,
]
RULES = book(KUNSHAN)
SORTS, ASIDES = 20, 3


def pick(choice: int, moves: Iterable[Move], hazard: Hazard) -> tuple[Actor, Move]:
    """A move that may be made from here, and somebody of a role that may make it."""
    possible = [move for move in moves if hazard.stage in move.stages]
    move = possible[choice % len(possible)]
    theirs = (None, hazard.enterprise_uscc)
    people = [actor for actor in PEOPLE if actor.role in move.roles and actor.enterprise in theirs]
    return people[choice // len(possible) % len(people)], move


class Walk:
    """A hazard to which anything may be done; each step is judged by the oracle."""

    def __init__(self) -> None:
        report = reported()
        hazard = report.on(None, RULES)
        assert isinstance(hazard, Hazard)
        self.hazard, self.seen = hazard, Counter[str]()

    @property
    def events(self) -> list[DomainEvent]:
        return [event for event in self.hazard.pending_events if isinstance(event, DomainEvent)]

    def step(self, choice: int, sort: int) -> None:
        """Mostly forward, sometimes aside, now and then whatever by whomever."""
        if sort:
            actor, move = pick(choice, FORWARD if sort > ASIDES else ASIDE, self.hazard)
        else:
            actor, move = PEOPLE[choice % len(PEOPLE)], ASIDE[choice // len(PEOPLE) % len(ASIDE)]
        before, written = deepcopy(state(self.hazard)), len(self.events)
        try:
            did(actor, move).on(self.hazard, RULES)
        except Refusal:
            assert (state(self.hazard), len(self.events)) == (before, written), "refused, and yet something changed"
            self.seen["refused"] += 1
            return
        assert len(self.events) == written + 1
        self.judge(actor)

    def judge(self, actor: Actor) -> None:
        hazard, events = self.hazard, self.events
        oracle.sound(events)
        assert hazard.stage is oracle.stage(events)
        assert hazard.grade is oracle.grade(events)
        assert hazard.acknowledged == oracle.receipts(events)
        assert hazard.suspended == oracle.suspended(events)
        assert (hazard.stage is Stage.DUAL_REPORTED) <= (hazard.major and oracle.both_finals(events))
        assert hazard.round == 1 + sum(type(event).name == "hazard.reopened.v1" for event in events)
        assert hazard.version == len(events)
        if actor.role in OF_AN_ENTERPRISE and actor.id != hazard.reporter:
            assert actor.enterprise == hazard.enterprise_uscc, "somebody of another enterprise did it"
        if isinstance(events[-1], ClosedOut):
            self.seen[f"closed out, {oracle.grade(events)}, round {min(hazard.round, 2)}"] += 1

    def end(self) -> None:
        assert state(Hazard.fold(self.events)) == state(self.hazard)


steps = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, SORTS - 1)), min_size=30, max_size=90)


# A walk is told as a whole when it fails: to shorten one takes minutes.
WHOLE = [Phase.explicit, Phase.reuse, Phase.generate]


@settings(max_examples=200, deadline=None, phases=WHOLE, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_given_any_sequence_of_moves_by_anyone_then_the_promises_hold(taken: list[tuple[int, int]]) -> None:
    walk = Walk()
    try:
        for choice, sort in taken:
            walk.step(choice, sort)
        walk.end()
    finally:
        note("\n".join(f"{event.by.role}: {event.name}" for event in walk.events))


def test_given_long_walks_then_they_come_by_everything_that_matters() -> None:
    chance, seen = Random(320583), Counter[str]()
    for _ in range(80):
        walk = Walk()
        for _ in range(100):
            walk.step(chance.randrange(10**6), chance.randrange(SORTS))
        walk.end()
        seen += walk.seen
    for met in ("refused", "closed out, major, round 1", "closed out, major, round 2", "closed out, general, round 2"):
        assert seen[met], f"the walks never met: {met} (they met {dict(seen)})"


def test_given_the_walkers_then_every_role_is_among_them() -> None:
    assert {actor.role for actor in PEOPLE} == set(Role)
    assert id_of(Role.WORKER) in {actor.id for actor in PEOPLE}
