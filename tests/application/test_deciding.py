"""What a process remembers makes it no slower to learn what others have done: two of them on one log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest

from application.commands import Commands
from application.deciding import REUSED, STALE, Request
from application.log import Append, CommandKey, Known, Outcome, Recorded, Unavailable
from application.remembering import Remembered
from domain.actors import Actor
from domain.enterprise.enterprise import Enterprise
from domain.hazard.hazard import Hazard
from domain.hazard.inspecting import SelfInspect
from domain.hazard.rectifying import Plan, RecordStep
from domain.hazard.words import Grade, Stage
from domain.refusals import KeyReused, StaleVersion, WrongStage
from infrastructure.evidence import EvidenceFolder
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.time_and_chance import SystemChance
from infrastructure.views.hazards import Hazards
from infrastructure.views.keeper import PostgresKeeper
from tests.conftest import JURISDICTION
from tests.domain.given import KUNSHAN, NOW, OURS, XIAN, id_of
from tests.domain.hazard.roads import DEADLINE, RECTIFIER, REPORTER, SIX_ITEMS, reported, text
from tests.infrastructure.views.town import Town, town_at

INSPECT = SelfInspect(grade=Grade.GENERAL, cause=text("worn valve"))
PLAN = Plan(deadline=DEADLINE, **SIX_ITEMS)
STEP = RecordStep(note=text("ordered"))


class Counting:
    """The log, and how often streams were read from it."""

    def __init__(self, log: PostgresEventLog) -> None:
        self._log = log
        self.reads = 0
        self.out_of_reach = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    async def read(self, stream_id: UUID) -> Sequence[Recorded]:
        self.reads += 1
        return await self._log.read(stream_id)

    async def read_for(self, stream_id: UUID, command: CommandKey | None) -> tuple[Sequence[Recorded], Known | None]:
        self.reads += 1
        return await self._log.read_for(stream_id, command)

    async def append(self, items: Sequence[Append]) -> Sequence[Outcome]:
        if self.out_of_reach:
            raise Unavailable
        return await self._log.append(items)


def key(name: bytes, body: bytes = b"body") -> CommandKey:
    return CommandKey(name.ljust(16), body.ljust(16))


def asked(by: Actor, version: int | None = None, command: CommandKey | None = None) -> Request:
    return Request(by, id_of("correlation"), command, version)


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    async with town_at(database_url) as found:
        await found.register(OURS)
        yield found


def process(town: Town, folder: Path) -> tuple[Commands, Counting]:
    """A process of its own, which remembers nothing yet."""
    log = Counting(town.log)
    texts = PostgresKeeper(town.pool, JURISDICTION, Hazards())
    evidence = EvidenceFolder(folder)
    return Commands(JURISDICTION, log, town.rules, town.clock, SystemChance(), evidence, texts), log  # type: ignore[arg-type]


async def rectifying(commands: Commands) -> UUID:
    id = (await commands.report(asked(REPORTER), reported().command)).stream_id  # type: ignore[arg-type]
    await commands.carry_out(asked(RECTIFIER, 1), id, INSPECT)
    await commands.carry_out(asked(RECTIFIER, 2), id, PLAN)
    return id


async def test_given_what_it_decided_on_last_when_it_decides_again_then_nothing_is_read(
    town: Town, tmp_path: Path
) -> None:
    here, log = process(town, tmp_path)
    id = await rectifying(here)
    before = log.reads

    versions = [(await here.carry_out(asked(RECTIFIER), id, STEP)).version for _ in range(3)]

    assert versions == [4, 5, 6]
    assert log.reads == before


async def test_given_an_enterprise_it_has_seen_when_a_hazard_of_it_is_reported_then_nothing_is_read(
    town: Town, tmp_path: Path
) -> None:
    here, log = process(town, tmp_path)
    await here.report(asked(REPORTER), reported().command)  # type: ignore[arg-type]
    before = log.reads

    await here.report(asked(REPORTER, command=key(b"one")), reported().command)  # type: ignore[arg-type]

    assert (before, log.reads) == (1, 1)


async def test_given_another_process_was_faster_when_it_decides_then_on_what_that_one_left(
    town: Town, tmp_path: Path
) -> None:
    here, _ = process(town, tmp_path)
    there, _ = process(town, tmp_path)
    id = await rectifying(here)
    await there.carry_out(asked(RECTIFIER), id, STEP)

    receipt = await here.carry_out(asked(RECTIFIER), id, STEP)

    assert receipt.version == 5
    assert [one.version for one in await town.log.read(id)] == [1, 2, 3, 4, 5]


async def test_given_a_move_it_would_refuse_when_another_process_has_made_way_for_it_then_it_is_made(
    town: Town, tmp_path: Path
) -> None:
    here, _ = process(town, tmp_path)
    there, _ = process(town, tmp_path)
    id = (await here.report(asked(REPORTER), reported().command)).stream_id  # type: ignore[arg-type]
    await here.carry_out(asked(RECTIFIER, 1), id, INSPECT)
    await there.carry_out(asked(RECTIFIER, 2), id, PLAN)

    assert (await here.carry_out(asked(RECTIFIER), id, STEP)).version == 4


async def test_given_a_move_that_is_refused_then_it_is_refused_on_what_the_log_has(town: Town, tmp_path: Path) -> None:
    here, log = process(town, tmp_path)
    id = (await here.report(asked(REPORTER), reported().command)).stream_id  # type: ignore[arg-type]
    await here.carry_out(asked(RECTIFIER, 1), id, INSPECT)
    before = log.reads

    with pytest.raises(WrongStage):
        await here.carry_out(asked(RECTIFIER), id, STEP)

    assert log.reads == before + 1


async def test_given_a_version_that_another_process_has_passed_when_named_then_it_is_stale(
    town: Town, tmp_path: Path
) -> None:
    here, _ = process(town, tmp_path)
    there, _ = process(town, tmp_path)
    id = await rectifying(here)
    await there.carry_out(asked(RECTIFIER), id, STEP)

    with pytest.raises(StaleVersion) as refused:
        await here.carry_out(asked(RECTIFIER, 3), id, PLAN)

    assert refused.value.rule is STALE
    assert (await here.carry_out(asked(RECTIFIER, 4), id, PLAN)).version == 5


async def test_given_a_command_answered_elsewhere_when_repeated_here_then_the_first_answer_is_given(
    town: Town, tmp_path: Path
) -> None:
    here, _ = process(town, tmp_path)
    there, _ = process(town, tmp_path)
    id = await rectifying(here)
    first = await there.carry_out(asked(RECTIFIER, command=key(b"one")), id, STEP)

    again = await here.carry_out(asked(RECTIFIER, command=key(b"one")), id, STEP)
    assert here.remembered.take(JURISDICTION, id, Hazard) is None  # what it decided was not written
    with pytest.raises(KeyReused) as refused:
        await here.carry_out(asked(RECTIFIER, command=key(b"one", b"another body")), id, STEP)

    assert again == first
    assert refused.value.rule is REUSED
    assert (await here.carry_out(asked(RECTIFIER), id, STEP)).version == 5


async def test_given_a_report_that_would_now_be_refused_when_repeated_then_the_first_answer_is_given(
    town: Town, tmp_path: Path
) -> None:
    here, _ = process(town, tmp_path)
    request = asked(REPORTER, command=key(b"one"))
    first = await here.report(request, reported(occurred_at=town.clock.at).command)  # type: ignore[arg-type]
    town.clock.at = town.clock.at.replace(year=2000)

    again = await here.report(request, reported(occurred_at=NOW).command)  # type: ignore[arg-type]

    assert again == first


async def test_given_a_log_that_was_out_of_reach_then_nothing_is_remembered_of_it(town: Town, tmp_path: Path) -> None:
    """It may come back as an older one, and be written on from there."""
    here, log = process(town, tmp_path)
    id = await rectifying(here)
    log.out_of_reach = True
    with pytest.raises(Unavailable):
        await here.carry_out(asked(RECTIFIER), id, STEP)
    log.out_of_reach = False
    before = log.reads

    await here.carry_out(asked(RECTIFIER), id, STEP)
    await here.report(asked(REPORTER), reported().command)  # type: ignore[arg-type]

    assert log.reads == before + 2


def hazard(name: str) -> Hazard:
    return Hazard.begin(id_of(name), NOW)


def test_given_more_than_is_remembered_then_what_was_not_asked_for_the_longest_is_forgotten() -> None:
    remembered = Remembered(most_aggregates=2, most_enterprises=2)
    for name in ("a", "b", "c"):
        remembered.keep(KUNSHAN, hazard(name))
        remembered.registered(KUNSHAN, id_of(name))
        remembered.is_registered(KUNSHAN, id_of("a"))

    assert remembered.take(KUNSHAN, id_of("a"), Hazard) is None
    assert [remembered.is_registered(KUNSHAN, id_of(name)) for name in ("a", "b", "c")] == [True, False, True]


def test_given_an_aggregate_somebody_decides_on_then_nobody_else_gets_it() -> None:
    remembered = Remembered()
    remembered.keep(KUNSHAN, hazard("a"))

    taken = remembered.take(KUNSHAN, id_of("a"), Hazard)

    assert taken is not None
    assert taken.stage is Stage.REPORTED
    assert remembered.take(KUNSHAN, id_of("a"), Hazard) is None
    remembered.keep(KUNSHAN, taken)
    assert remembered.take(KUNSHAN, id_of("a"), Enterprise) is None


def test_given_what_is_of_one_jurisdiction_then_it_is_nothing_to_another() -> None:
    remembered = Remembered()
    remembered.keep(KUNSHAN, hazard("a"))
    remembered.registered(KUNSHAN, id_of("b"))

    assert remembered.take(XIAN, id_of("a"), Hazard) is None
    assert not remembered.is_registered(XIAN, id_of("b"))
