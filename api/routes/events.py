"""The log for API consumers: in pages, and live.

What is given is the log as it lies there: public bytes, in which texts are commitments. The texts
of one hazard are in its own history.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import AwareDatetime, BaseModel
from starlette.requests import Request
from starlette.responses import Response

from api.access import Caller, bearer, service_of
from api.answering import MEDIA_TYPE
from api.asking import FARTHEST, AskingEvents, AskingStream
from api.headers import header
from api.problems import Kind, Problem
from api.route import Asker, Route
from api.routes import described
from api.routes.places import EVENTS
from api.routes.reaching import written
from application.jurisdiction import Jurisdiction
from application.log import Recorded, Unavailable
from domain.actors import UNION, Role
from domain.refusals import CONTRACT, NotAllowed, Rule

READERS = UNION | {Role.AUDITOR, Role.ADMINISTRATOR, Role.REGULATOR}

WHOLE_LOG = Rule("events.role", "the whole log is read by auditors, regulators, unions and administrators", CONTRACT)
LAST_EVENT_ID = Rule("last_event_id.form", "Last-Event-ID is a position: a whole number", CONTRACT)

STREAM = EVENTS + "/stream"

BATCH = 500
KEEP_ALIVE_SECONDS = 15.0
RETRY = b"retry: 1000\n\n"

THE_STREAM: described.Responses = {
    200: {
        "description": "Server-sent events; the data of each is an event as it lies in the log",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}

router = APIRouter(tags=["events"], route_class=Route)


class Event(BaseModel):
    """An event as it lies in the log."""

    position: int
    recorded_at: AwareDatetime
    stream_id: UUID
    version: int
    name: str
    state: dict[str, Any]
    """The public bytes: `by`, `occurred_at`, and the event's own fields."""


class Events(BaseModel):
    """A page of the log. Positions are dense. `position` is where it ends: the next page's `after`."""

    items: list[Event]
    position: int


@router.get(
    EVENTS,
    response_model=Events,
    responses=described.problems(Kind.NOT_ALLOWED),
    summary="The log, in pages",
)
async def events(caller: Asker, asking: Annotated[AskingEvents, Query()]) -> Response:
    """Answer with the events past a position. Fewer than `limit` of them: that was the end of the log."""
    whole_log(caller)
    await written(caller.jurisdiction, asking)
    found = await caller.jurisdiction.log.read_after(asking.after, asking.limit)
    position = found[-1].position if found else asking.after
    body = b'{"items":[%b],"position":%d}' % (b",".join(map(_event, found)), position)
    return Response(body, 200, None, MEDIA_TYPE)


@router.get(
    STREAM,
    response_class=Response,
    responses=THE_STREAM | described.problems(Kind.NOT_ALLOWED),
    summary="The log, live",
)
async def stream(request: Request, caller: Asker, asking: Annotated[AskingStream, Query()]) -> Response:
    """Send the events past a position, and then each as it is recorded (server-sent events; id: position).

    A reader that comes back with Last-Event-ID goes on where it was.
    """
    whole_log(caller)
    after = _resumed_from(request, asking.after)
    await written(caller.jurisdiction, asking)
    return EventSourceResponse(_live(caller.jurisdiction, bearer(request), after, service_of(request).stopping))


async def _live(jurisdiction: Jurisdiction, token: str, after: int, stopping: asyncio.Event) -> AsyncIterator[bytes]:
    """The stream, until the process stops, the token is revoked or the database is away: the reader comes back."""
    yield RETRY
    while not stopping.is_set():
        try:
            if await jurisdiction.tokens.actor_of(token) is None:
                return
            found = await jurisdiction.log.read_after(after, BATCH)
        except Unavailable:
            return
        if found:
            after = found[-1].position
            yield b"".join(map(_message, found))
        elif not await _woken(jurisdiction, after, stopping):
            yield KEEPALIVE_COMMENT


async def _woken(jurisdiction: Jurisdiction, after: int, stopping: asyncio.Event) -> bool:
    """Wait without holding a connection. Whether there is something to do, rather than nothing for a while."""
    waits = (
        asyncio.ensure_future(jurisdiction.log.wait(after, 2 * KEEP_ALIVE_SECONDS)),
        asyncio.ensure_future(stopping.wait()),
    )
    try:
        done, _ = await asyncio.wait(waits, timeout=KEEP_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        return bool(done)
    finally:
        for one in waits:
            one.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


def whole_log(caller: Caller) -> None:
    """Refuse whoever may not read the whole log. Raises NotAllowed."""
    if caller.actor.role not in READERS:
        raise NotAllowed(WHOLE_LOG)


def _resumed_from(request: Request, after: int) -> int:
    given = header(request.scope, b"last-event-id")
    if not given:
        return after
    if not (given.isascii() and given.isdecimal() and len(given) <= len(str(FARTHEST)) and int(given) <= FARTHEST):
        raise Problem.of_rule(Kind.INVALID_INPUT, LAST_EVENT_ID, "Last-Event-ID")
    return int(given)


def _event(one: Recorded) -> bytes:
    head = f'{{"position":{one.position},"recorded_at":"{one.recorded_at.isoformat()}","stream_id":"{one.stream_id}",'
    return f'{head}"version":{one.version},"name":"{one.name}","state":'.encode() + one.state + b"}"


def _message(one: Recorded) -> bytes:
    return format_sse_event(data_str=_event(one).decode(), id=str(one.position))
