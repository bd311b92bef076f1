"""Application: what is answered where two points in time are compared."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from application.answers import Answer, HistoryEntry, LoggedEvent
from domain.hazard.words import Grade, Stage
from domain.refusals import CONTRACT, Rule

PAIR = Rule(
    "diff.pair", "two points are named both by a time or both by a version; the second may be left out", CONTRACT
)
ORDER = Rule("diff.order", "the second of two points does not lie before the first", CONTRACT)


class Change(Answer):
    """A value that is another one at the second point. `field` is a path; null: there was none."""

    field: str
    before: Any
    after: Any


class ChangingEntry(HistoryEntry):
    """An event between the two points, and the fields of the file it changed."""

    changed: tuple[str, ...]


class HazardDiff(Answer):
    """What lies between two points of one hazard."""

    id: UUID
    before_version: int | None
    """Null: it had not been reported yet."""
    after_version: int
    changes: tuple[Change, ...]
    events: tuple[ChangingEntry, ...]
    by_time: tuple[str, ...]
    """The fields that no event changed: days went by."""


class StoodThen(Answer):
    """How a hazard stood: a row of the timeline."""

    position: int
    version: int
    enterprise_uscc: str | None
    stage: Stage
    grade: Grade | None
    round: int
    deadline: date | None
    next_due: date | None
    overdue: bool
    suspended: bool
    closed_before_import: bool


class MovedHazard(Answer):
    """A hazard that stood otherwise at the second point. Null: it was not there, or not this enterprise's.

    Without an event, days went by.
    """

    hazard_id: UUID
    before: StoodThen | None
    after: StoodThen | None
    events: tuple[LoggedEvent, ...]


class BoardDiff(Answer):
    """What lies between two points of an enterprise's board or of the roll-up, a page of hazards at a time."""

    before_as_of: datetime
    after_as_of: datetime
    position: int
    changes: tuple[Change, ...]
    """Of the whole board, on every page."""
    hazards: tuple[MovedHazard, ...]
    """The first reported first."""
    next: str | None = None
