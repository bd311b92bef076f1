"""Importing: reads the text of a cell as a time, a day or a number.

A day without a time is its first moment in the zone of the record: no time of day is made up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from application.importing.faults import DATE, NUMBER
from application.importing.moves import Kind
from domain.refusals import Rule

EARLIEST = 1900
"""A record of an earlier year is taken for a slip of the pen."""

_NUMBER = re.compile(r"(?P<sign>-?)[$¥￥]? ?(?P<digits>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?P<fraction>\.[0-9]+)?")


class CellRefused(Exception):
    """A cell can't be read as what its field is."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(rule.says)
        self.rule = rule


class Reading:
    """How one record writes its days and times."""

    def __init__(self, formats: Sequence[str], zone: ZoneInfo) -> None:
        self._formats = formats
        self._zone = zone

    def read(self, kind: Kind, text: str) -> str | date | Decimal:
        """A cell as its field is. Raises CellRefused."""
        if kind is Kind.DATE:
            return self.moment(text).date()
        return number(text) if kind is Kind.NUMBER else text

    def moment(self, text: str) -> datetime:
        """When a cell says it was, with an offset. Raises CellRefused."""
        for format in self._formats:
            try:
                found = datetime.strptime(text, format)  # noqa: DTZ007 - the zone follows
            except ValueError:
                continue
            if found.year < EARLIEST:
                break
            return found if found.tzinfo else found.replace(tzinfo=self._zone)
        raise CellRefused(DATE)


def number(text: str) -> Decimal:
    """An amount, also with a currency sign before it and commas between its thousands. Raises CellRefused."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise CellRefused(NUMBER)
    return Decimal(found["sign"] + found["digits"].replace(",", "") + (found["fraction"] or ""))
