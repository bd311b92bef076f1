"""Counting working days: right by a second way of counting, provisional where data end, never failing."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count, islice

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.rules.working_days import add_days, add_working_days


@dataclass(frozen=True)
class Almanac:
    """Weekdays are worked except `off`, `extra` days are worked too, and from `ends` on nothing is known."""

    off: frozenset[date] = field(default_factory=frozenset)
    extra: frozenset[date] = field(default_factory=frozenset)
    ends: date = date.max
    version: str = "almanac-1"

    def is_working_day(self, day: date) -> bool | None:
        if day >= self.ends:
            return None
        return day in self.extra or (day.weekday() < 5 and day not in self.off)


YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
days_of_2026 = st.sampled_from(YEAR)
some_days = st.frozensets(days_of_2026, max_size=60)
almanacs = st.builds(Almanac, off=some_days, extra=some_days, ends=days_of_2026 | st.just(date.max))


@settings(deadline=None)
@given(days_of_2026, st.integers(0, 40), almanacs)
def test_given_any_calendar_when_n_days_are_added_then_n_working_days_have_passed(
    start: date, n: int, almanac: Almanac
) -> None:
    ended = add_working_days(start, n, almanac)

    later = (start + timedelta(days=after) for after in count(1))
    worked = (day for day in later if (day.weekday() < 5 if day >= almanac.ends else almanac.is_working_day(day)))
    assert ended.day == ([start, *islice(worked, n)][-1])
    assert ended.provisional == (ended.day > start and ended.day >= almanac.ends)


@settings(deadline=None)
@given(days_of_2026, st.integers(0, 20), st.integers(0, 20), almanacs)
def test_given_two_counts_when_added_one_after_the_other_then_they_end_where_their_sum_ends(
    start: date, first: int, second: int, almanac: Almanac
) -> None:
    midway = add_working_days(start, first, almanac)
    assert add_working_days(midway.day, second, almanac).day == add_working_days(start, first + second, almanac).day


def test_given_a_friday_when_one_working_day_is_added_then_it_ends_on_monday() -> None:
    assert add_working_days(date(2026, 3, 6), 1, Almanac()) == (date(2026, 3, 9), False)


def test_given_a_saturday_that_is_worked_then_it_counts() -> None:
    assert add_working_days(date(2026, 3, 6), 1, Almanac(extra=frozenset({date(2026, 3, 7)}))).day == date(2026, 3, 7)


def test_given_the_last_days_there_are_then_the_count_stops_there_provisionally() -> None:
    assert add_working_days(date.max - timedelta(days=1), 9, Almanac()) == (date.max, True)
    assert add_days(date.max, 3) == date.max


@settings(deadline=None)
@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 3660))
def test_given_calendar_days_then_every_day_counts(start: date, n: int) -> None:
    assert (add_days(start, n) - start).days == n
