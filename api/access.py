"""API: who asks, and of which jurisdiction. Everything under /v1 begins here."""

from __future__ import annotations

from typing import NamedTuple, cast
from uuid import UUID

from starlette.requests import Request
from structlog.contextvars import bind_contextvars

from api.headers import header
from api.preconditions import expected_version, idempotency_key
from api.problems import Kind, Problem, error
from api.service import Service
from application.deciding import Request as Asked
from application.jurisdiction import Jurisdiction
from domain.actors import Actor
from domain.refusals import CONTRACT, Rule

NO_TOKEN = Rule("token.missing", "send Authorization: Bearer and a token of this jurisdiction", CONTRACT)
NOT_A_TOKEN = Rule("token.unknown", "this token is unknown here, or was revoked", CONTRACT)

_CHALLENGE = 'Bearer realm="hazardloop"'


class Caller(NamedTuple):
    """Whoever holds the token, where it is valid, and the chain of causes the request belongs to."""

    jurisdiction: Jurisdiction
    actor: Actor
    correlation_id: UUID


def service_of(request: Request) -> Service:
    """What this process serves from."""
    return cast(Service, request.app.state.service)


async def admitted(request: Request) -> Caller:
    """The caller of a route under /v1/{j}. Raises Problem 401, Unknown, or Unavailable where its schema is behind."""
    token = bearer(request)
    jurisdiction = service_of(request).jurisdiction(request.path_params["j"])
    actor = await jurisdiction.tokens.actor_of(token)
    if actor is None:
        raise unauthenticated(NOT_A_TOKEN)
    bind_contextvars(jurisdiction=jurisdiction.code)
    return Caller(jurisdiction, actor, request.state.correlation_id)


def bearer(request: Request) -> str:
    """The token as it was sent. Raises Problem."""
    scheme, _, token = header(request.scope, b"authorization").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated(NO_TOKEN)
    return token


def unauthenticated(rule: Rule) -> Problem:
    """401, with the challenge RFC 6750 asks for."""
    challenge = _CHALLENGE if rule is NO_TOKEN else f'{_CHALLENGE}, error="invalid_token"'
    return Problem(Kind.UNAUTHENTICATED, [error(rule, "Authorization")], {"WWW-Authenticate": challenge})


def asked(request: Request, caller: Caller, body: bytes) -> Asked:
    """The circumstances of a command. Raises Problem for a header that can't be understood."""
    key = idempotency_key(request)
    command = None
    if key is not None:
        keys = service_of(request).command_keys
        command = keys.command_key(caller.actor.id, request.method, request.scope["path"], key, body)
    return Asked(caller.actor, caller.correlation_id, command, expected_version(request))
