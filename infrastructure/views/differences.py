"""Infrastructure: which hazards stood otherwise at a second point in time, and by which events, from the timeline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.sql import SQL

from application.answers import LoggedEvent
from application.boards import Board, JurisdictionBoard
from application.differences import BoardDiff, MovedHazard, StoodThen
from application.questions import Moment, Projection
from application.replaying.differing import board_changes
from infrastructure.views import cursors
from infrastructure.views.asking import Asking, Conditions
from infrastructure.views.pasts import began, look_of, stood

_OURS = frozenset({"enterprise_uscc", "overdue"})
_COLUMNS = (*(name for name in StoodThen.model_fields if name not in _OURS), "enterprise")

_MOVED = """
SELECT true AS here, coalesce(b.opened, a.opened) AS opened, coalesce(b.hazard_id, a.hazard_id) AS hazard_id, {columns}
FROM (SELECT s.* FROM {timeline} s WHERE {stood_before} AND {of}) b
FULL JOIN (SELECT s.* FROM {timeline} s WHERE {stood_after} AND {of}) a ON a.hazard_id = b.hazard_id
WHERE b.position IS DISTINCT FROM a.position
    OR coalesce(b.next_due < %(day_before)s, false) <> coalesce(a.next_due < %(day_after)s, false)
ORDER BY 2 LIMIT %(limit)s
"""

_BY = """
SELECT t.hazard_id, t.enterprise, {began} AS between, e.notification_id AS position, e.originator_id AS stream_id,
    e.originator_version AS version, e.topic AS name, e.recorded_at
FROM {timeline} t JOIN {events} e ON e.notification_id = t.position
WHERE t.hazard_id = ANY(%(ids)s) ORDER BY t.hazard_id, t.position
"""

Moments = tuple[Moment, Moment]


@dataclass(frozen=True, slots=True)
class Turned:
    """Which page is asked for. The cursor remembers what now was on the first, so that all pages end at one point."""

    filters: Sequence[object]
    limit: int
    opened: int | None = None
    now: datetime | None = None

    @classmethod
    def to(cls, filters: Sequence[object], limit: int, cursor: str | None) -> Turned:
        """The page a cursor leads to, or the first. Raises RuleBroken (`cursor`)."""
        return cls(filters, limit, *cursors.after(cursor, filters, cursors.position, cursors.time) or ())

    def next(self, opened: int, now: datetime) -> str:
        """The cursor of the page that follows."""
        return cursors.cursor(self.filters, (opened, now))


async def board_diff(
    asking: Asking,
    points: Moments,
    boards: tuple[Board | JurisdictionBoard, Board | JurisdictionBoard],
    uscc: str | None,
    page: Turned,
) -> BoardDiff:
    """What lies between two points of the boards given: of one enterprise, or of all."""
    of, values = Conditions(), _values(asking, points) | {"limit": page.limit + 1}
    if uscc is not None:
        of.require("s.enterprise = %(uscc)s", uscc=uscc)
    if page.opened is not None:
        of.require("s.opened > %(opened)s", opened=page.opened)
    timeline = asking.view(Projection.HAZARDS, "hazard_timeline")
    before, after = (
        stood(look_of(point), timeline, f"%(at_{name})s", f"%(position_{name})s")
        for name, point in zip(("before", "after"), points, strict=True)
    )
    body = SQL(_MOVED).format(
        columns=SQL(", ".join(f"{side}.{name} AS {side}_{name}" for side in "ba" for name in _COLUMNS)),
        timeline=timeline,
        stood_before=before,
        stood_after=after,
        of=of.where,
    )
    reached, rows = await asking.page(Projection.HAZARDS, body, "one.opened", values | of.values)
    more, rows = len(rows) > page.limit, rows[: page.limit]
    by = await _events(asking, points, [row["hazard_id"] for row in rows], uscc)
    days = asking.today(points[0]), asking.today(points[1])
    return BoardDiff(
        before_as_of=boards[0].as_of,
        after_as_of=boards[1].as_of,
        position=reached,
        changes=board_changes(*boards),
        hazards=tuple(_moved(row, days, by[row["hazard_id"]]) for row in rows),
        next=page.next(rows[-1]["opened"], points[1].at) if more else None,
    )


async def _events(
    asking: Asking, points: Moments, ids: Sequence[UUID], uscc: str | None
) -> defaultdict[UUID, list[LoggedEvent]]:
    """By hazard, what came to count between the points; on an enterprise's board only while it was theirs."""
    found: defaultdict[UUID, list[LoggedEvent]] = defaultdict(list)
    if not ids:
        return found
    statement = SQL(_BY).format(
        began=began(*map(look_of, points)),
        timeline=asking.view(Projection.HAZARDS, "hazard_timeline"),
        events=asking.events,
    )
    was: tuple[UUID | None, str | None] = (None, None)
    for row in await asking.rows(statement, _values(asking, points) | {"ids": list(ids)}):
        theirs = uscc is None or row["enterprise"] == uscc or was == (row["hazard_id"], uscc)
        was = row["hazard_id"], row["enterprise"]
        if row["between"] and theirs:
            found[row["hazard_id"]].append(LoggedEvent(**{name: row[name] for name in LoggedEvent.model_fields}))
    return found


def _values(asking: Asking, points: Moments) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, point in zip(("before", "after"), points, strict=True):
        values |= {f"at_{name}": asking.time(point), f"position_{name}": point.position}
        values[f"day_{name}"] = asking.today(point)
    return values


def _moved(row: DictRow, days: tuple[date, date], events: Sequence[LoggedEvent]) -> MovedHazard:
    before, after = (_stood(row, side, day) for side, day in zip("ba", days, strict=True))
    return MovedHazard(hazard_id=row["hazard_id"], before=before, after=after, events=tuple(events))


def _stood(row: DictRow, side: str, today: date) -> StoodThen | None:
    if row[f"{side}_position"] is None:
        return None
    said = {name: row[f"{side}_{name}"] for name in _COLUMNS}
    due = said["next_due"]
    return StoodThen(enterprise_uscc=said.pop("enterprise"), overdue=due is not None and due < today, **said)
