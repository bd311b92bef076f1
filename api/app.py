"""API: the HTTP application over a service. Routes come from api/routes, everything around them from here."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.door import Door
from api.invalid import invalid_parameters
from api.metrics import Metrics
from api.openapi import describe
from api.problems import INTERNAL, Kind, Problem, error, unavailable
from api.reference import add_reference
from api.routes import boards, enterprises, events, evidence, hazards, moves, operations, rules
from api.service import Service
from application.log import Unavailable
from domain.refusals import CONTRACT, Refusal, Rule

NO_ROUTE = Rule("route.unknown", "there is nothing at this path", CONTRACT)
NO_METHOD = Rule("route.method", "this path does not take this method; Allow says which it takes", CONTRACT)

_HANDLED = (Problem, Refusal, Unavailable, RequestValidationError, HTTPException)

_OF_STATUS = {
    HTTPStatus.NOT_FOUND: (Kind.NO_ROUTE, NO_ROUTE),
    HTTPStatus.METHOD_NOT_ALLOWED: (Kind.METHOD_NOT_ALLOWED, NO_METHOD),
}


def create_app(service: Service) -> FastAPI:
    """The application. The service is started and stopped by whoever made it."""
    app = FastAPI(docs_url=None, redoc_url=None, redirect_slashes=False, openapi_url="/openapi.json")
    app.state.service = service
    app.state.metrics = Metrics()
    for resource in (hazards, boards, moves, enterprises, evidence, events, rules, operations):
        app.router.routes.extend(resource.router.routes)  # as they are: an included router is looked through each time
    add_reference(app)
    for kind in _HANDLED:
        app.add_exception_handler(kind, _problem)
    app.add_middleware(Door, chance=service.chance, metrics=app.state.metrics)
    describe(app, service.clock)
    return app


def _problem(request: Request, raised: Exception) -> Response:
    problem = _as_problem(raised)
    return problem.response(request.state.correlation_id)


def _as_problem(raised: Exception) -> Problem:
    match raised:
        case Problem():
            return raised
        case Refusal():
            return Problem.of_refusal(raised)
        case Unavailable():
            return unavailable(raised)
        case RequestValidationError():
            return invalid_parameters(raised.errors())
        case HTTPException():
            kind, rule = _OF_STATUS.get(HTTPStatus(raised.status_code), (Kind.INTERNAL, INTERNAL))
            return Problem(kind, [error(rule)], raised.headers or {})
    raise raised
