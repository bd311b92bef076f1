"""A jurisdiction in which things happen: enterprises, hazards and what anybody does about them, into the real log.

Whatever is done is decided by the domain's own moves; only the time and the ids are made up.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from application.commands import enterprise_stream
from application.log import Append, Receipt
from application.projecting import Projector
from application.questions import Projection
from domain.actors import Actor, Role
from domain.catalogue import CATALOGUE
from domain.enterprise.enterprise import Enterprise, EnterpriseCommand, Register
from domain.event import Act, Aggregate, DomainEvent
from domain.hazard.closing import EraseTexts
from domain.hazard.hazard import Hazard
from domain.hazard.moves import Move
from domain.hazard.reporting import Report
from domain.hazard.watching import DutyWatch, stream_of
from domain.rules.duties import Duty
from domain.rules.rulebook import Rulebook
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.pool import Pool, bounded_pool
from infrastructure.log.wakeups import Wakeups
from infrastructure.time_and_chance import SystemChance
from infrastructure.views.enterprises import Enterprises
from infrastructure.views.hazards import Hazards
from infrastructure.views.keeper import PostgresKeeper
from infrastructure.views.reading import PostgresViews
from tests.conftest import JURISDICTION
from tests.domain.given import ACTORS, KUNSHAN, NOW, SHANGHAI, book, id_of

CLOCK = ACTORS[Role.SERVICE]


@dataclass
class SetClock:
    """It is the time somebody set."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class Town:
    """Its log, its views, and who keeps them up. Times are those of its clock."""

    url: str
    pool: Pool
    clock: SetClock
    log: PostgresEventLog
    views: PostgresViews
    rules: Rulebook = field(default_factory=lambda: book(KUNSHAN))
    hazards: dict[UUID, Hazard] = field(default_factory=dict)
    enterprises: dict[str, Enterprise] = field(default_factory=dict)
    watches: dict[UUID, DutyWatch] = field(default_factory=dict)

    def keepers(self) -> list[PostgresKeeper]:
        return [PostgresKeeper(self.pool, JURISDICTION, tables) for tables in (Hazards(), Enterprises())]

    def projector(self, batch: int = 1000) -> Projector:
        return Projector(self.log, self.keepers(), batch=batch, poll=0.01, standby=0.01)

    async def project(self, batch: int = 1000) -> None:
        assert await self.projector(batch).catch_up()

    async def dump(self, name: Projection = Projection.HAZARDS) -> bytes:
        (keeper,) = [keeper for keeper in self.keepers() if keeper.name is name]
        return b"".join([block async for block in keeper.dump()])

    async def register(self, uscc: str, **what: Any) -> Enterprise:
        act = self._act(ACTORS[Role.ADMINISTRATOR], None)
        register = Register(**({"uscc": uscc, "enterprise_name": f"Works {uscc[-3:]}"} | what))
        self.enterprises[uscc] = register.open(enterprise_stream(JURISDICTION, uscc), act)
        await self.write(self.enterprises[uscc])
        return self.enterprises[uscc]

    async def change(self, uscc: str, command: EnterpriseCommand, by: Actor = ACTORS[Role.ADMINISTRATOR]) -> None:
        self.enterprises[uscc].carry_out(command, self._act(by, command.occurred_at))
        await self.write(self.enterprises[uscc])

    def opened(self, by: Actor, report: Report) -> Hazard:
        """A hazard reported, and not written yet."""
        hazard = report.open(id_of(f"hazard {len(self.hazards)}"), self._act(by, report.occurred_at))
        self.hazards[hazard.id] = hazard
        return hazard

    async def report(self, by: Actor, report: Report) -> UUID:
        hazard = self.opened(by, report)
        await self.write(hazard)
        return hazard.id

    async def do(self, hazard_id: UUID, by: Actor, move: Move) -> Receipt:
        hazard = self.hazards[hazard_id]
        hazard.carry_out(move, self._act(by, move.occurred_at))
        return await self.write(hazard, erases=hazard_id if isinstance(move, EraseTexts) else None)

    async def miss(self, hazard_id: UUID, duty: Duty, to: Role = Role.UNION_INSPECTOR) -> None:
        """The clock tells of a missed duty; once, however often it is asked to."""
        watch = self._watch(hazard_id)
        if watch.miss(hazard_id, self.hazards[hazard_id].round, duty, to, self._act(CLOCK, None)):
            await self.write(watch)

    async def reschedule(self, hazard_id: UUID, was: Duty, duty: Duty) -> None:
        """The clock tells that a duty has another day now; nothing where it is the same."""
        watch = self._watch(hazard_id)
        if watch.reschedule(hazard_id, self.hazards[hazard_id].round, was, duty, self._act(CLOCK, None)):
            await self.write(watch)

    async def write(self, aggregate: Aggregate, erases: UUID | None = None) -> Receipt:
        """Append what is pending, stamped with the town's clock."""
        (receipt,) = await self.append([Append(pending(aggregate), erases=erases)])
        return receipt

    async def append(self, items: Sequence[Append]) -> Sequence[Receipt]:
        outcomes = await self.log.append(items)
        assert all(isinstance(outcome, Receipt) for outcome in outcomes), outcomes
        return [outcome for outcome in outcomes if isinstance(outcome, Receipt)]

    def later(self, **by: float) -> datetime:
        self.clock.at += timedelta(**by)
        return self.clock.at

    def _watch(self, hazard_id: UUID) -> DutyWatch:
        if hazard_id not in self.watches:
            self.watches[hazard_id] = DutyWatch.begin(stream_of(hazard_id), self.clock.at)
        return self.watches[hazard_id]

    def _act(self, by: Actor, occurred_at: datetime | None) -> Act:
        return Act(by, self.clock.at, occurred_at or self.clock.at, id_of("correlation"), self.rules)


def pending(aggregate: Aggregate) -> Sequence[DomainEvent]:
    return [event for event in aggregate.collect_events() if isinstance(event, DomainEvent)]


@asynccontextmanager
async def town_at(url: str) -> AsyncIterator[Town]:
    """A town in a migrated database. Nobody listens: what is tested here must not hang on wake-ups."""
    clock = SetClock()
    async with bounded_pool(url, size=5) as pool:
        log = PostgresEventLog(pool, JURISDICTION, Codec(SystemChance(), CATALOGUE), Wakeups(url), clock=clock)
        yield Town(url, pool, clock, log, PostgresViews(pool, JURISDICTION, log, SHANGHAI, clock))
