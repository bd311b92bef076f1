"""Hazards: reported, listed in the ledger, read one by one with their history. Moves have a module of their own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.access import admitted, asked
from api.answering import Done, answer, done, versioned
from api.asking import Asking, AskingDiff, AskingDuties, AskingHazard, AskingHazards, one_past
from api.bodies import command, json_body
from api.problems import Kind
from api.route import Asker, Route
from api.routes import described
from api.routes.places import HAZARD, HAZARDS, V1, hazard_id
from api.routes.reaching import caught_up, written
from application.answers import DutyRow, HazardFile, HazardSummary, HistoryEntry, Page
from application.commands import NO_HAZARD
from application.differences import HazardDiff
from application.questions import Projection
from domain.hazard.reporting import Report
from domain.refusals import Unknown

DUTIES = V1 + "/duties"

router = APIRouter(tags=["hazards"], route_class=Route)


@router.post(
    HAZARDS,
    status_code=201,
    response_model=Done,
    responses=described.problems(*described.OF_A_COMMAND),
    summary="Report a hazard 上报",
)
async def report(request: Request) -> Response:
    """Report a hazard: anyone, by any channel (安全生产法 Art 59)."""
    caller = await admitted(request)
    body = await json_body(request)
    reported = command(Report, body)
    receipt = await caller.jurisdiction.commands.report(asked(request, caller, body), reported)
    return done(receipt, location=f"/v1/{caller.jurisdiction.code}/hazards/{receipt.stream_id}")


@router.get(
    HAZARDS,
    response_model=Page[HazardSummary],
    responses=described.problems(Kind.RULE_BROKEN),
    summary="The hazard ledger 隐患台账",
)
async def ledger(caller: Asker, asking: Annotated[AskingHazards, Query()]) -> Response:
    """Answer with the hazard ledger (隐患台账), newest first, now or as of a time."""
    views = caller.jurisdiction.views
    await caught_up(caller.jurisdiction, asking, Projection.HAZARDS)
    return answer(await views.hazards(caller.actor, asking.question))


@router.get(HAZARD, response_model=HazardFile, responses=described.problems(), summary="One file per hazard 一患一档")
async def hazard(request: Request, caller: Asker, asking: Annotated[AskingHazard, Query()]) -> Response:
    """Answer with one hazard, folded from the log: now, at a version or as of a time. Its ETag is the version shown."""
    one_past(asking.version, asking.at)
    id = hazard_id(request)
    await written(caller.jurisdiction, asking)
    found = await caller.jurisdiction.views.hazard(caller.actor, id, version=asking.version, moment=asking.moment)
    if found is None:
        raise Unknown(NO_HAZARD)
    return versioned(found, found.version)


@router.get(
    HAZARD + "/events",
    response_model=Page[HistoryEntry],
    responses=described.problems(),
    summary="The history of a hazard",
)
async def history(request: Request, caller: Asker, asking: Annotated[Asking, Query()]) -> Response:
    """Answer with every event of a hazard, the first first: who, both times, and where in the log."""
    id = hazard_id(request)
    await written(caller.jurisdiction, asking)
    found = await caller.jurisdiction.views.history(caller.actor, id)
    if not found:
        raise Unknown(NO_HAZARD)
    last = found[-1]
    return versioned(Page[HistoryEntry](items=found, position=last.position), last.version)


@router.get(
    HAZARD + "/diff",
    response_model=HazardDiff,
    responses=described.problems(Kind.RULE_BROKEN),
    summary="What changed of a hazard between two points in time",
)
async def diff(request: Request, caller: Asker, asking: Annotated[AskingDiff, Query()]) -> Response:
    """Answer with the fields that differ and the events in between, each with the fields it changed."""
    id = hazard_id(request)
    await written(caller.jurisdiction, asking)
    found = await caller.jurisdiction.views.hazard_diff(caller.actor, id, asking.points)
    if found is None:
        raise Unknown(NO_HAZARD)
    return answer(found)


@router.get(
    DUTIES,
    response_model=Page[DutyRow],
    responses=described.problems(Kind.RULE_BROKEN),
    summary="Duties and their days",
)
async def duties(caller: Asker, asking: Annotated[AskingDuties, Query()]) -> Response:
    """Answer with the duties, the earliest due first, now or as of a time: what is due, since when, by which rule."""
    await caught_up(caller.jurisdiction, asking, Projection.HAZARDS)
    return answer(await caller.jurisdiction.views.duties(caller.actor, asking.question))
