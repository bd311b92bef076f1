"""API: what pydantic refuses, as the errors of a problem. The input itself never goes back: it may be personal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from pydantic import ValidationError

from api.problems import FieldError, Kind, Problem
from domain.refusals import CONTRACT

MOST_ERRORS = 20
"""How many of a body's errors are told at once."""

USCC_SOURCE = "GB 32100"
SOURCES = {"industry_code": "GB/T 4754-2017"}
"""Fields whose form comes from a standard."""

SAYS = {"uuid_parsing": "Input should be a valid UUID", "json_invalid": "The body should be JSON"}
"""Where pydantic's own words quote the input."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def invalid(error: ValidationError, prefix: str | None = None) -> Problem:
    """The problem of a body, or of one parameter, that does not fit its model."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return Problem(Kind.INVALID_INPUT, _errors(((prefix, *one["loc"]) if prefix else one["loc"], one) for one in found))


def field_of(place: Iterable[str | int]) -> str:
    """A path into the body, `body` for all of it. A name that could be anything but a field's is not repeated."""
    parts = [part if isinstance(part, str) and _NAME.fullmatch(part) else _number(part) for part in place]
    return ".".join(parts) or "body"


def _number(part: str | int) -> str:
    return str(part) if isinstance(part, int) else "(unnamed)"


def _errors(found: Iterable[tuple[Sequence[str | int], Mapping[str, Any]]]) -> list[FieldError]:
    return [_error(field_of(place), one) for place, one in islice(found, MOST_ERRORS)]


def _error(field: str, one: Mapping[str, Any]) -> FieldError:
    rule = str(one["type"])
    source = USCC_SOURCE if rule.startswith("uscc_") else SOURCES.get(field, CONTRACT)
    return FieldError(field=field, rule=rule, says=SAYS.get(rule, str(one["msg"])), source=source)
