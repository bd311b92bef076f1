"""API: how days and times are written: RFC 3339, times with an offset, both within the years 1900 to 2999.

pydantic alone would also take a number of seconds for a time; and at the very first and last years
there are, adding an offset or a day leaves the calendar.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Annotated, NamedTuple

from pydantic import AwareDatetime, BaseModel, BeforeValidator
from pydantic_core import PydanticCustomError

_DAY = r"(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}"
_TIME = r"[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"


class Written(NamedTuple):
    """How it is written, and what is said where it is not."""

    form: re.Pattern[str]
    rule: str
    says: str

    def check(self, given: object) -> object:
        """The same, if it is no text of another form; for pydantic, which looks at it next."""
        if isinstance(given, str) and not self.form.fullmatch(given):
            raise PydanticCustomError(self.rule, self.says)
        return given


DAY = Written(re.compile(_DAY), "day_format", "A day is written as 2026-01-31, within 1900 to 2999")
TIME = Written(
    re.compile(_DAY + _TIME),
    "time_format",
    "A time is written as 2026-01-31T08:00:00+08:00, with an offset (in a URL, + is written %2B), within 1900 to 2999",
)
_FORMATS = {"date": DAY, "date-time": TIME}

Day = Annotated[date, BeforeValidator(DAY.check)]
"""A day in a query."""

Time = Annotated[AwareDatetime, BeforeValidator(TIME.check)]
"""A time in a query."""


@cache
def fields_of_time(model: type[BaseModel]) -> Mapping[str, Written]:
    """The model's own fields that hold a day or a time, with how each is written."""
    found = {}
    for name, schema in model.model_json_schema()["properties"].items():
        for part in schema.get("anyOf", [schema]):
            if part.get("format") in _FORMATS:
                found[name] = _FORMATS[part["format"]]
    return found
