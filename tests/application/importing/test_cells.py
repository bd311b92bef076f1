"""How the text of a cell is read as a day, a time or a number."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from application.importing.cells import CellRefused, Reading, number
from application.importing.moves import Kind

SHANGHAI = ZoneInfo("Asia/Shanghai")
SERIALS = Reading(["excel", "%d.%m.%Y"], SHANGHAI)
READING = Reading(["%Y-%m-%d", "%Y.%m.%d", "%Y年%m月%d日", "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S%z"], SHANGHAI)


@pytest.mark.parametrize("text", ["2024-06-03", "2024-6-3", "2024.6.3", "2024年6月3日"])
def test_a_day_in_any_of_the_formats_begins_at_local_midnight(text):
    assert READING.moment(text) == datetime(2024, 6, 3, tzinfo=SHANGHAI) == datetime(2024, 6, 2, 16, tzinfo=UTC)


def test_a_time_that_is_stated_is_kept():
    assert READING.moment("04/26/2013 12:00:00 AM") == datetime(2013, 4, 26, tzinfo=SHANGHAI)
    assert READING.moment("2024-06-03T08:30:00+00:00") == datetime(2024, 6, 3, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "尽快", "2024-02-30", "03/06/2024", "45446", "1899-12-31", "0001-01-01", "2024-06-03 "]
)
def test_what_is_in_none_of_the_formats_is_no_day(text):
    with pytest.raises(CellRefused) as refused:
        READING.moment(text)
    assert refused.value.rule.id == "import.date"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("45446", datetime(2024, 6, 3, tzinfo=SHANGHAI)),
        ("45446.0", datetime(2024, 6, 3, tzinfo=SHANGHAI)),
        ("45446.354166666664", datetime(2024, 6, 3, 8, 30, tzinfo=SHANGHAI)),
        ("3.6.2024", datetime(2024, 6, 3, tzinfo=SHANGHAI)),
        ("2024-06-03", datetime(2024, 6, 3, tzinfo=SHANGHAI)),
        ("2024-06-03 08:30:00", datetime(2024, 6, 3, 8, 30, tzinfo=SHANGHAI)),
    ],
)
def test_a_count_of_days_and_what_a_spreadsheet_has_as_a_day(text, read):
    assert SERIALS.moment(text) == read


def test_the_count_of_old_macs_begins_later():
    assert Reading(["excel1904"], SHANGHAI).moment("43984") == datetime(2024, 6, 3, tzinfo=SHANGHAI)


@pytest.mark.parametrize("text", ["3", "4544", "454460", "-45446", "4.5e4", "45446.", "45 446"])
def test_what_is_not_plainly_a_count_of_days_is_none(text):
    with pytest.raises(CellRefused):
        SERIALS.moment(text)


def test_what_was_read_or_refused_once_is_read_or_refused_again():
    for _ in range(2):
        assert READING.moment("2024.6.3").day == 3
        with pytest.raises(CellRefused):
            READING.moment("尽快")


def test_a_day_is_the_day_that_is_written():
    assert READING.read(Kind.DATE, "2024.6.3").isoformat() == "2024-06-03"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("5304", "5304"),
        ("$5,304", "5304"),
        ("￥38,600.00", "38600.00"),
        ("¥ 1,234,567.5", "1234567.5"),
        ("-$375", "-375"),
        ("-73.924317", "-73.924317"),
        ("0", "0"),
    ],
)
def test_an_amount_may_have_a_sign_of_currency_and_commas(text, amount):
    assert number(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "$", "1,5", "12,34", "1.234,50", "1e5", "NaN", "Infinity", "5 000", "5元", "1,2345", "１２"]
)
def test_what_is_not_plainly_an_amount_is_none(text):
    with pytest.raises(CellRefused) as refused:
        number(text)
    assert refused.value.rule.id == "import.number"
