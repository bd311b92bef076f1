"""The boards: what the hazards of an enterprise, and of a jurisdiction, add up to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.access import Caller
from api.answering import answer
from api.asking import AskingBoardDiff, AskingPast
from api.problems import Kind
from api.route import Asker, Route
from api.routes import described
from api.routes.places import ENTERPRISE, V1, enterprise_code
from api.routes.reaching import caught_up
from application.boards import Board, JurisdictionBoard
from application.commands import NO_ENTERPRISE
from application.differences import BoardDiff
from application.questions import Projection
from domain.refusals import CONTRACT, NotAllowed, Refusal, Rule, Unknown

ROLL_UP = Rule("board.jurisdiction", "the roll-up is for those who act for no single enterprise", CONTRACT)

router = APIRouter(tags=["boards"], route_class=Route)


@router.get(
    ENTERPRISE + "/board",
    response_model=Board,
    responses=described.problems(Kind.RULE_BROKEN),
    summary="The status of one enterprise",
)
async def board(request: Request, caller: Asker, asking: Annotated[AskingPast, Query()]) -> Response:
    """Answer with the status of one enterprise, now or as of a time."""
    uscc = enterprise_code(request)
    await caught_up(caller.jurisdiction, asking, Projection.HAZARDS, Projection.ENTERPRISES)
    found = await caller.jurisdiction.views.enterprise_board(caller.actor, uscc, asking.past)
    if found is None:
        raise Unknown(NO_ENTERPRISE)
    return answer(found)


@router.get(
    V1 + "/board",
    response_model=JurisdictionBoard,
    responses=described.problems(Kind.NOT_ALLOWED, Kind.RULE_BROKEN),
    summary="The roll-up",
)
async def jurisdiction_board(caller: Asker, asking: Annotated[AskingPast, Query()]) -> Response:
    """Answer with the roll-up by sector and union, now or as of a time. Not for those who act for one enterprise."""
    await caught_up(caller.jurisdiction, asking, Projection.HAZARDS, Projection.ENTERPRISES)
    found = await caller.jurisdiction.views.jurisdiction_board(caller.actor, asking.past)
    if found is None:
        raise NotAllowed(ROLL_UP)
    return answer(found)


@router.get(
    ENTERPRISE + "/board/diff",
    response_model=BoardDiff,
    responses=described.problems(Kind.RULE_BROKEN),
    summary="What changed on the board of one enterprise between two points in time",
)
async def board_diff(request: Request, caller: Asker, asking: Annotated[AskingBoardDiff, Query()]) -> Response:
    """Answer with the counts that differ, the hazards that stood otherwise, and by which events."""
    return await _diff(caller, asking, enterprise_code(request), Unknown(NO_ENTERPRISE))


@router.get(
    V1 + "/board/diff",
    response_model=BoardDiff,
    responses=described.problems(Kind.NOT_ALLOWED, Kind.RULE_BROKEN),
    summary="What changed on the roll-up between two points in time",
)
async def jurisdiction_board_diff(caller: Asker, asking: Annotated[AskingBoardDiff, Query()]) -> Response:
    """Answer with the counts that differ, the hazards that stood otherwise, and by which events."""
    return await _diff(caller, asking, None, NotAllowed(ROLL_UP))


async def _diff(caller: Caller, asking: AskingBoardDiff, uscc: str | None, otherwise: Refusal) -> Response:
    await caught_up(caller.jurisdiction, asking, Projection.HAZARDS, Projection.ENTERPRISES)
    views = caller.jurisdiction.views
    found = await views.board_diff(caller.actor, uscc, asking.points, asking.limit, asking.cursor)
    if found is None:
        raise otherwise
    return answer(found)
