"""Infrastructure: the hazard ledger, now from its own rows, as of a time from the timeline."""

from __future__ import annotations

from datetime import date
from typing import Any

from psycopg.sql import SQL, Composed

from application.answers import HazardSummary, Page
from application.questions import HazardsQuestion, Moment, Projection
from application.views.search import bigrams, needle
from application.views.times import local
from domain.actors import Actor
from infrastructure.views import cursors
from infrastructure.views.asking import Asking, Conditions, sees_all
from infrastructure.views.pasts import look_of, stood

_NOW = "SELECT h.*, h.updated_at AS since FROM {hazard} h"

# What may change is the timeline's; who reported it, when and how is for ever.
_THEN = """
SELECT s.hazard_id AS id, h.reporter, h.category, h.channel, h.reported_as, h.found_at, s.opened, s.version, s.position,
       s.enterprise, s.stage, s.grade, s.round, s.deadline, s.next_due, s.suspended, s.closed_before_import, s.texts,
       s.recorded_from AS since
FROM {timeline} s JOIN {hazard} h ON h.id = s.hazard_id
WHERE {stood}
"""

_LIST = """
SELECT true AS here, s.*, t.description, t.place
FROM ({standing}) s JOIN {text} t ON t.hazard_id = s.id AND t.version = s.texts
WHERE {where} ORDER BY s.opened DESC LIMIT %(limit)s
"""


async def ledger(asking: Asking, actor: Actor, question: HazardsQuestion, moment: Moment | None) -> Page[HazardSummary]:
    """The rows that fit, the newest first; `moment` is the question's past, resolved."""
    filters = (
        "hazards",
        question.hazard_id,
        question.enterprise,
        question.stage,
        question.grade,
        question.overdue,
        question.q,
        question.moment,
    )
    asked = Conditions()
    asked.values |= {"limit": question.limit + 1} | asking.past(moment)
    _fits(asked, question, asking.today(moment))
    if not sees_all(actor):
        asked.require("(s.enterprise = %(own)s OR s.reporter = %(me)s)", own=actor.enterprise, me=actor.id)
    if following := cursors.after(question.cursor, filters, cursors.position):
        asked.require("s.opened < %(opened)s", opened=following[0])
    searching = _says(asked, question.q)
    body = SQL(_LIST).format(
        standing=_standing(asking, moment),
        text=asking.view(Projection.HAZARDS, "hazard_text"),
        where=asked.where,
    )
    # A search is planned each time: how rare its bigrams are decides where to begin.
    reached, rows = await asking.page(
        Projection.HAZARDS, body, "one.opened DESC", asked.values, prepare=False if searching else None
    )
    more = len(rows) > question.limit
    rows = rows[: question.limit]
    return Page(
        items=[_summary(asking, row, moment) for row in rows],
        next=cursors.cursor(filters, (rows[-1]["opened"],)) if more else None,
        position=reached,
    )


def _standing(asking: Asking, moment: Moment | None) -> Composed:
    hazard = asking.view(Projection.HAZARDS, "hazard")
    if moment is None:
        return SQL(_NOW).format(hazard=hazard)
    timeline = asking.view(Projection.HAZARDS, "hazard_timeline")
    then = stood(look_of(moment), timeline, "%(at)s", "%(position)s")
    return SQL(_THEN).format(hazard=hazard, timeline=timeline, stood=then)


def _fits(asked: Conditions, question: HazardsQuestion, today: date) -> None:
    if question.hazard_id is not None:
        asked.require("s.id = %(hazard_id)s", hazard_id=question.hazard_id)
    if question.enterprise is not None:
        asked.require("s.enterprise = %(enterprise)s", enterprise=question.enterprise)
    if question.stage is not None:
        asked.require("s.stage = %(stage)s", stage=question.stage.value)
    if question.grade is not None:
        asked.require("s.grade = %(grade)s", grade=question.grade.value)
    if question.overdue is not None:
        condition = "s.next_due < %(today)s" if question.overdue else "coalesce(s.next_due >= %(today)s, true)"
        asked.require(condition, today=today)


def _says(asked: Conditions, q: str | None) -> bool:
    """The index finds what has all bigrams; whether they stand together is looked at again."""
    sought = needle(q)
    if sought is None:
        return False
    condition = "strpos(t.searched, %(sought)s) > 0"
    if len(sought) > 1:
        condition += " AND t.bigrams @> %(bigrams)s::text[]"
    asked.require(condition, sought=sought, bigrams=bigrams(sought))
    return True


def _summary(asking: Asking, row: dict[str, Any], moment: Moment | None) -> HazardSummary:
    due = row["next_due"]
    return HazardSummary(
        enterprise_uscc=row["enterprise"],
        overdue=due is not None and due < asking.today(moment),
        found_at=local(row["found_at"], asking.zone),
        updated_at=local(row["since"], asking.zone),
        **{name: row[name] for name in HazardSummary.model_fields if name in row and name not in _OURS},
    )


_OURS = frozenset({"found_at", "updated_at"})
