"""Infrastructure: the working days of China, as the package chinesecalendar knows them.

Its years end with the newest published holidays (2026 for 1.11.0) and it raises past them; here
such a year simply has no data. Its own test of a day scans all holidays: a year is asked for once.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.metadata import version

import chinese_calendar


class ChineseCalendar:
    """The domain's WorkingCalendar over published holidays and make-up working days (调休)."""

    def __init__(self) -> None:
        self.version = f"chinesecalendar-{version('chinesecalendar')}"

    def is_working_day(self, day: date) -> bool | None:
        """Whether the day is worked; None for a year without published holidays."""
        worked = _worked_in(day.year)
        return None if worked is None else day in worked


@cache
def _worked_in(year: int) -> frozenset[date] | None:
    try:
        return frozenset[date](chinese_calendar.get_workdays(date(year, 1, 1), date(year, 12, 31)))
    except NotImplementedError:
        return None
