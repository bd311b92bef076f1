"""Importing: how a ledger's file is written, as a mapping has it: encoding, sheets, header, totals, dates.

What is left out of a file's shape is looked for, and the answer says what was found.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from application.importing.cells import SERIALS
from application.importing.heading import MOST_ROWS
from application.importing.stating import Part

TOTALS = ("合计", "总计", "小计", "共计", "累计", "total", "grand total", "subtotal")

SPECIMEN = datetime(2017, 9, 12)  # noqa: DTZ001 - a day to try formats on, of no place

HeaderRow = Annotated[int, Field(ge=1, le=50, strict=True)]

HeaderRows = Annotated[
    tuple[HeaderRow, HeaderRow],
    BeforeValidator(
        lambda given: (given, given) if isinstance(given, int) else given,
        json_schema_input_type=HeaderRow | tuple[HeaderRow, HeaderRow],
    ),
]
"""The row of the header, or its first and last."""


class FileShape(Part):
    """How the file is written.

    `header` is the row the column names stand in, or the first and last of those they are merged over; what is above
    it is not read.
    """

    encoding: Literal["auto", "utf-8", "utf-8-sig", "gb18030"] = "auto"
    separator: Annotated[str, StringConstraints(pattern=r"^[^\"\r\n\x00]$")] | None = None
    header: HeaderRows | None = None
    sheets: tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...] | None = Field(
        default=None, min_length=1
    )
    totals: tuple[str, ...] = TOTALS
    """The words a row of totals begins with; such rows are passed over."""

    @model_validator(mode="after")
    def _header_from_above(self) -> Self:
        if self.header is not None and not 0 <= self.header[1] - self.header[0] < MOST_ROWS:
            raise PydanticCustomError("header_rows", "header: one row, or the first and last of at most three")
        return self


def _holds_a_date(format: str) -> str:
    if format in SERIALS:
        return format
    try:
        whole = datetime.strptime(SPECIMEN.strftime(format), format).date() == SPECIMEN.date()  # noqa: DTZ007
    except (ValueError, re.error):  # the latter where a part of it is there twice: %Y-%m-%d %Y
        whole = False
    if not whole:
        raise PydanticCustomError("date_format", "A date format holds year, month and day, for instance %Y-%m-%d")
    return format


class Dates(Part):
    """In which formats days and times are written, tried in this order, and where it was that day or time.

    `excel` and `excel1904` stand for a spreadsheet's count of days, where a cell shows the bare number.
    """

    formats: tuple[Annotated[str, AfterValidator(_holds_a_date)], ...] = Field(min_length=1)
    zone: ZoneInfo | None = None
    """None: the jurisdiction's."""
