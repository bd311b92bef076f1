"""The clock: each missed duty told once to each, whatever was killed when, and days made up for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from api.settings import Settings
from api.wiring import Running, running
from application import watching
from application.deciding import Request
from application.jurisdiction import Jurisdiction
from application.log import Append, Outcome, Unavailable
from application.replaying.causing import Relation, causation_of
from application.watching import CLOCK, FORGET_AFTER, Noticed, Watching
from domain.actors import Role
from domain.enterprise.enterprise import Register
from domain.erasable import Erasable
from domain.event import DomainEvent
from domain.hazard.inspecting import SelfInspect
from domain.hazard.reporting import Report
from domain.hazard.watching import DutyMissed, DutyRescheduled, stream_of
from domain.hazard.words import Channel, Grade
from domain.rules.pack import CountedIn, Escalation, Provision
from domain.rules.rulebook import Rulebook
from infrastructure.rules.loader import load_packs
from tests.conftest import JURISDICTION
from tests.domain.given import NOW, OURS, SHANGHAI, somebody

MONDAY = NOW
"""9 o'clock on 2 March 2026. The operator's policy gives 3 working days to inspect: until Thursday, the 5th."""

FRIDAY = MONDAY.replace(day=6, hour=0)
"""The midnight at which an inspection that was not made on Thursday has been missed."""

A_WEEK_LATER = FRIDAY + timedelta(days=7)
"""5 working days after Thursday, the 5th, is Thursday, the 12th: from this midnight on the regulator is told too."""

A_MOMENT = timedelta(microseconds=1)


@dataclass
class SetClock:
    """A clock that stands until it is set."""

    time: datetime = MONDAY

    def now(self) -> datetime:
        return self.time


@dataclass
class Turns:
    """Whose turn it is."""

    ours: bool = True

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[bool]:
        yield self.ours


@dataclass
class Forgotten:
    """Up to when command ids were to be forgotten, pass by pass."""

    before: list[datetime] = field(default_factory=list)

    async def forget_commands(self, before: datetime) -> int:
        self.before.append(before)
        return 0


@dataclass(frozen=True)
class Holiday:
    """A later release of the calendar, in which Wednesday, the 4th of March, is free after all."""

    version: str = "with a holiday"

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and day != date(2026, 3, 4)


@dataclass
class Story:
    """A jurisdiction whose views are kept up, and its clock, which looks when it is told to."""

    place: Jurisdiction
    clock: SetClock
    turns: Turns
    forgotten: Forgotten
    watching: Watching

    async def report(self) -> UUID:
        """A hazard reported now, to be inspected within 3 working days."""
        report = Report(enterprise_uscc=OURS, description=Erasable("安全出口被堵"), channel=Channel.SNAP)
        return (await self.place.commands.report(_by(Role.UNION_INSPECTOR), report)).stream_id

    async def inspect(self, hazard: UUID) -> None:
        """The enterprise inspects and grades it now."""
        inspected = SelfInspect(grade=Grade.GENERAL, cause=Erasable("临时堆放"))
        await self.place.commands.carry_out(_by(Role.ENTERPRISE_OFFICER, 1), hazard, inspected)

    async def look(self, at: datetime) -> Noticed | None:
        """A pass of the clock at this time."""
        self.clock.time = at
        return await self.watching.look()

    async def told(self, hazard: UUID) -> list[DomainEvent]:
        """What the clock has said about a hazard."""
        return [one.event for one in await self.place.log.read(stream_of(hazard)) if isinstance(one.event, DomainEvent)]

    async def missed(self, hazard: UUID) -> list[tuple[date, Role]]:
        """Which days were missed, and who was told."""
        told = [event for event in await self.told(hazard) if isinstance(event, DutyMissed)]
        return [(event.duty.due, event.escalated_to) for event in told]


def _by(role: Role, version: int | None = None) -> Request:
    return Request(somebody(role), uuid4(), expected_version=version)


THURSDAY = date(2026, 3, 5)
UNION, REGULATOR = (THURSDAY, Role.UNION_INSPECTOR), (THURSDAY, Role.REGULATOR)


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Running]:
    settings = Settings(database_url=database_url, home=tmp_path)
    async with running(settings, clock=SetClock()) as service:
        yield service


@pytest.fixture
async def story(service: Running) -> AsyncIterator[Story]:
    place, clock, turns, forgotten = service.jurisdiction(JURISDICTION), service.clock, Turns(), Forgotten()
    assert isinstance(clock, SetClock)
    rules, views = place.commands.rules, place.views
    story = Story(
        place, clock, turns, forgotten, Watching(place.log, views, rules, clock, service.chance, turns, forgotten)
    )
    register = Register(uscc=OURS, enterprise_name="一号厂")
    await place.commands.register(_by(Role.UNION_INSPECTOR), register)
    enough = asyncio.Event()
    projecting = asyncio.create_task(service.projector(JURISDICTION).run(enough))
    yield story
    enough.set()
    await projecting


async def test_given_an_open_duty_when_its_day_is_not_over_then_nothing_is_said(story: Story) -> None:
    hazard = await story.report()
    assert await story.look(FRIDAY - A_MOMENT) == Noticed()
    assert await story.told(hazard) == []


async def test_given_a_missed_duty_when_midnight_has_come_then_the_union_is_told_once(story: Story) -> None:
    hazard = await story.report()
    assert await story.look(FRIDAY) == Noticed(missed=1)
    assert await story.look(FRIDAY) == Noticed()
    assert await story.look(FRIDAY + timedelta(days=1)) == Noticed()
    assert await story.missed(hazard) == [UNION]


async def test_given_a_missed_duty_then_the_event_says_whose_it_is_and_that_the_product_said_it(story: Story) -> None:
    hazard = await story.report()
    await story.look(FRIDAY)
    (event,) = await story.told(hazard)
    assert isinstance(event, DutyMissed)
    assert (event.hazard_id, event.round, event.by, event.occurred_at) == (hazard, 1, CLOCK.by, FRIDAY)
    assert (event.duty.kind, event.duty.rule, event.duty.pack) == (
        "self_inspection",
        "self_inspection",
        "operator-policy@1",
    )


async def test_given_a_duty_missed_for_5_working_days_then_the_regulator_is_told_once_as_well(story: Story) -> None:
    hazard = await story.report()
    await story.look(FRIDAY)
    assert await story.look(A_WEEK_LATER - A_MOMENT) == Noticed()
    assert await story.look(A_WEEK_LATER) == Noticed(missed=1)
    assert await story.look(A_WEEK_LATER + timedelta(days=30)) == Noticed()
    assert await story.missed(hazard) == [UNION, REGULATOR]


async def test_given_a_policy_of_its_own_then_the_regulator_is_told_by_its_days_or_never(story: Story) -> None:
    *laws, policy = load_packs()
    after = {"escalation.regulator": Escalation(days=1, counted_in=CountedIn.WORKING_DAYS)}

    def under(rules: tuple[Provision, ...]) -> Watching:
        packs = (*laws, policy.model_copy(update={"rules": rules}))
        return replace(story.watching, rules=Rulebook(packs, story.watching.rules.calendar, SHANGHAI, JURISDICTION))

    hazard = await story.report()
    story.clock.time = FRIDAY + timedelta(days=30)
    assert await under(tuple(rule for rule in policy.rules if rule.id not in after)).look() == Noticed(missed=1)
    assert await story.missed(hazard) == [UNION]

    another = await story.report()
    story.clock.time += timedelta(days=6)
    await under(tuple(rule.model_copy(update={"escalation": after.get(rule.id)}) for rule in policy.rules)).look()
    assert [told for _, told in await story.missed(another)] == [Role.UNION_INSPECTOR, Role.REGULATOR]


async def test_given_a_clock_that_stood_still_for_a_month_then_all_that_was_missed_is_told_at_once(
    story: Story,
) -> None:
    hazards = [await story.report() for _ in range(3)]
    assert await story.look(FRIDAY + timedelta(days=30)) == Noticed(missed=6)
    assert [await story.missed(hazard) for hazard in hazards] == [[UNION, REGULATOR]] * 3


async def test_given_a_duty_that_was_met_then_nothing_is_said_of_it(story: Story) -> None:
    hazard = await story.report()
    await story.inspect(hazard)
    await story.look(FRIDAY)
    assert await story.missed(hazard) == []


async def test_given_more_than_a_page_of_missed_duties_then_each_is_told(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "PAGE", 2)
    hazards = [await story.report() for _ in range(5)]
    assert await story.look(FRIDAY) == Noticed(missed=5)
    assert [await story.missed(hazard) for hazard in hazards] == [[UNION]] * 5


async def test_given_another_process_at_it_then_nothing_is_done(story: Story) -> None:
    hazard = await story.report()
    story.turns.ours = False
    assert await story.look(FRIDAY) is None
    assert (await story.told(hazard), story.forgotten.before) == ([], [])


class Killed(BaseException):
    """The process ends here."""


@dataclass
class KilledAfterAppending:
    """A log whose process is killed between what was written and its answer."""

    place: Jurisdiction

    async def append(self, items: Sequence[Append]) -> Sequence[Outcome]:
        await self.place.log.append(items)
        raise Killed

    def __getattr__(self, name: str) -> object:
        return getattr(self.place.log, name)


async def test_given_a_process_killed_after_it_wrote_then_the_next_pass_says_nothing_twice(story: Story) -> None:
    hazard = await story.report()
    story.clock.time = FRIDAY
    with pytest.raises(Killed):
        await replace(story.watching, log=KilledAfterAppending(story.place)).look()
    assert await story.look(FRIDAY) == Noticed()
    assert await story.missed(hazard) == [UNION]


@dataclass
class Behind:
    """Views that have not seen what the clock said last."""

    place: Jurisdiction
    overdue: Sequence[object]

    async def overdue_duties(self, day: date, after: tuple[UUID, int] | None, limit: int) -> Sequence[object]:
        return self.overdue if after is None else ()

    async def reached(self, *_: object) -> None:
        return

    def __getattr__(self, name: str) -> object:
        return getattr(self.place.views, name)


async def test_given_views_that_have_not_seen_it_then_the_duty_stream_is_what_counts(story: Story) -> None:
    hazard = await story.report()
    await story.place.views.reached(await story.place.log.head())
    overdue = await story.place.views.overdue_duties(FRIDAY.date())
    assert await story.look(FRIDAY) == Noticed(missed=1)
    behind = replace(story.watching, views=Behind(story.place, overdue))
    assert await behind.look() == Noticed()
    assert await story.missed(hazard) == [UNION]


async def test_given_views_that_can_not_catch_up_then_the_clock_says_nothing_yet(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(Behind):
        async def reached(self, *_: object) -> None:
            raise Unavailable

    hazard = await story.report()
    story.clock.time = FRIDAY
    with pytest.raises(Unavailable):
        await replace(story.watching, views=Late(story.place, ())).look()
    assert await story.told(hazard) == []


async def test_given_a_view_that_is_parked_then_whoever_runs_it_is_told_once_a_pass_what_the_clock_waits_for(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    class Parked(Behind):
        async def reached(self, *_: object) -> None:
            raise Unavailable

    enough = asyncio.Event()
    pauses = 0
    story.clock.time = FRIDAY

    async def pause(seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        if pauses == 3:
            story.clock.time += timedelta(days=1)
        if pauses == 6:
            enough.set()

    await story.report()
    story.clock.time = FRIDAY
    await replace(story.watching, views=Parked(story.place, ())).run(enough, pause)
    warnings = [one.getMessage() for one in caplog.records if one.name == watching.__name__]
    waits = "it waits for the projection hazards to take the event at position 2"
    assert warnings == [
        f"the clock can't make its pass of 2026-03-0{day} and will try again: {waits}" for day in (6, 7)
    ]


def with_a_holiday(story: Story) -> Watching:
    packs, calendar = load_packs(), Holiday()
    return replace(story.watching, rules=Rulebook(packs, calendar, SHANGHAI, JURISDICTION))


async def test_given_a_calendar_that_gives_another_day_then_the_duty_is_rescheduled_once(story: Story) -> None:
    hazard = await story.report()
    later = with_a_holiday(story)
    story.clock.time = FRIDAY
    assert await later.look() == Noticed(rescheduled=1)
    assert await later.look() == Noticed()
    (event,) = await story.told(hazard)
    assert isinstance(event, DutyRescheduled)
    assert (event.was.due, event.duty.due, event.duty.calendar) == (THURSDAY, date(2026, 3, 6), "with a holiday")


async def test_given_a_rescheduled_duty_then_it_is_missed_by_its_new_day(story: Story) -> None:
    hazard = await story.report()
    later = with_a_holiday(story)
    story.clock.time = FRIDAY + timedelta(days=1)
    assert await later.look() == Noticed(rescheduled=1, missed=1)
    assert await later.look() == Noticed()
    assert await story.missed(hazard) == [(date(2026, 3, 6), Role.UNION_INSPECTOR)]


async def test_given_command_ids_then_those_older_than_90_days_are_forgotten(story: Story) -> None:
    await story.look(FRIDAY)
    assert story.forgotten.before == [FRIDAY - FORGET_AFTER]
    assert timedelta(days=90) == FORGET_AFTER


async def test_given_a_running_clock_then_it_looks_at_its_start_and_after_each_local_midnight(story: Story) -> None:
    enough = asyncio.Event()
    story.clock.time = MONDAY.replace(hour=22)

    async def an_hour(seconds: float) -> None:
        story.clock.time += timedelta(hours=1)
        if story.clock.time > MONDAY.replace(day=5, hour=1):
            enough.set()

    await story.watching.run(enough, an_hour)
    looked_at = [before + FORGET_AFTER for before in story.forgotten.before]
    assert looked_at == [MONDAY.replace(hour=22), *(MONDAY.replace(day=day, hour=0) for day in (3, 4, 5))]


async def test_given_a_pass_that_failed_then_it_is_tried_again_until_it_is_made(story: Story) -> None:
    enough = asyncio.Event()
    hazard = await story.report()
    story.turns.ours = False
    story.clock.time = FRIDAY
    pauses = 0

    async def pause(seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        story.turns.ours = pauses == 3
        if pauses == 6:
            enough.set()

    await story.watching.run(enough, pause)
    assert await story.missed(hazard) == [UNION]
    assert len(story.forgotten.before) == 1


async def test_given_a_missed_duty_when_it_is_asked_why_then_the_clock_names_the_event_that_started_it(
    story: Story,
) -> None:
    hazard = await story.report()
    (reported,) = await story.place.log.read(hazard)
    await story.look(FRIDAY)
    (missed,) = await story.place.log.read(stream_of(hazard))

    why = await causation_of(story.place.log, JURISDICTION, missed.position)

    assert why is not None
    assert {(one.position, one.relation) for one in why.causes} == {
        (reported.position, Relation.CAUSATION),
        (reported.position, Relation.DUTY_MISSED),
    }
