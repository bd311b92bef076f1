"""API: how a route calls its endpoint.

FastAPI draws up the OpenAPI document from an endpoint's signature; here the same signature is filled in without its
solving of dependencies and its stacks of contexts, which would cost more than all the rest of an answer. An endpoint
takes any of `request`, `caller: Asker` and `asking: Annotated[MODEL, Query()]`, and answers a Response.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar, get_args
from urllib.parse import parse_qsl

from fastapi import Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.access import Caller, admitted
from api.invalid import field_of, invalid
from api.problems import Kind, Problem
from domain.refusals import CONTRACT, Rule

TWICE = Rule("query.duplicate", "a parameter is given once", CONTRACT)

Asker = Annotated[Caller, Depends(admitted)]
"""The caller of a question."""

M = TypeVar("M", bound=BaseModel)

_Part = Callable[[Request], Awaitable[Any]]


class Route(APIRoute):
    """Described by FastAPI, answered directly."""

    def __init__(self, path: str, endpoint: Callable[..., Awaitable[Response]], **described: Any) -> None:
        super().__init__(path, endpoint, **described)
        self._answer = endpoint
        self._parts = _parts_of(endpoint)
        self.app = self._directly

    async def _directly(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        given = {name: await part(request) for name, part in self._parts}
        response = await self._answer(**given)
        await response(scope, receive, send)


def query(model: type[M], request: Request) -> M:
    """What a question is asked with. Raises Problem."""
    written = request.scope["query_string"]
    given = parse_qsl(written.decode("latin-1"), keep_blank_values=True) if written else []
    _each_once(given)
    try:
        return model.model_validate(dict(given))
    except ValidationError as refused:
        raise invalid(refused) from None


def _each_once(given: Sequence[tuple[str, str]]) -> None:
    """Refuse a parameter given twice, of which two readers could take one each."""
    names = Counter(name for name, _ in given)
    if len(names) < len(given):
        ((twice, _),) = names.most_common(1)
        raise Problem.of_rule(Kind.INVALID_INPUT, TWICE, field_of([twice]))


def _parts_of(endpoint: Callable[..., Any]) -> Sequence[tuple[str, _Part]]:
    """The endpoint's parameters, each with what gives its value."""
    return [
        (name, _part(one.annotation)) for name, one in inspect.signature(endpoint, eval_str=True).parameters.items()
    ]


def _part(annotation: Any) -> _Part:
    if annotation is Request:
        return _itself
    if annotation == Asker:
        return admitted
    model: type[BaseModel] = get_args(annotation)[0]

    async def asking(request: Request) -> BaseModel:
        return query(model, request)

    return asking


async def _itself(request: Request) -> Request:
    return request
