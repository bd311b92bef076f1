"""The clock jumps a day forward and back: order stays, every duty is due on its day, and nothing is told twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from pydantic import SecretStr

from api.settings import Settings
from api.wiring import running
from application.deciding import Request
from application.jurisdiction import Jurisdiction
from application.log import readable
from application.projecting import Projector
from application.questions import DutiesQuestion
from application.watching import Watching
from domain.actors import Role
from domain.enterprise.enterprise import Register
from domain.erasable import Erasable
from domain.hazard.dual_reporting import NotifyWorkers
from domain.hazard.reporting import Report
from domain.hazard.watching import DutyMissed, stream_of
from domain.hazard.words import Channel, NoticeChannel
from tests.conftest import JURISDICTION
from tests.domain.given import OURS, SHANGHAI, somebody
from tests.faults.asking import Book
from tests.faults.findings import NOTHING, found
from tests.faults.table import Table
from tests.infrastructure.views.town import SetClock

FAULT = "clock one day back or forward"
A_DAY = timedelta(days=1)

TUESDAY = datetime(2026, 3, 3, 7, tzinfo=SHANGHAI)
"""Early: in Greenwich it is Monday."""

DUE = {
    "on time": date(2026, 3, 6),
    "a day ahead": date(2026, 3, 9),
    "back again": date(2026, 3, 6),
    "a day behind": date(2026, 3, 5),
}
"""Three working days (the operator's policy) after the day the clock showed, counted by hand."""


class AlwaysOurs:
    """Nobody else makes the clock's pass."""

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[bool]:
        yield True


class ForgetsNothing:
    """Command ids are not what is looked at here."""

    async def forget_commands(self, before: datetime) -> int:
        return 0


@dataclass
class Story:
    """A jurisdiction whose clock is set."""

    place: Jurisdiction
    projector: Projector
    clock: SetClock
    watching: Watching
    hazards: dict[str, UUID] = field(default_factory=dict)

    async def report(self, when: str) -> None:
        """A hazard is reported, and the workers are told of it."""
        report = Report(enterprise_uscc=OURS, description=Erasable("安全出口被堵"), channel=Channel.SNAP)
        self.hazards[when] = (await self.place.commands.report(_by(), report)).stream_id
        await self.tell_workers(when)

    async def tell_workers(self, when: str) -> None:
        notice = NotifyWorkers(channel=NoticeChannel.NOTICE_BOARD)
        await self.place.commands.carry_out(_by(), self.hazards[when], notice)

    async def look(self, at: datetime) -> list[str]:
        """The clock's pass at a time; the hazards of which a missed duty has been told, once each time it was told."""
        self.clock.at = at
        await self.projector.catch_up()
        await self.watching.look()
        await self.projector.catch_up()
        return [when for when, id in self.hazards.items() for _ in await self._missed(id)]

    async def due(self) -> dict[str, date]:
        """Until when each hazard is to be inspected."""
        await self.projector.catch_up()
        page = await self.place.views.duties(somebody(Role.AUDITOR), DutiesQuestion(limit=100))
        by_id = {row.hazard_id: row.due for row in page.items}
        return {when: by_id[id] for when, id in self.hazards.items()}

    async def _missed(self, hazard: UUID) -> list[DutyMissed]:
        said = await self.place.log.read(stream_of(hazard))
        return [one.event for one in said if isinstance(one.event, DutyMissed)]


def _by() -> Request:
    return Request(somebody(Role.UNION_INSPECTOR), uuid4())


@asynccontextmanager
async def story_at(url: str, home: Path, zone: str = "Asia/Shanghai") -> AsyncIterator[Story]:
    clock = SetClock(TUESDAY)
    async with running(Settings(database_url=SecretStr(url), home=home, time_zone=zone), clock=clock) as service:
        place = service.jurisdiction(JURISDICTION)
        rules, views = place.commands.rules, place.views
        watching = Watching(place.log, views, rules, clock, service.chance, AlwaysOurs(), ForgetsNothing())
        await place.commands.register(_by(), Register(uscc=OURS, enterprise_name="一号厂"))
        yield Story(place, service.projector(JURISDICTION), clock, watching)


async def jump_about(story: Story) -> None:
    """Hazards are reported, and gone on with, by a clock that jumps a day forward, back, and back once more."""
    await story.report("on time")
    story.clock.at += A_DAY
    await story.report("a day ahead")
    await story.tell_workers("on time")
    story.clock.at -= A_DAY
    await story.report("back again")
    await story.tell_workers("a day ahead")
    story.clock.at -= A_DAY
    await story.report("a day behind")
    await story.tell_workers("on time")


async def test_given_a_clock_that_jumps_then_the_order_stays_and_each_duty_is_due_on_its_day(
    database_url: str, tmp_path: Path, table: Table
) -> None:
    async with story_at(database_url, tmp_path) as story:
        await jump_about(story)

        assert await story.due() == DUE
        for hazard in story.hazards.values():
            claimed = [event.occurred_at for event in readable(await story.place.log.read(hazard))]
            assert claimed == sorted(claimed)
    assert await found(database_url, Book()) == NOTHING
    table.tell(FAULT, "3 jumps", "recorded in order, each duty due on the day counted by hand")


async def test_given_a_clock_that_jumps_when_days_have_passed_then_each_missed_duty_is_told_once(
    database_url: str, tmp_path: Path, table: Table
) -> None:
    thursday = datetime(2026, 3, 5, tzinfo=SHANGHAI)
    async with story_at(database_url, tmp_path) as story:
        await jump_about(story)

        assert await story.look(thursday + A_DAY - timedelta(microseconds=1)) == []
        assert await story.look(thursday + A_DAY) == ["a day behind"]
        assert await story.look(thursday + 2 * A_DAY) == ["on time", "back again", "a day behind"]
        assert await story.look(thursday + A_DAY) == ["on time", "back again", "a day behind"]
        assert await story.look(thursday + 2 * A_DAY) == ["on time", "back again", "a day behind"]
        assert await story.due() == DUE
    findings = await found(database_url, Book())
    assert (findings.gaps, findings.backwards) == ((), ())
    table.tell(FAULT, "3 jumps", "missed duties told after their day, once")


async def test_control_given_a_log_that_stamps_whatever_the_clock_says_then_the_disorder_is_found(
    database_url: str, tmp_path: Path, table: Table
) -> None:
    careful, careless = "greatest(coalesce(at, clock_timestamp()), stamp)", "coalesce(at, clock_timestamp())"
    with psycopg.connect(database_url, autocommit=True) as connection:
        function = f"'hazardloop_{JURISDICTION}.append'::regproc"
        (source,) = connection.execute(f"SELECT pg_get_functiondef({function})".encode()).fetchone() or ("",)
        assert careful in source
        connection.execute(source.replace(careful, careless).encode())
    async with story_at(database_url, tmp_path) as story:
        await jump_about(story)

    findings = await found(database_url, Book())
    assert len(findings.backwards) == 2
    table.tell_control(FAULT, f"stamped as the clock says: backwards {len(findings.backwards)} times")


async def test_control_given_days_counted_in_another_time_zone_then_the_wrong_days_are_found(
    database_url: str, tmp_path: Path, table: Table
) -> None:
    async with story_at(database_url, tmp_path, zone="UTC") as story:
        await jump_about(story)

        wrong = [when for when, due in (await story.due()).items() if due != DUE[when]]
    assert len(wrong) == len(DUE)
    table.tell_control(FAULT, f"days counted in UTC: {len(wrong)} of {len(DUE)} due days wrong")
