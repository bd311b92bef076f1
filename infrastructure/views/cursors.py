"""Infrastructure: a cursor says where the next page begins, and for which filters.

It is opaque but no secret: who may see what is decided anew for every page.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from application.questions import CURSOR
from domain.refusals import RuleBroken

LONGEST = 500
GREATEST = 2**63 - 1

Read = Callable[[Any], Any]


def cursor(filters: Sequence[object], key: Sequence[object]) -> str:
    """The cursor of what follows `key` under these filters."""
    text = json.dumps([_bound(filters), *map(str, key)], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def after(given: str | None, filters: Sequence[object], *reads: Read) -> list[Any] | None:
    """The key in a cursor, each part read by its own function; None without one. Raises RuleBroken for another's."""
    if given is None:
        return None
    try:
        if len(given) > LONGEST:
            raise ValueError("too long")
        bound, *key = json.loads(urlsafe_b64decode(given + "=" * (-len(given) % 4)))
        if bound != _bound(filters):
            raise ValueError("of other filters")
        return [read(part) for read, part in zip(reads, key, strict=True)]
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise RuleBroken(CURSOR, "cursor") from None


def position(text: str) -> int:
    """A number of the log or of a duty. Raises ValueError for what the database has no room for."""
    number = int(text)
    if not 0 <= number <= GREATEST:
        raise ValueError("out of range")
    return number


def time(text: str) -> datetime:
    """A time with its offset. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("without an offset")
    return moment


def _bound(filters: Sequence[object]) -> str:
    return sha256(repr([str(one) for one in filters]).encode("utf-8", "surrogatepass")).hexdigest()[:16]
