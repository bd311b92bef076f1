"""Application: the times a view keeps: in UTC, so that a fold never depends on who reads the log, and storable."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

EARLIEST = datetime(1, 1, 3, tzinfo=UTC)
LATEST = datetime(9998, 12, 30, tzinfo=UTC)
"""Between these a time can be said in every time zone; one claimed outside them is kept as the nearer of the two."""


class When(NamedTuple):
    """A place in the log and both times. `occurred` is at most that of whatever comes later in the hazard."""

    position: int
    recorded: datetime
    occurred: datetime

    def at_most(self, occurred: datetime) -> When:
        """The same, counted as having occurred no later than this."""
        return self._replace(occurred=occurred) if occurred < self.occurred else self


def storable(moment: datetime) -> datetime:
    """The moment in UTC, moved to where every time zone has a name for it."""
    # Years are compared at a tenth of the cost of times; only those at the edges need it exactly.
    if EARLIEST.year < moment.year < LATEST.year or EARLIEST <= moment <= LATEST:
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return EARLIEST if moment < EARLIEST else LATEST


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The day of a moment in the jurisdiction."""
    return storable(moment).astimezone(zone).date()


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment with the jurisdiction's offset."""
    return storable(moment).astimezone(zone)
