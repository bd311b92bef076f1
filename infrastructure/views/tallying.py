"""Infrastructure: how many hazards stand where: now from the kept counters, as of a time from the timeline."""

from __future__ import annotations

from typing import Any

from psycopg.sql import SQL, Composed

from application.questions import Moment, Projection
from application.views.counting import Tally
from domain.hazard.words import Grade, Stage
from infrastructure.views.asking import VERSIONS, Asking
from infrastructure.views.pasts import Look, had_begun, still_open, stood

_NOW = """
SELECT enterprise, stage, grade, closed_before_import, sum(number)::bigint AS number, sum(overdue)::bigint AS overdue
FROM (
    SELECT b.enterprise, b.stage, b.grade, b.closed_before_import, b.number, 0 AS overdue
    FROM {board} b WHERE {of_board}
    UNION ALL
    SELECT coalesce(s.enterprise, ''), s.stage, coalesce(s.grade, ''), s.closed_before_import, 0, 1
    FROM {hazard} s WHERE s.next_due < {today} AND {of_standing}
) one GROUP BY 1, 2, 3, 4
"""

_THEN = """
SELECT coalesce(s.enterprise, '') AS enterprise, s.stage, coalesce(s.grade, '') AS grade, s.closed_before_import,
       count(*) AS number, count(*) FILTER (WHERE s.next_due < {today}) AS overdue
FROM {timeline} s WHERE {in_force} AND {of_standing} GROUP BY 1, 2, 3, 4
"""

_OVERDUE_NOW = "SELECT s.id AS hazard_id, s.next_due, s.opened FROM {hazard} s WHERE {of_standing}"
_OVERDUE_THEN = "SELECT s.hazard_id, s.next_due, s.opened FROM {timeline} s WHERE {in_force} AND {of_standing}"


def over(asking: Asking, statement: str, look: Look | None, *, asked: str | None = None) -> Composed:
    """A statement over the tables of both projections, now or as of a past. In it stand, besides the tables:

    {tallies}, a query of enterprise, stage, grade ('' for none), closed_before_import, number and overdue;
    {standings}, one of hazard_id, next_due and opened; {open}, the condition for a duty `d` to be open;
    {hazards_version} and {enterprises_version}.
    `asked` is a row of the statement with uscc, today, at and position: of this enterprise, as of then. Without it the
    statement is of all enterprises, with the values today, at and position.
    """
    tables: dict[str, Any] = {
        name: asking.view(Projection.HAZARDS, table)
        for name, table in (
            ("hazard", "hazard"),
            ("timeline", "hazard_timeline"),
            ("board", "enterprise_board"),
            ("duty", "duty"),
        )
    }
    tables["enterprise"] = asking.view(Projection.ENTERPRISES, "enterprise")
    tables["events"] = asking.events
    tables["projection"] = asking.projection
    tables["of_board"] = SQL(f"b.enterprise = {asked}.uscc" if asked else "true")
    tables["of_standing"] = SQL(f"s.enterprise = {asked}.uscc" if asked else "true")
    tables["today"] = SQL(f"{asked}.today" if asked else "%(today)s")
    for name, version in VERSIONS.items():
        tables[f"{name.value}_version"] = SQL(str(version))
    if look is None:
        tallies, standings, is_open = _NOW, _OVERDUE_NOW, "d.state = 'open'"
    else:
        tallies, standings = _THEN, _OVERDUE_THEN
        past = (f"{asked}.at", f"{asked}.position") if asked else ("%(at)s", "%(position)s")
        tables["in_force"] = stood(look, tables["timeline"], *past)
        is_open = f"{had_begun(look, *past)} AND {still_open(look, *past)}"
    tables["tallies"] = SQL(tallies).format(**tables)
    tables["standings"] = SQL(standings).format(**tables)
    tables["open"] = SQL(is_open)
    return SQL(statement).format(**tables)


def values(asking: Asking, moment: Moment | None) -> dict[str, Any]:
    """The values such a statement of all enterprises needs."""
    return {"today": asking.today(moment)} | asking.past(moment)


def tally(stage: str, grade: str, closed_before_import: bool, number: int, overdue: int) -> Tally:
    """One row of {tallies}."""
    return Tally(Stage(stage), Grade(grade) if grade else None, closed_before_import, number, overdue)
