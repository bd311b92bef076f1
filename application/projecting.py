"""Application: the projector: the log, in batches, into the views, exactly once.

Effects and position of a batch are one transaction of the keeper's. What a view can't take parks that
view alone, at the event before; the others go on. Views are read by position, never by guess.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from application.log import EventLog, Recorded, Unavailable, Unreadable
from application.questions import Projection
from application.reading_ahead import ReadingAhead
from application.stopping import unless
from application.undisturbed import undisturbed
from domain.event import DomainEvent
from domain.hazard.closing import TextsErased

BATCH = 16_000
"""Events read and taken at a time. Whoever reads or takes them lets others have their turn in between."""

POLL_SECONDS = 10.0
"""How often to look for events nobody told of."""

STANDBY_SECONDS = 1.0
"""How long to leave the work to another process before looking whether it does it."""

REST, LONGEST_REST = 2.0, 0.5
"""How long to rest when all is taken, so that more comes together meanwhile: in times of what that took, at most so
many seconds."""

ATTEMPTS = 100
"""How often a rebuild tries to be let in between two readers."""

Progress = Callable[[int, int], None]
"""Called with the events done and the events there are."""

logger = logging.getLogger(__name__)


class Untakable(Exception):
    """These events can't be folded. `reason`: what went wrong, never what an event says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Parked(Exception):
    """The projection stands still at an event it can't take; the message says at which."""


class InTheWay(Exception):
    """Somebody is reading just now; try again."""


class Keeper(Protocol):
    """Keeps up one build of one projection: the one that serves, or one made beside it."""

    name: Projection

    async def install(self) -> None:
        """Make what it needs, if it isn't there."""

    async def position(self) -> int | None:
        """The last event taken; None while it is parked."""

    async def take(self, recorded: Sequence[Recorded]) -> bool:
        """Take those events that are next; False if another process is at it, or was. Raises Untakable, Unavailable."""

    async def park(self, position: int, error: str) -> None:
        """Stand still after this event until resumed, if that is where it stands."""

    async def resume(self) -> bool:
        """Try again from where it was parked; whether it was."""

    async def serve(self) -> None:
        """Be read from now on, if it was not yet."""

    async def beside(self) -> Keeper:
        """A new build, empty, or the one that another rebuild has begun."""

    def halted(self) -> AbstractAsyncContextManager[Halted]:
        """Take nothing until the context ends."""

    async def sweep(self) -> None:
        """Drop the builds of this version that nobody needs."""

    async def forget(self, hazard_ids: Sequence[UUID]) -> None:
        """Empty the texts of these hazards that were erased, in every build there is. Raises Unavailable."""

    async def drop_old(self) -> None:
        """Drop every earlier version."""


class Halted(Protocol):
    """A keeper that stands still for a moment."""

    position: int

    async def same_as(self, other: Keeper) -> bool:
        """Whether both builds hold the same bytes."""

    async def give_way(self, other: Keeper) -> None:
        """Let the other build serve instead. Raises InTheWay."""


