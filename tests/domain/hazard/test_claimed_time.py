"""When something is said to have happened: at most five minutes ahead of now, never before what came before it."""

from datetime import datetime, timedelta

import pytest

from domain.actors import Role
from domain.command import NOT_AHEAD, NOT_BEFORE
from domain.hazard.dual_reporting import WorkersNotified
from domain.hazard.reporting import Report, Reported
from domain.hazard.words import Channel
from tests.domain.given import ACTORS, NOW, given
from tests.domain.hazard.roads import NOTICE, REPORTER, Said, reported, text
from tests.domain.hazard.table import ROWS, Row

FIVE, A_MOMENT, AN_HOUR = timedelta(minutes=5), timedelta(microseconds=1), timedelta(hours=1)
LEAK = text("gas cylinder leaks")


def leak(occurred_at: datetime | None) -> Report:
    return Report(description=LEAK, channel=Channel.SNAP, occurred_at=occurred_at)


def test_given_nothing_when_no_time_is_claimed_then_it_is_now() -> None:
    outcome = given().when(leak(None), by=REPORTER).then(Reported, description=LEAK, channel=Channel.SNAP)
    assert outcome.events[0].timestamp == NOW
    assert outcome.hazard.found_at == NOW


@pytest.mark.parametrize("claimed", [NOW - timedelta(days=4000), NOW - A_MOMENT, NOW + FIVE])
def test_given_nothing_when_a_time_is_claimed_then_it_is_the_events(claimed: datetime) -> None:
    outcome = given().when(leak(claimed), by=REPORTER)
    outcome.then(Reported, description=LEAK, channel=Channel.SNAP)
    assert outcome.events[0].timestamp == claimed


def test_given_nothing_when_it_is_said_to_have_happened_later_than_five_minutes_from_now_then_refused() -> None:
    given().when(leak(NOW + FIVE + A_MOMENT), by=REPORTER).refused(NOT_AHEAD, "occurred_at")


def test_given_a_report_when_something_happened_at_the_same_time_then_it_happened() -> None:
    notice = NOTICE.model_copy(update={"occurred_at": NOW - AN_HOUR})
    said: Said = {"channel": NOTICE.channel}
    given(reported(occurred_at=NOW - AN_HOUR)).when(notice, by=ACTORS[Role.HIGHER_UNION]).then(WorkersNotified, **said)


def test_given_a_report_of_a_clock_ahead_when_the_next_comes_now_then_it_is_before_it() -> None:
    past = reported(occurred_at=NOW + FIVE)
    given(past).when(NOTICE, by=ACTORS[Role.HIGHER_UNION]).refused(NOT_BEFORE, "occurred_at")
    given(past).when(NOTICE, by=ACTORS[Role.HIGHER_UNION], at=NOW + FIVE).then(WorkersNotified, channel=NOTICE.channel)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_given_any_move_when_it_is_said_to_have_happened_before_the_last_or_far_ahead_then_refused(row: Row) -> None:
    past, by = row.at(min(row.stages)), row.by
    early = row.move.model_copy(update={"occurred_at": NOW - A_MOMENT})
    late = row.move.model_copy(update={"occurred_at": NOW + FIVE + A_MOMENT})
    if by.role is not Role.IMPORTER:
        given(past).when(early, by=by).refused(NOT_BEFORE, "occurred_at")
    given(past).when(late, by=by).refused(NOT_AHEAD, "occurred_at")


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_given_any_move_when_it_happened_a_while_ago_then_so_says_the_event(row: Row) -> None:
    past, by = row.at(min(row.stages)), row.by
    claimed = row.move.model_copy(update={"occurred_at": NOW + AN_HOUR})
    (event,) = given(past).when(claimed, by=by, at=NOW + 2 * AN_HOUR).events
    assert event.occurred_at == NOW + AN_HOUR
