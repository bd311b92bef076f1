"""Enterprises: registered, changed, closed, listed and read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.access import admitted, asked
from api.answering import EnterpriseDone, answer, done, unless_seen, versioned
from api.asking import Asking, AskingEnterprises
from api.bodies import command, json_body
from api.problems import Kind
from api.route import Asker, Route
from api.routes import described
from api.routes.places import ENTERPRISE, ENTERPRISES, enterprise_code
from api.routes.reaching import caught_up, written
from application.answers import Page
from application.boards import EnterpriseSummary
from application.commands import NO_ENTERPRISE
from application.questions import Projection
from domain.enterprise.enterprise import Change, Close, EnterpriseCommand, Register
from domain.refusals import Unknown

COMMANDS: dict[str, type[EnterpriseCommand]] = {ENTERPRISE + "/changes": Change, ENTERPRISE + "/closure": Close}

router = APIRouter(tags=["enterprises"], route_class=Route)


@router.post(
    ENTERPRISES,
    status_code=201,
    response_model=EnterpriseDone,
    responses=described.problems(*described.OF_A_COMMAND),
    summary="Register an enterprise",
)
async def register(request: Request) -> Response:
    """Register an enterprise under its unified social credit code."""
    caller = await admitted(request)
    body = await json_body(request)
    registered = command(Register, body)
    receipt = await caller.jurisdiction.commands.register(asked(request, caller, body), registered)
    location = f"/v1/{caller.jurisdiction.code}/enterprises/{registered.uscc}"
    return done(receipt, registered.uscc, location)


def _carrying_out(model: type[EnterpriseCommand]) -> Callable[[Request], Awaitable[Response]]:
    async def carry_out(request: Request) -> Response:
        caller = await admitted(request)
        uscc = enterprise_code(request)
        body = await json_body(request)
        asking = asked(request, caller, body)
        commands = caller.jurisdiction.commands
        return done(await commands.carry_out_on_enterprise(asking, uscc, command(model, body)), uscc)

    return carry_out


for _path, _command in COMMANDS.items():
    router.add_api_route(
        _path,
        _carrying_out(_command),
        methods=["POST"],
        status_code=201,
        response_model=EnterpriseDone,
        responses=described.problems(*described.OF_A_COMMAND),
        name=_command.__name__.lower(),
        summary=f"{_command.__name__} an enterprise",
        description=_command.__doc__,
    )


@router.get(
    ENTERPRISES,
    response_model=Page[EnterpriseSummary],
    responses=described.problems(Kind.RULE_BROKEN),
    summary="The enterprises",
)
async def enterprises(caller: Asker, asking: Annotated[AskingEnterprises, Query()]) -> Response:
    """Answer with the enterprises, by code."""
    await caught_up(caller.jurisdiction, asking, Projection.ENTERPRISES)
    return answer(await caller.jurisdiction.views.enterprises(caller.actor, asking.question))


@router.get(ENTERPRISE, response_model=EnterpriseSummary, responses=described.problems(), summary="One enterprise")
async def enterprise(request: Request, caller: Asker, asking: Annotated[Asking, Query()]) -> Response:
    """Answer with one enterprise, folded from the log."""
    uscc = enterprise_code(request)
    await written(caller.jurisdiction, asking)
    found = await caller.jurisdiction.views.enterprise(caller.actor, uscc)
    if found is None:
        raise Unknown(NO_ENTERPRISE)
    return unless_seen(request, versioned(found, found.version))
