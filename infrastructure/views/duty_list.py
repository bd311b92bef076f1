"""Infrastructure: the duties, due and overdue, now or as of a time; and those the clock has to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from psycopg.sql import SQL

from application.answers import DutyRow, DutyState, Page
from application.questions import ClockKind, DutiesQuestion, Moment, Projection
from application.views.duty_book import HeldDuty
from application.views.hazard_file import duty_row
from application.views.times import When
from domain.actors import Actor
from infrastructure.views import cursors
from infrastructure.views.asking import Asking, Conditions, sees_all
from infrastructure.views.hazard_rows import duty_of
from infrastructure.views.pasts import had_begun, look_of, still_open

_LIST = """
SELECT true AS here, d.* FROM {duty} d WHERE {where} ORDER BY d.due, d.hazard_id, d.number LIMIT %(limit)s
"""

_OVERDUE = """
SELECT d.* FROM {duty} d WHERE {where} ORDER BY d.hazard_id, d.number LIMIT %(limit)s
"""


async def duties(asking: Asking, actor: Actor, question: DutiesQuestion, moment: Moment | None) -> Page[DutyRow]:
    """The duties that fit, the earliest due first; `moment` is the question's past, resolved."""
    filters = (
        "duties",
        question.enterprise,
        question.hazard_id,
        question.open,
        question.overdue,
        question.moment,
    )
    asked = Conditions()
    asked.values |= {"limit": question.limit + 1} | asking.past(moment)
    _fits(asked, question, moment, asking.today(moment))
    if not sees_all(actor):
        asked.require("d.enterprise = %(own)s", own=actor.enterprise)
    if following := cursors.after(question.cursor, filters, date.fromisoformat, UUID, cursors.position):
        due, hazard_id, number = following
        asked.require(
            "(d.due, d.hazard_id, d.number) > (%(due)s, %(after)s, %(number)s)",
            due=due,
            after=hazard_id,
            number=number,
        )
    body = SQL(_LIST).format(duty=asking.view(Projection.HAZARDS, "duty"), where=asked.where)
    order = "one.due, one.hazard_id, one.number"
    reached, rows = await asking.page(Projection.HAZARDS, body, order, asked.values)
    more = len(rows) > question.limit
    rows = rows[: question.limit]
    return Page(
        items=[_row(asking, row, moment) for row in rows],
        next=cursors.cursor(filters, [rows[-1][name] for name in ("due", "hazard_id", "number")]) if more else None,
        position=reached,
    )


async def overdue_duties(asking: Asking, day: date, after: tuple[UUID, int] | None, limit: int) -> Sequence[DutyRow]:
    """The open duties that were due before a day, of all enterprises."""
    asked = Conditions()
    asked.require("d.state = 'open' AND d.due < %(day)s", day=day, limit=limit)
    if after is not None:
        asked.require("(d.hazard_id, d.number) > (%(hazard)s, %(number)s)", hazard=after[0], number=after[1])
    statement = SQL(_OVERDUE).format(duty=asking.view(Projection.HAZARDS, "duty"), where=asked.where)
    rows = await asking.rows(statement, asked.values)
    return [duty_row(row["hazard_id"], duty_of(row), asking.zone, day) for row in rows]


def _fits(asked: Conditions, question: DutiesQuestion, moment: Moment | None, today: date) -> None:
    is_open = "d.state = 'open'"
    if moment is not None:
        past = look_of(moment), "%(at)s", "%(position)s"
        asked.require(had_begun(*past))
        is_open = still_open(*past)
    if question.enterprise is not None:
        asked.require("d.enterprise = %(enterprise)s", enterprise=question.enterprise)
    if question.hazard_id is not None:
        asked.require("d.hazard_id = %(hazard_id)s", hazard_id=question.hazard_id)
    if question.open is not None:
        asked.require(is_open if question.open else f"NOT {is_open}")
    if question.overdue is not None:
        overdue = f"({is_open} AND d.due < %(today)s)"
        asked.require(overdue if question.overdue else f"NOT {overdue}", today=today)


def _row(asking: Asking, row: dict[str, Any], moment: Moment | None) -> DutyRow:
    held = duty_of(row)
    if moment is not None:
        _as_of(held, asking, moment)
    return duty_row(row["hazard_id"], held, asking.zone, asking.today(moment))


def _as_of(held: HeldDuty, asking: Asking, moment: Moment) -> None:
    """Forget what had not happened yet."""
    at = asking.time(moment)

    def had_happened(when: When) -> bool:
        if moment.position is not None:
            return when.position <= moment.position
        return (when.recorded if moment.clock is ClockKind.RECORDED else when.occurred) <= at

    if held.ended is not None and not had_happened(held.ended):
        held.state, held.ended, held.ended_at = DutyState.OPEN, None, None
    held.escalations = tuple(one for one in held.escalations if had_happened(one.when))
