"""The clock notes in a stream of its own which duty was missed or moved, and says nothing twice."""

from datetime import date

from domain.actors import OF_AN_ENTERPRISE, Role
from domain.event import DomainEvent
from domain.hazard.watching import DutyMissed, DutyRescheduled, DutyWatch, stream_of
from domain.rules.duties import DutyKind
from tests.domain.given import ACTORS, KUNSHAN, NOW, Did, book, id_of, state
from tests.domain.hazard.duties import due
from tests.domain.hazard.roads import NOTICE

HAZARD = id_of("hazard")
STREAM = stream_of(HAZARD)
ACT = Did(ACTORS[Role.SERVICE], NOTICE).act(book(KUNSHAN))
UNION, REGULATOR = Role.UNION_INSPECTOR, Role.REGULATOR
PLAN = due(DutyKind.PLAN, date(2026, 3, 9))
MOVED = due(DutyKind.PLAN, date(2026, 3, 10))
MOVED_AGAIN = due(DutyKind.PLAN, date(2026, 3, 11))


def watch(*said: DomainEvent) -> DutyWatch:
    return DutyWatch.fold(said) or DutyWatch.begin(STREAM, NOW)


def noted(seen: DutyWatch) -> list[DomainEvent]:
    return [event for event in seen.collect_events() if isinstance(event, DomainEvent)]


def missed(to: Role, round: int = 1) -> DutyWatch:
    seen = watch()
    assert seen.miss(HAZARD, round, PLAN, to, ACT)
    return seen


def test_given_an_open_duty_when_its_day_has_passed_then_it_was_missed() -> None:
    (event,) = missed(UNION).pending_events
    assert event == DutyMissed(
        originator_id=STREAM,
        originator_version=1,
        by=ACTORS[Role.SERVICE].by,
        occurred_at=NOW,
        correlation_id=ACT.correlation_id,
        hazard_id=HAZARD,
        round=1,
        duty=PLAN,
        escalated_to=UNION,
    )


def test_given_it_was_noted_when_looked_at_again_then_it_is_no_news_not_even_after_a_restart() -> None:
    seen = missed(UNION)
    restarted = watch(*noted(seen))
    for again in (seen, restarted):
        before = state(again)
        assert not again.miss(HAZARD, 1, PLAN, UNION, ACT)
        assert not again.pending_events
        assert state(again) == before


def test_given_the_union_was_told_when_the_regulator_is_then_that_is_news_once() -> None:
    seen = missed(UNION)
    assert seen.miss(HAZARD, 1, PLAN, REGULATOR, ACT)
    assert not seen.miss(HAZARD, 1, PLAN, REGULATOR, ACT)
    assert [event.escalated_to for event in noted(seen) if isinstance(event, DutyMissed)] == [UNION, REGULATOR]


def test_given_an_earlier_round_when_the_same_is_missed_in_the_next_then_that_is_news() -> None:
    assert missed(UNION, round=1).miss(HAZARD, 2, PLAN, UNION, ACT)


def test_given_another_day_when_rescheduled_then_noted_once() -> None:
    seen = watch()
    assert seen.reschedule(HAZARD, 1, PLAN, MOVED, ACT)
    (event,) = seen.collect_events()
    assert isinstance(event, DutyRescheduled)
    assert (event.was, event.duty, event.round, event.hazard_id) == (PLAN, MOVED, 1, HAZARD)
    for again in (seen, watch(event)):
        assert not again.reschedule(HAZARD, 1, PLAN, MOVED, ACT)
        assert not again.pending_events


def test_given_the_same_day_when_rescheduled_then_it_is_no_news() -> None:
    assert not watch().reschedule(HAZARD, 1, PLAN, PLAN, ACT)


def test_given_it_has_another_day_when_the_first_one_passes_then_it_was_not_missed_but_the_other_may_be() -> None:
    seen = watch()
    seen.reschedule(HAZARD, 1, PLAN, MOVED, ACT)
    assert not seen.miss(HAZARD, 1, PLAN, UNION, ACT)
    assert seen.miss(HAZARD, 1, MOVED, UNION, ACT)
    assert seen.miss(HAZARD, 2, PLAN, UNION, ACT)


def test_given_it_moved_when_it_moves_on_and_back_then_each_is_news() -> None:
    seen = watch()
    steps = [(PLAN, MOVED), (MOVED, MOVED_AGAIN), (MOVED_AGAIN, PLAN), (PLAN, MOVED)]
    assert [seen.reschedule(HAZARD, 1, was, now, ACT) for was, now in steps] == [True] * 4
    assert not seen.reschedule(HAZARD, 1, MOVED_AGAIN, PLAN, ACT)


def test_given_a_hazard_then_its_watch_is_a_stream_of_its_own_that_only_the_product_reads() -> None:
    assert stream_of(HAZARD) == STREAM != HAZARD != stream_of(STREAM)
    readers = {role for role in Role if watch().visible_to(ACTORS[role])}
    assert readers == {Role.SERVICE}
    assert not readers & OF_AN_ENTERPRISE
