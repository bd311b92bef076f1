"""Infrastructure: who waits for the log is woken when something was appended, by whatever process.

One connection a process listens for all jurisdictions, while anybody waits: being told of each batch costs whoever is
busy with the last one, and the server as well. Nothing depends on it: every wait ends after its time-out, so a lost
notification costs time and stalls nobody.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections import defaultdict
from types import TracebackType
from typing import Self

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from infrastructure.log.batch import CHANNEL

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
"""Seconds before the next attempt to listen again; doubled from the first to the longest."""

IDLE_SECONDS = 0.25
"""How long to go on listening, at least, where nobody waits any more; at most twice that."""

MOST_DIGITS = 20
"""More than a position has: whoever may connect may tell anything."""

logger = logging.getLogger(__name__)


class Wakeups:
    """Used as an asynchronous context, it listens while somebody waits; else waits just take their time."""

    def __init__(self, url: str) -> None:
        # A connection that died without a word is found out within a minute.
        self._url = make_conninfo(
            url, connect_timeout=5, keepalives_idle=30, keepalives_interval=10, keepalives_count=3
        )
        self.begun = 0
        """How often it has begun to listen. Who asks for the head meanwhile has to ask again."""
        self._told: dict[str, int] = {}
        self._waiting: dict[str, set[asyncio.Future[None]]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None
        self._waited = False
        self._hears = False
        self._entered = False

    async def __aenter__(self) -> Self:
        self._entered = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._entered = False
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])

    def told(self, code: str) -> int | None:
        """The highest position told of since the connection was made, if any was."""
        return self._told.get(code)

    def tell(self, code: str, position: int) -> None:
        """The log of this jurisdiction reaches at least this position; wakes whoever waits for it.

        Kept while it listens only: what nothing keeps true is forgotten.
        """
        if self._hears and position > self._told.get(code, -1):
            self._told[code] = position
            self._wake(code)

    async def wait(self, code: str, after: int, timeout: float) -> None:
        """Return once a position past `after` was told of, or after `timeout` seconds."""
        if self._told.get(code, -1) > after:
            return
        self._waited = True
        if self._entered and self._listening is None:
            self._listening = asyncio.create_task(self._listen(), name="wakeups", context=contextvars.Context())
        woken = asyncio.get_running_loop().create_future()
        self._waiting[code].add(woken)
        try:
            await asyncio.wait([woken], timeout=timeout)
        finally:
            self._waiting[code].discard(woken)

    async def _listen(self) -> None:
        try:
            await self._listen_while_wanted()
        finally:
            # Nothing comes between the last look and this: who waits from now on begins to listen anew.
            self._listening = None

    async def _listen_while_wanted(self) -> None:
        pause = FIRST_PAUSE
        while self._wanted():
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(SQL("LISTEN {}").format(Identifier(CHANNEL)))
                    pause = FIRST_PAUSE
                    await self._hear(connection)
            except (psycopg.Error, OSError) as error:
                logger.warning("not listening for new events (%s), next attempt in %.1f s", type(error).__name__, pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def _wanted(self) -> bool:
        """Whether anybody waits, or did since this was asked last."""
        waited, self._waited = self._waited, False
        return waited or any(self._waiting.values())

    async def _hear(self, connection: psycopg.AsyncConnection[TupleRow]) -> None:
        # Whatever was appended before the connection stood was not heard: everybody looks for himself once.
        self._hears = True
        self.begun += 1
        for code in list(self._waiting):
            self._wake(code)
        try:
            while True:
                async for notification in connection.notifies(timeout=IDLE_SECONDS):
                    code, _, position = notification.payload.partition("/")
                    if position.isascii() and position.isdigit() and len(position) < MOST_DIGITS:
                        self.tell(code, int(position))
                if not self._wanted():
                    return
        finally:
            self._hears = False
            self._told.clear()

    def _wake(self, code: str) -> None:
        for woken in self._waiting[code]:
            if not woken.done():
                woken.set_result(None)
