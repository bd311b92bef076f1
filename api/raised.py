"""API: what was raised, as the problem it is answered with."""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException

from api.problems import Kind, Problem, error, unavailable
from application.log import Unavailable
from domain.refusals import CONTRACT, Refusal, Rule

NO_ROUTE = Rule("route.unknown", "there is nothing at this path", CONTRACT)
NO_METHOD = Rule("route.method", "this path does not take this method; Allow says which it takes", CONTRACT)

_OF_STATUS = {
    HTTPStatus.NOT_FOUND: (Kind.NO_ROUTE, NO_ROUTE),
    HTTPStatus.METHOD_NOT_ALLOWED: (Kind.METHOD_NOT_ALLOWED, NO_METHOD),
}


def problem_of(raised: Exception) -> Problem | None:
    """The problem; None for what nobody meant to raise."""
    match raised:
        case Problem():
            return raised
        case Refusal():
            return Problem.of_refusal(raised)
        case Unavailable():
            return unavailable(raised)
        case HTTPException() if raised.status_code in _OF_STATUS:
            kind, rule = _OF_STATUS[HTTPStatus(raised.status_code)]
            return Problem(kind, [error(rule)], raised.headers or {})
    return None