class Projector:
    """Keeps up the views of one jurisdiction."""

    def __init__(
        self,
        log: EventLog,
        keepers: Sequence[Keeper],
        *,
        batch: int = BATCH,
        poll: float = POLL_SECONDS,
        standby: float = STANDBY_SECONDS,
    ) -> None:
        self._log = log
        self._keepers = {keeper.name: keeper for keeper in keepers}
        self._batch = batch
        self._poll = poll
        self._standby = standby
        self._installed = False
        self._seen = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Project whatever is appended until `stop` is set. What fails is tried again."""
        clock = asyncio.get_running_loop().time
        while not stop.is_set():
            began = clock()
            try:
                alone = await self.catch_up()
            except Unavailable as error:
                await unless(stop, asyncio.sleep(error.seconds))
                continue
            except Exception:
                logger.exception("the views could not be brought up to date; trying again")
                await unless(stop, asyncio.sleep(self._poll))
                continue
            pause = self._log.wait(self._seen, self._poll) if alone else asyncio.sleep(self._standby)
            await unless(stop, asyncio.sleep(min(REST * (clock() - began), LONGEST_REST)))
            await unless(stop, pause)

    async def catch_up(self) -> bool:
        """Project until the log's end; False if another process is at it. Raises Unavailable."""
        await self.install()
        with undisturbed():
            async with ReadingAhead(self._log, self._batch) as log:
                while True:
                    reached = await self._batch_on(log)
                    if reached is not None:
                        return reached

    async def _batch_on(self, log: ReadingAhead) -> bool | None:
        """Take one batch: True at the log's end, False if another process is at it, None where there may be more."""
        positions = [(keeper, await keeper.position()) for keeper in self._keepers.values()]
        behind = [(keeper, position) for keeper, position in positions if position is not None]
        if not behind:
            self._seen = await self._log.head()
            return True
        first = min(position for _, position in behind)
        recorded = await log.read_after(first)
        self._seen = max(self._seen, recorded[-1].position if recorded else first)
        if not recorded:
            return await _serve(behind)
        # Whoever erased them may have been killed before the other builds let go of them.
        if erased := [one.stream_id for one in recorded if one.name == TextsErased.name]:
            for every in self._keepers.values():
                await every.forget(erased)
        for keeper, position in behind:
            if not await take(keeper, [one for one in recorded if one.position > position]):
                return False
        return await _serve(behind) if len(recorded) < self._batch else None

    async def install(self) -> None:
        """Make what the views need, if it isn't there."""
        if not self._installed:
            for keeper in self._keepers.values():
                await keeper.install()
            self._installed = True

    async def resume(self, name: Projection) -> bool:
        """Let a parked projection try again; whether it was parked. The running projector takes it up."""
        return await self._keepers[name].resume()

    async def drop_old(self, name: Projection) -> None:
        """Drop the versions before this release's, once no process serves them."""
        await self._keepers[name].drop_old()

    async def rebuild(self, name: Projection, progress: Progress, *, check: bool = False) -> bool | None:
        """Build a projection anew beside the one that serves, which goes on, and put it in its place.

        With `check`, whether both held the same bytes; None where that can't be said, because the old one was
        parked. Raises Parked, and the old one stays; Unavailable.
        """
        await self.install()
        serving = self._keepers[name]
        new = await serving.beside()
        with undisturbed():
            async with ReadingAhead(self._log, self._batch) as log:
                while (position := await _position(new)) < (head := await self._log.head()) - self._batch:
                    progress(position, head)
                    await take(new, await log.read_after(position))
        for _ in range(ATTEMPTS):
            try:
                same = await self._replace(serving, new, progress, check)
            except InTheWay:
                continue
            await serving.sweep()
            return same
        raise Unavailable

    async def _replace(self, serving: Keeper, new: Keeper, progress: Progress, check: bool) -> bool | None:
        async with serving.halted() as old:
            while (position := await _position(new)) < old.position:
                await take(new, await self._log.read_after(position, min(self._batch, old.position - position)))
            same = await old.same_as(new) if check and position == old.position else None
            await old.give_way(new)
            progress(position, position)
            return same


async def _serve(keepers: Sequence[tuple[Keeper, int]]) -> bool:
    """That was the end of the log: be read from now on."""
    for keeper, _ in keepers:
        await keeper.serve()
    return True


async def take(keeper: Keeper, recorded: Sequence[Recorded]) -> bool:
    """Let a keeper take these events; the first it can't take parks it. False if another process is at it."""
    waiting = [recorded] if recorded else []
    while waiting:
        part = waiting.pop()
        try:
            if not await keeper.take(part):
                return False
        except Untakable as error:
            if len(part) == 1:
                at = f"{part[0].name} at {part[0].position}: {error.reason}"
                logger.error("projection %s parked by %s", keeper.name, at)
                await keeper.park(part[0].position - 1, at)
                return True
            half = len(part) // 2
            waiting += [part[half:], part[:half]]
    return True


def relevant(recorded: Sequence[Recorded], subjects: tuple[str, ...]) -> list[Recorded]:
    """The events whose names begin so."""
    return [one for one in recorded if one.name.startswith(subjects)]


def read(recorded: Recorded) -> DomainEvent:
    """What happened. Raises Untakable where this release can't read it."""
    event = recorded.event
    if isinstance(event, Unreadable):
        raise Untakable(Unreadable.__name__)
    return event


async def _position(keeper: Keeper) -> int:
    position = await keeper.position()
    if position is None:
        raise Parked(keeper.name.value)
    return position
