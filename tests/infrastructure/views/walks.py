"""Anything done by anyone to anything in a town, at any pace: what a view has to stand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from application.log import Recorded
from domain.actors import Actor, Role
from domain.enterprise.enterprise import Change
from domain.erasable import Erasable
from domain.hazard.closing import EraseTexts
from domain.hazard.inspecting import SelfInspect
from domain.hazard.moves import Move
from domain.hazard.rectifying import Extend, Plan
from domain.hazard.reporting import Correct, CorrectableField, Report, Transfer
from domain.hazard.words import Channel, Grade
from domain.refusals import Refusal
from tests.conftest import DatabaseServer
from tests.domain.given import ACTORS, OURS, SHANGHAI, THEIRS
from tests.domain.hazard.test_any_sequence import ASIDE, FORWARD, PEOPLE
from tests.infrastructure.views.town import Town, town_at

TEXTS = (
    "气瓶泄漏，无防护",
    "Gas cylinder leaks",
    "配电箱 100% uncovered_wire",
    "二楼消防通道堵塞",
    "ＡＢＣ 阀门",
)
PLACES = ("一号车间", "Workshop B", None)
MEMBERS = [actor for actor in PEOPLE if actor.enterprise in (OURS, THEIRS)]
INSPECTOR, ADMINISTRATOR, IMPORTER = (
    ACTORS[role] for role in (Role.UNION_INSPECTOR, Role.ADMINISTRATOR, Role.IMPORTER)
)


@dataclass
class Walk:
    """Steps taken by chance, the same chance the same steps."""

    town: Town
    chance: Random
    refused: int = 0

    async def begin(self) -> None:
        await self.town.register(OURS, industry_code="26", union_organisation="周市镇总工会", crowded=True)
        await self.town.register(THEIRS, industry_code="4511")

    async def steps(self, number: int) -> None:
        for _ in range(number):
            if self.chance.random() < 0.7:
                self.town.later(minutes=self.chance.choice((1, 60, 60 * 24, 60 * 24 * 4)))
            try:
                await self.step()
            except Refusal:
                self.refused += 1

    async def step(self) -> None:
        sort = self.chance.randrange(100)
        if sort < 8 or not self.town.hazards:
            await self.report()
        elif sort < 18:
            await self.watch()
        elif sort < 20:
            await self.town.change(self.chance.choice((OURS, THEIRS)), Change(industry_code=self.chance.choice("BCEG")))
        else:
            id = self.chance.choice(list(self.town.hazards))
            await self.town.do(id, *self.move(id, sort))

    async def report(self) -> None:
        grade = self.chance.choice((None, Grade.GENERAL, Grade.MAJOR))
        by = self.chance.choice([*MEMBERS, INSPECTOR, IMPORTER])
        text, place = self.chance.choice(TEXTS), self.chance.choice(PLACES)
        report = Report(
            enterprise_uscc=by.enterprise or self.chance.choice((OURS, THEIRS, None)),
            description=Erasable(text),
            place=Erasable(place) if place else None,
            channel=Channel.SNAP,
            reported_as=grade,
            occurred_at=self.claimed(None),
        )
        await self.town.report(by, report)

    def move(self, id: UUID, sort: int) -> tuple[Actor, Move]:
        hazard = self.town.hazards[id]
        if sort < 23:
            return ADMINISTRATOR, EraseTexts(legal_basis="个人信息保护法 Art 47")
        if sort < 29:
            field = self.chance.choice((CorrectableField.DESCRIPTION, CorrectableField.PLACE))
            value = Erasable(self.chance.choice(TEXTS))
            return INSPECTOR, Correct(field=field, value=value, reason=Erasable("it was wrong"))
        if sort < 33:
            return INSPECTOR, Transfer(enterprise_uscc=self.chance.choice((OURS, THEIRS)), reason=Erasable("theirs"))
        moves = [one for one in (FORWARD if sort < 80 else ASIDE) if hazard.stage in one.stages | one.record_stages]
        move = self.chance.choice(moves)
        theirs = (None, hazard.enterprise_uscc)
        actor = self.chance.choice(
            [one for one in PEOPLE if one.role in move.roles and one.enterprise in theirs] or [IMPORTER]
        )
        only_of_a_record = hazard.stage not in move.stages or (isinstance(move, SelfInspect) and not move.grade)
        if only_of_a_record or (move.roles & {Role.IMPORTER} and self.chance.random() < 0.2):
            actor = IMPORTER
        soon = self.today() + timedelta(days=self.chance.randrange(-30 if actor is IMPORTER else 1, 30))
        if isinstance(move, Plan):
            move = move.model_copy(update={"deadline": hazard.deadline or soon})
        elif isinstance(move, Extend):
            move = move.model_copy(update={"new_deadline": soon})
        not_before = None if actor is IMPORTER else hazard.modified_on
        return actor, move.model_copy(update={"occurred_at": self.claimed(not_before)})

    async def watch(self) -> None:
        """The clock says of an open duty, if there is one, that it was missed or has another day."""
        id = self.chance.choice(list(self.town.hazards))
        file = await self.town.views.hazard(ADMINISTRATOR, id)
        if file is None or not file.duties:
            return
        duty = self.chance.choice(file.duties).duty
        if self.chance.random() < 0.5:
            due = duty.due + timedelta(days=self.chance.randrange(-5, 15))
            await self.town.reschedule(id, duty, duty.model_copy(update={"due": due}))
        else:
            await self.town.miss(id, duty)

    def claimed(self, not_before: datetime | None) -> datetime | None:
        """Now, or some time ago."""
        if self.chance.random() < 0.5:
            return None
        earliest = not_before or self.town.clock.at - timedelta(days=20)
        return self.town.clock.at - (self.town.clock.at - earliest) * self.chance.random()

    def today(self) -> date:
        return self.town.clock.at.astimezone(SHANGHAI).date()


@asynccontextmanager
async def walked(databases: DatabaseServer, template: str, seed: int, steps: int) -> AsyncIterator[tuple[Town, Random]]:
    """A town in a database of its own after so many steps, its views kept up; and the chance that led it."""
    with databases.database(template) as url:
        async with town_at(url) as town:
            chance = Random(seed)
            walk = Walk(town, chance)
            await walk.begin()
            await walk.steps(steps)
            await town.project()
            yield town, chance


async def everything(town: Town) -> list[Recorded]:
    return list(await town.log.read_after(0, 100_000))
