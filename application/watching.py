"""Application: the clock. It says in a hazard's duty stream which duty was missed or has another day now.

Views nominate, the duty stream decides: what it holds already is not said again, so a pass may be
killed anywhere, repeated, or made by two processes. A pass looks at every duty that is open, so
days on which nothing ran are made up for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Protocol
from uuid import UUID

from application.answers import DutyRow
from application.log import Append, EventLog, Receipt, Unavailable, readable
from application.ports import Chance, Clock
from application.questions import DutiesQuestion, Projection, Views
from domain.actors import Actor, Role
from domain.event import Act, DomainEvent, id_in_log
from domain.hazard.watching import DutyWatch, stream_of
from domain.rules.duties import Duty
from domain.rules.rulebook import Rulebook

CLOCK = Actor(UUID("0190c10c-0000-7000-8000-000000000000"), Role.SERVICE)
"""The product itself, in the log of every jurisdiction."""

FORGET_AFTER = timedelta(days=90)
"""How long a command id is kept: as long as its Idempotency-Key is answered as the first time."""

LOOK_SECONDS = 60.0
"""How often the clock looks whether midnight has passed, or tries again. It asks the database nothing for that."""

PAGE = 200
ATTEMPTS = 3

logger = logging.getLogger(__name__)


class Behind(Unavailable):
    """A projection has yet to take an event: it is slow, or parked at an event it can't take."""

    def __init__(self, projection: Projection, position: int, seconds: int) -> None:
        super().__init__(seconds)
        self.args = (f"it waits for the projection {projection} to take the event at position {position}",)


class Turn(Protocol):
    """Of all processes only one makes a pass over a jurisdiction at a time."""

    def taken(self) -> AbstractAsyncContextManager[bool]:
        """Whether the turn is ours; held until the context ends."""


class Forgetful(Protocol):
    """A log that can forget under which command ids it was written."""

    async def forget_commands(self, before: datetime) -> int:
        """Empty the command ids of events recorded before a moment; how many."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a pass has appended and forgotten."""

    rescheduled: int = 0
    missed: int = 0
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class Watching:
    """The clock of one jurisdiction."""

    log: EventLog
    views: Views
    rules: Rulebook
    clock: Clock
    chance: Chance
    turn: Turn
    commands: Forgetful

    async def run(self, stop: asyncio.Event, pause: Callable[[float], Awaitable[None]]) -> None:
        """Make a pass now and after each local midnight, until `stop` is set. What fails is tried again.

        Whoever runs it is warned once a pass of what it waits for: until then no missed duty is told.
        """
        done: date | None = None
        warned: date | None = None
        while not stop.is_set():
            today = self.rules.day(self.clock.now())
            if done != today:
                try:
                    done = done if await self.look() is None else today
                except Behind as behind:
                    if warned != today:
                        logger.warning("the clock can't make its pass of %s and will try again: %s", today, str(behind))
                        warned = today
                except Unavailable:
                    # The database is away, or all is being stopped: others say so.
                    pass
                except Exception:
                    logger.exception("the clock could not make its pass and will try again")
            await pause(LOOK_SECONDS)

    async def look(self) -> Noticed | None:
        """Make one pass; None if another process is at it. Raises Unavailable while the views are behind."""
        async with self.turn.taken() as ours:
            if not ours:
                return None
            now = self.clock.now()
            await self._views_know_everything()
            rescheduled = await self._note(self._moved(), now, self._reschedule)
            if rescheduled:
                await self._views_know_everything()
            missed = await self._note(self._overdue(now), now, self._miss)
            forgotten = await self.commands.forget_commands(now - FORGET_AFTER)
            return Noticed(rescheduled, missed, forgotten)

    async def _views_know_everything(self) -> None:
        head = await self.log.head()
        try:
            await self.views.reached(head, (Projection.HAZARDS,))
        except Unavailable as unavailable:
            raise Behind(Projection.HAZARDS, head, unavailable.seconds) from unavailable

    async def _moved(self) -> AsyncIterator[Sequence[DutyRow]]:
        cursor: str | None = None
        while True:
            page = await self.views.duties(CLOCK, DutiesQuestion(open=True, limit=PAGE, cursor=cursor))
            yield [row for row in page.items if self._now_of(row) != row.duty]
            if page.next is None:
                return
            cursor = page.next

    async def _overdue(self, now: datetime) -> AsyncIterator[Sequence[DutyRow]]:
        after: tuple[UUID, int] | None = None
        while rows := await self.views.overdue_duties(self.rules.day(now), after, PAGE):
            yield [row for row in rows if set(self._told(row.duty, now)) - set(row.escalated_to)]
            after = (rows[-1].hazard_id, rows[-1].number)

    async def _note(
        self,
        pages: AsyncIterator[Sequence[DutyRow]],
        now: datetime,
        say: Callable[[DutyWatch, DutyRow, Act], None],
    ) -> int:
        """Let `say` tell each hazard's watch of its rows, and append what is news; how many events."""
        act = Act(CLOCK, now, now, self.chance.id(), self.rules)
        noted = 0
        async for page in pages:
            by_hazard = sorted(page, key=lambda row: (row.hazard_id, row.number))
            waiting = [list(rows) for _, rows in groupby(by_hazard, key=lambda row: row.hazard_id)]
            for _ in range(ATTEMPTS):
                items = [Append(await self._news(rows, act, say)) for rows in waiting]
                new = [(item, rows) for item, rows in zip(items, waiting, strict=True) if item.events]
                if not new:
                    break
                outcomes = await self.log.append([item for item, _ in new])
                written = [isinstance(outcome, Receipt) for outcome in outcomes]
                noted += sum(len(item.events) for (item, _), did in zip(new, written, strict=True) if did)
                waiting = [rows for (_, rows), did in zip(new, written, strict=True) if not did]
        return noted

    async def _news(
        self, rows: Sequence[DutyRow], act: Act, say: Callable[[DutyWatch, DutyRow, Act], None]
    ) -> Sequence[DomainEvent]:
        stream = stream_of(rows[0].hazard_id)
        said = readable(await self.log.read(stream))
        watch = DutyWatch.fold(said) or DutyWatch.begin(stream, act.now)
        for row in rows:
            say(watch, row, act)
        return [event for event in watch.collect_events() if isinstance(event, DomainEvent)]

    def _reschedule(self, watch: DutyWatch, row: DutyRow, act: Act) -> None:
        watch.reschedule(row.hazard_id, row.round, row.duty, self._now_of(row), self._because_of(row, act))

    def _miss(self, watch: DutyWatch, row: DutyRow, act: Act) -> None:
        for role in self._told(row.duty, act.now):
            watch.miss(row.hazard_id, row.round, row.duty, role, self._because_of(row, act))

    def _because_of(self, row: DutyRow, act: Act) -> Act:
        """What is said of a duty comes from the event that started it."""
        return act._replace(causation_id=id_in_log(self.rules.area, row.begun_position))

    def _now_of(self, row: DutyRow) -> Duty:
        """The duty under today's packs and calendar; under the same ones nothing moves."""
        now = self.rules.reschedule(row.duty, row.since)
        return row.duty if (now.pack, now.calendar) == (row.pack, row.calendar) else now

    def _told(self, duty: Duty, now: datetime) -> Sequence[Role]:
        if not self.rules.missed(duty, now):
            return ()
        if self.rules.regulator_is_told(duty, now):
            return (Role.UNION_INSPECTOR, Role.REGULATOR)
        return (Role.UNION_INSPECTOR,)
