"""Importing: reads the text of a cell as a time, a day or a number.

A day without a time is its first moment in the zone of the record: no time of day is made up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from application.importing.faults import DATE, NUMBER
from application.importing.moves import Kind
from domain.refusals import Rule

EARLIEST = 1900
"""A record of an earlier year is taken for a slip of the pen."""

SERIALS = {"excel": date(1899, 12, 30), "excel1904": date(1904, 1, 1)}
"""From which day a spreadsheet counts. In 1900 it counts a 29 February there never was; no ledger is of that year."""

AS_A_SPREADSHEET_HAS_IT = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")
"""What a cell that is a day comes as, whatever it is shown as."""

REMEMBERED = 10_000

_SERIAL = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?")
"""Of five digits: a count of fewer days would be of before 1927, and is more likely something else."""

_NUMBER = re.compile(r"(?P<sign>-?)[$¥￥]? ?(?P<digits>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?P<fraction>\.[0-9]+)?")


class CellRefused(Exception):
    """A cell can't be read as what its field is."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule.says)
        self.rule = rule


class Reading:
    """How one record writes its days and times. What was read once is remembered: a ledger has few different days."""

    def __init__(self, formats: Sequence[str], zone: ZoneInfo) -> None:
        self._formats = [*formats, *AS_A_SPREADSHEET_HAS_IT]
        self._zone = zone
        self._read: dict[str, datetime | None] = {}

    def read(self, kind: Kind, text: str) -> str | date | Decimal:
        """A cell as its field is. Raises CellRefused."""
        if kind is Kind.DATE:
            return self.moment(text).date()
        return number(text) if kind is Kind.NUMBER else text

    def moment(self, text: str) -> datetime:
        """When a cell says it was, with an offset. Raises CellRefused."""
        if text not in self._read:
            if len(self._read) >= REMEMBERED:
                self._read.clear()
            self._read[text] = self._found(text)
        found = self._read[text]
        if found is None:
            raise CellRefused(DATE)
        return found

    def _found(self, text: str) -> datetime | None:
        for format in self._formats:
            found = _serial(text, SERIALS[format]) if format in SERIALS else _written(text, format)
            if found is not None:
                if found.year < EARLIEST:
                    return None
                return found if found.tzinfo else found.replace(tzinfo=self._zone)
        return None


def _written(text: str, format: str) -> datetime | None:
    try:
        return datetime.strptime(text, format)  # noqa: DTZ007 - the zone follows
    except ValueError:
        return None


def _serial(text: str, first: date) -> datetime | None:
    """A spreadsheet's count of days since `first`, to the second."""
    if _SERIAL.fullmatch(text) is None:
        return None
    return datetime.combine(first, time.min) + timedelta(seconds=round(Decimal(text) * 86400))


def number(text: str) -> Decimal:
    """An amount, also with a currency sign before it and commas between its thousands. Raises CellRefused."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise CellRefused(NUMBER)
    return Decimal(found["sign"] + found["digits"].replace(",", "") + (found["fraction"] or ""))
