"""API: what every request passes through, coming and going: its correlation id, its metrics, and what is refused.

Plain ASGI: a middleware made of requests and responses costs a task and a queue each time.
"""

from __future__ import annotations

import logging
import time
from uuid import UUID

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from api.headers import header
from api.logs import kind_and_place
from api.metrics import Metrics
from api.problems import INTERNAL, Kind, Problem
from api.raised import problem_of
from application.ports import Chance

CORRELATION_ID = b"x-correlation-id"
SAID_ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"private, no-cache"))

log = logging.getLogger("hazardloop.api")


class Door:
    """Names the chain of causes, counts the answer, and turns whatever is raised into a problem."""

    def __init__(self, app: ASGIApp, chance: Chance, metrics: Metrics) -> None:
        self._app = app
        self._chance = chance
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request over HTTP: of what else there is, nothing is let in."""
        began = time.perf_counter()
        correlation_id = self._correlation_id(header(scope, CORRELATION_ID))
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        bind_contextvars(correlation_id=correlation_id)
        answering = False

        async def answer(message: Message) -> None:
            nonlocal answering
            if message["type"] == "http.response.start":
                answering = True
                message["headers"] = [
                    *message["headers"],
                    (CORRELATION_ID, str(correlation_id).encode()),
                    *SAID_ALWAYS,
                ]
                seconds = time.perf_counter() - began
                self._metrics.answered(scope["method"], _template(scope), message["status"], seconds)
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            return
        except Exception as error:
            problem = problem_of(error)
            if problem is None or answering:
                _say(scope, error, correlation_id)
            if answering:  # too late for another answer: break off, so that nobody takes this one for whole
                raise BrokenOff from None
            problem = problem or Problem.of_rule(Kind.INTERNAL, INTERNAL)
            await problem.response(correlation_id)(scope, receive, answer)

    def _correlation_id(self, given: str) -> UUID:
        try:
            return UUID(given) if given else self._chance.id()
        except ValueError:
            return self._chance.id()


class BrokenOff(Exception):
    """An answer that had begun could not be finished; why is in the log."""


def _template(scope: Scope) -> str | None:
    return getattr(scope.get("route"), "path", None)


def _say(scope: Scope, error: Exception, correlation_id: UUID) -> None:
    """Log what kind of error it was and where; its message may hold what somebody entered."""
    told = kind_and_place(error)
    log.error("%s %s: %s (correlation id %s)", scope["method"], _template(scope), told, correlation_id)
