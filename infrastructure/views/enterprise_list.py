"""Infrastructure: the enterprises of the jurisdiction."""

from __future__ import annotations

from typing import Any

from psycopg.sql import SQL

from application.answers import Page
from application.boards import EnterpriseSummary, KeySector
from application.questions import EnterprisesQuestion, Projection
from application.views.search import needle
from application.views.times import local
from domain.actors import Actor
from infrastructure.views import cursors
from infrastructure.views.asking import Asking, Conditions, sees_all

_LIST = "SELECT true AS here, e.* FROM {enterprise} e WHERE {where} ORDER BY e.uscc LIMIT %(limit)s"


async def enterprises(asking: Asking, actor: Actor, question: EnterprisesQuestion) -> Page[EnterpriseSummary]:
    """The enterprises that fit, by code."""
    filters = ("enterprises", question.union_organisation, question.closed, question.q)
    asked = Conditions(values={"limit": question.limit + 1})
    if question.union_organisation is not None:
        asked.require("e.union_organisation = %(union)s", union=question.union_organisation)
    if question.closed is not None:
        asked.require("e.closed = %(closed)s", closed=question.closed)
    sought = needle(question.q)
    if sought is not None:
        asked.require("strpos(e.searched, %(sought)s) > 0", sought=sought)
    if not sees_all(actor):
        asked.require("e.uscc = %(own)s", own=actor.enterprise)
    if following := cursors.after(question.cursor, filters, str):
        asked.require("e.uscc > %(after)s", after=following[0])
    body = SQL(_LIST).format(enterprise=asking.view(Projection.ENTERPRISES, "enterprise"), where=asked.where)
    reached, rows = await asking.page(Projection.ENTERPRISES, body, "one.uscc", asked.values)
    more = len(rows) > question.limit
    rows = rows[: question.limit]
    return Page(
        items=[_summary(asking, row) for row in rows],
        next=cursors.cursor(filters, (rows[-1]["uscc"],)) if more else None,
        position=reached,
    )


def _summary(asking: Asking, row: dict[str, Any]) -> EnterpriseSummary:
    said = {name: row[name] for name in EnterpriseSummary.model_fields}
    said["key_sectors"] = tuple(KeySector(name) for name in row["key_sectors"])
    said |= {name: local(row[name], asking.zone) for name in ("registered_at", "updated_at")}
    return EnterpriseSummary(**said)
