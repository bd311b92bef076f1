"""For whoever runs the service: whether it lives, whether it is ready, and what it counts."""

from __future__ import annotations

from typing import Literal, cast

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from api.access import NOT_A_TOKEN, bearer, service_of, unauthenticated
from api.answering import answer
from api.metrics import MEDIA_TYPE, Metrics
from api.problems import Kind, unavailable
from api.route import Route
from api.routes import described
from application.jurisdiction import Jurisdiction
from application.log import Unavailable
from domain.actors import Role
from domain.refusals import CONTRACT, NotAllowed, Rule

READERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})

_TEXT: described.Responses = {200: {"description": "Prometheus' text format", "content": {MEDIA_TYPE: {}}}}
_OF_METRICS = (Kind.UNAUTHENTICATED, Kind.NOT_ALLOWED, Kind.UNAVAILABLE, Kind.INTERNAL)

router = APIRouter(tags=["operations"], route_class=Route)

OPERATORS = Rule("metrics.role", "metrics are for administrators and auditors", CONTRACT)


class Health(BaseModel):
    """It is so."""

    status: Literal["ok"] = "ok"


@router.get("/healthz", response_model=Health, responses=described.responses_of([Kind.INTERNAL]), summary="Lives")
async def healthz(request: Request) -> Response:
    """Answer as long as the process does."""
    return answer(Health())


@router.get("/readyz", response_model=Health, responses=described.responses_of([Kind.UNAVAILABLE]), summary="Ready")
async def readyz(request: Request) -> Response:
    """Answer 200 once the database is reachable and every schema current; else 503. Lag is a metric, not readiness."""
    if not await service_of(request).database_ready():
        raise unavailable(Unavailable())
    return answer(Health())


@router.get(
    "/metrics",
    response_class=Response,
    responses=_TEXT | described.responses_of(_OF_METRICS),
    summary="Metrics",
)
async def metrics(request: Request) -> Response:
    """Answer with this process's counts, and head, signing, queue and lag of the token's jurisdictions."""
    instruments = cast(Metrics, request.app.state.metrics)
    seen = [(one, await one.sequencer.look(), await one.views.status()) for one in await _jurisdictions(request)]
    instruments.forget()
    for one, signed, projections in seen:
        instruments.seen(one.code, signed, one.log.queued(), projections)
    return Response(instruments.text(), 200, None, MEDIA_TYPE)


async def _jurisdictions(request: Request) -> list[Jurisdiction]:
    """Those in which the caller may read metrics. Raises Problem where the token is unknown in all, NotAllowed."""
    token, service = bearer(request), service_of(request)
    known, may = False, []
    for code in service.jurisdictions():
        jurisdiction = service.jurisdiction(code)
        actor = await jurisdiction.tokens.actor_of(token)
        known = known or actor is not None
        if actor is not None and actor.role in READERS:
            may.append(jurisdiction)
    if not known:
        raise unauthenticated(NOT_A_TOKEN)
    if not may:
        raise NotAllowed(OPERATORS)
    return may
