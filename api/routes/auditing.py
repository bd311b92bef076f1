"""What an auditor asks of the log besides reading it: what it gives away by itself, and what led to what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answering import answer
from api.asking import Asking, AskingFindings
from api.problems import Kind
from api.route import Asker, Route
from api.routes import described
from api.routes.events import whole_log
from api.routes.places import EVENT, V1, event_position
from api.routes.reaching import written
from application.replaying.causing import NO_EVENT, Causation, causation_of
from application.replaying.finding import FindingKind, Findings, Looking, look
from domain.refusals import Unknown

FINDINGS = V1 + "/findings"
CAUSES = EVENT + "/causes"

router = APIRouter(tags=["events"], route_class=Route)


@router.get(
    FINDINGS,
    response_model=Findings,
    responses=described.problems(Kind.NOT_ALLOWED),
    summary="What the clocks and grades of the log give away",
)
async def findings(caller: Asker, asking: Annotated[AskingFindings, Query()]) -> Response:
    """Answer with the findings past a position, and how far the log was looked at: ask again until that is its head."""
    whole_log(caller)
    place = caller.jurisdiction
    await written(place, asking)
    kinds = frozenset({asking.kind} if asking.kind else FindingKind)
    looking = Looking(place.commands.rules, asking.late_after_days, kinds, asking.imported)
    return answer(await look(place.log, looking, asking.after, asking.limit))


@router.get(
    CAUSES,
    response_model=Causation,
    responses=described.problems(Kind.NOT_ALLOWED),
    summary="What led to an event, and what it led to",
)
async def causes(request: Request, caller: Asker, asking: Annotated[Asking, Query()]) -> Response:
    """Answer with the causes and effects of the event at a position, among those of its hazard or its own stream."""
    whole_log(caller)
    place, at = caller.jurisdiction, event_position(request)
    await written(place, asking)
    found = await causation_of(place.log, place.code, at)
    if found is None:
        raise Unknown(NO_EVENT)
    return answer(found)
