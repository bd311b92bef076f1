"""The same history under other rules: what would have been missed, what would not, and what stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.log import Recorded
from application.replaying.folding import Replay
from application.replaying.rejudging import RejudgedDuty, Verdict, by, rejudged
from domain.hazard.hazard import HazardEvent
from domain.hazard.words import Grade, Stage
from domain.rules.pack import POLICY_NOT_LAW, Origin, RulePack
from domain.rules.rulebook import Rulebook
from infrastructure.rules.calendar import ChineseCalendar
from infrastructure.rules.loader import load_packs
from tests.application.views.recorded import recorded, watched
from tests.domain.given import KUNSHAN, NOW, SHANGHAI, Did, book, did
from tests.domain.hazard.roads import RECTIFIER, inspected, reported, road

DAY = timedelta(days=1)
POLICY = next(pack for pack in load_packs() if pack.origin is Origin.OPERATOR_POLICY)


def policy(**days: int | None) -> Rulebook:
    """The shipped rules, the operator's numbers of days being these; None takes a rule away."""
    rules = [
        rule.model_copy(update={"due": rule.due.model_copy(update={"days": days.get(rule.id, rule.due.days)})})
        if rule.due
        else rule
        for rule in POLICY.rules
        if days.get(rule.id, 1) is not None
    ]
    other = RulePack.model_validate(POLICY.model_dump() | {"version": 9, "rules": [one.model_dump() for one in rules]})
    law = [pack for pack in load_packs() if pack.origin is not Origin.OPERATOR_POLICY]
    return Rulebook((*law, other), ChineseCalendar(), SHANGHAI, KUNSHAN)


def judged(log: Sequence[Recorded], rules: Rulebook, now: datetime) -> dict[str, RejudgedDuty]:
    was, would_be = Replay(SHANGHAI, now), Replay(SHANGHAI, now, None, by(rules))
    for one in log:
        was.take(one)
        would_be.take(one)
    return {one.duty: one for one in rejudged(was, would_be)}


def late_inspection(days: float) -> list[Recorded]:
    """Reported on Monday 2 March, due on Thursday, inspected so many days after the report."""
    return recorded(reported(), did(RECTIFIER, inspected().command, NOW + days * DAY))


@pytest.mark.parametrize(
    ("inspected_after", "days", "verdict"),
    [
        (2, 3, Verdict.MISSED_NEITHER_WAY),
        (2, 1, Verdict.WOULD_HAVE_BEEN_MISSED),
        (4, 3, Verdict.MISSED_EITHER_WAY),
        (4, 10, Verdict.WOULD_NOT_HAVE_BEEN_MISSED),
        (4, None, Verdict.WOULD_NOT_HAVE_BEEN_MISSED),
        (2, None, Verdict.MISSED_NEITHER_WAY),
    ],
)
def test_given_another_number_of_days_then_the_same_act_is_judged_by_it(
    inspected_after: float, days: int | None, verdict: Verdict
) -> None:
    one = judged(late_inspection(inspected_after), policy(self_inspection=days), NOW + 30 * DAY)["self_inspection"]
    assert one.verdict is verdict
    assert one.was is not None
    assert (one.was.due, one.was.missed, one.was.mark) == (date(2026, 3, 5), inspected_after > 3, POLICY_NOT_LAW)
    assert (one.would_be is None) == (days is None)
    if one.would_be is not None:
        assert one.would_be.pack == "operator-policy@9"


def test_given_an_open_duty_then_it_is_judged_by_the_time_asked_for() -> None:
    log, rules = recorded(reported()), policy(self_inspection=10)
    verdicts = [judged(log, rules, NOW + days * DAY)["self_inspection"].verdict for days in (3, 4, 20)]
    assert verdicts == [
        Verdict.MISSED_NEITHER_WAY,
        Verdict.WOULD_NOT_HAVE_BEEN_MISSED,
        Verdict.MISSED_EITHER_WAY,
    ]


def test_given_rules_that_give_a_number_where_there_was_none_then_there_is_a_duty() -> None:
    without = policy(plan=None)
    log = recorded(reported(), did(RECTIFIER, inspected().command))
    stripped = [one.telling(_without_plan(one.event)) if isinstance(one.event, HazardEvent) else one for one in log]
    assert judged(stripped, without, NOW)["self_inspection"].would_be is not None
    assert "plan" not in judged(stripped, without, NOW)
    plan = judged(stripped, book(KUNSHAN), NOW + 30 * DAY)["plan"]
    assert (plan.was, plan.verdict, plan.since_position) == (None, Verdict.WOULD_HAVE_BEEN_MISSED, 2)


def _without_plan(event: HazardEvent) -> HazardEvent:
    return event.model_copy(update={"duties": tuple(duty for duty in event.duties if duty.kind != "plan")})


def test_given_a_deadline_a_plan_set_then_no_rule_changes_it() -> None:
    log = recorded(*road(Stage.RECTIFYING))
    one = judged(log, policy(), NOW + 365 * DAY)["rectification"]
    assert (one.was, one.verdict) == (one.would_be, Verdict.MISSED_EITHER_WAY)


def test_given_a_duty_the_clock_put_off_then_it_is_one_duty_and_an_earlier_day_missed_counts() -> None:
    log = recorded(reported())
    duty = log[0].event.duties[0]  # type: ignore[union-attr]
    put_off = duty.model_copy(update={"due": date(2026, 3, 31)})
    for noticed_on, verdict in ((3, Verdict.MISSED_NEITHER_WAY), (4, Verdict.WOULD_NOT_HAVE_BEEN_MISSED)):
        told = watched(log, duty, NOW + noticed_on * DAY, now_due=put_off)
        found = judged(told, policy(self_inspection=20), NOW + 5 * DAY)
        assert list(found) == ["self_inspection"]
        one = found["self_inspection"]
        assert one.was is not None
        assert (one.was.due, one.verdict) == (date(2026, 3, 31), verdict)


def sequences() -> st.SearchStrategy[list[Did]]:
    """A road, and when each step of it was taken."""
    roads = [road(Stage.CLOSED, Grade.MAJOR, suspended=False), road(Stage.CLOSED), road(Stage.DISMISSED, Grade.MAJOR)]

    def timed(gone: tuple[Sequence[Did], list[int]]) -> list[Did]:
        way, pauses = gone
        hours = [sum(pauses[: n + 1]) for n in range(len(way))]
        return [Did(one.by, one.command, NOW + timedelta(hours=after)) for one, after in zip(way, hours, strict=True)]

    pauses = st.lists(st.integers(0, 30), min_size=20, max_size=20)
    return st.tuples(st.sampled_from(roads), pauses).map(timed)


@given(sequences(), st.integers(0, 60))
def test_given_any_history_then_under_its_own_rules_nothing_is_judged_otherwise(past: list[Did], days: int) -> None:
    log = recorded(*past)
    found: Any = judged(log, book(KUNSHAN), log[-1].recorded_at + days * DAY)
    assert all(one.was == one.would_be for one in found.values())
    assert sum(len(one.event.duties) for one in log) == len(found)  # type: ignore[union-attr]
