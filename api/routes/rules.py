"""The rules a jurisdiction's duties come from, each with its source and with what has to be said of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from api.access import service_of
from api.answering import answer
from api.asking import AskingRules
from api.route import Asker, Route
from api.routes import described
from api.routes.places import V1
from api.routes.reaching import written
from domain.rules.clauses import MajorClauses
from domain.rules.pack import Escalation, Origin, Source, Switch, Term, Title
from domain.rules.rulebook import RuleInForce

RULES = V1 + "/rules"

router = APIRouter(tags=["rules"], route_class=Route)


class Stated(BaseModel):
    """A rule in force. `mark`: *policy, not law*, *unverified*, or nothing has to be said."""

    id: str
    pack: str
    title: Title
    origin: Origin
    in_force_from: date
    in_force_until: date | None
    zh: str
    en: str
    source: Source | None
    citation: str
    mark: str | None
    due: Term | None
    escalation: Escalation | None
    switch: Switch | None
    major_clauses: MajorClauses | None


class StatedRules(BaseModel):
    """The rules in force on a day; where two speak of the same, the one that goes before stands first."""

    on: date
    items: list[Stated]


@router.get(
    RULES,
    response_model=StatedRules,
    responses=described.problems(),
    summary="The rules in force, with their sources",
)
async def rules(request: Request, caller: Asker, asking: Annotated[AskingRules, Query()]) -> Response:
    """Answer with the rules in force on a day, each with its source."""
    await written(caller.jurisdiction, asking)
    book = caller.jurisdiction.commands.rules
    on = asking.on or book.day(service_of(request).clock.now())
    return answer(StatedRules(on=on, items=[_stated(found) for found in book.rules_in_force(on)]))


def _stated(found: RuleInForce) -> Stated:
    pack, rule = found.pack, found.rule
    return Stated(
        id=rule.id,
        pack=pack.name,
        title=pack.title,
        origin=pack.origin,
        in_force_from=pack.in_force_from,
        in_force_until=pack.in_force_until,
        zh=rule.zh,
        en=rule.en,
        source=rule.source,
        citation=found.citation,
        mark=found.mark,
        due=rule.due,
        escalation=rule.escalation,
        switch=rule.switch,
        major_clauses=rule.major_clauses,
    )
