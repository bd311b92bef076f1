"""Domain: counting working days over a calendar that may end before the count does.

A deadline that crosses into a year without published holidays is still computed, over plain
weekdays, and marked provisional. Nothing here ever fails.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple, Protocol

_SATURDAY = 5


class WorkingCalendar(Protocol):
    """Which days are worked. `version` names data and release, as a duty stores it."""

    @property
    def version(self) -> str:
        """For instance `chinesecalendar-1.11.0`."""

    def is_working_day(self, day: date) -> bool | None:
        """Whether the day is worked; None where the calendar has no data for it."""


class Counted(NamedTuple):
    """Where a count ends, and whether any day counted over had no data."""

    day: date
    provisional: bool


def add_working_days(start: date, days: int, calendar: WorkingCalendar) -> Counted:
    """The day on which `days` working days have passed; the first that counts is the day after `start`."""
    day, provisional = start, False
    while days > 0:
        if day == date.max:
            return Counted(day, True)
        day += timedelta(days=1)
        known = calendar.is_working_day(day)
        provisional = provisional or known is None
        days -= day.weekday() < _SATURDAY if known is None else known
    return Counted(day, provisional)


def add_days(start: date, days: int) -> date:
    """The day `days` calendar days later, or the last there is."""
    return start + timedelta(days=min(days, (date.max - start).days))
