"""The calendar of China: published holidays and make-up days, and nothing past the last year published."""

from datetime import date
from importlib.metadata import version

from domain.rules.working_days import WorkingCalendar, add_working_days
from infrastructure.rules.calendar import ChineseCalendar

CHINA: WorkingCalendar = ChineseCalendar()


def test_given_the_national_day_week_of_2018_then_the_weekend_before_it_is_worked() -> None:
    assert CHINA.is_working_day(date(2018, 9, 29)) is True
    assert CHINA.is_working_day(date(2018, 9, 30)) is True
    assert not any(CHINA.is_working_day(date(2018, 10, day)) for day in range(1, 8))
    assert CHINA.is_working_day(date(2018, 10, 8)) is True


def test_given_a_year_without_published_holidays_then_nothing_is_known_of_its_days() -> None:
    assert CHINA.is_working_day(date(2003, 12, 31)) is None
    assert CHINA.is_working_day(date(2004, 1, 2)) is not None
    assert CHINA.is_working_day(date.max) is None


def test_given_a_count_past_the_published_years_then_it_ends_provisionally_and_never_fails() -> None:
    assert add_working_days(date.max, 10, CHINA) == (date.max, True)
    assert add_working_days(date(1949, 10, 1), 1, CHINA) == (date(1949, 10, 3), True)


def test_given_the_calendar_then_its_version_is_that_of_the_installed_package() -> None:
    assert CHINA.version == f"chinesecalendar-{version('chinesecalendar')}"
