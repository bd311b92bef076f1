"""Fold and timeline agree: what the tables say of a past is what the log says, folded from its first event."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from application.answers import DutyRow, HazardSummary
from application.boards import Board, JurisdictionBoard
from application.importing.importing import Importing
from application.importing.telling import Telling
from application.log import Recorded
from application.questions import ClockKind, DutiesQuestion, HazardsQuestion, LogVersion, Moment, Past, Projection
from application.replaying import telling
from application.replaying.folding import Replay
from application.replaying.rejudging import by
from application.views.hazard_memory import HazardMemory
from domain.actors import Role
from domain.enterprise.enterprise import Close
from infrastructure.importing.files import Files
from infrastructure.log.batch import schema_of
from infrastructure.views.asking import VERSIONS
from tests.conftest import JURISDICTION, DatabaseServer
from tests.domain.given import ACTORS, NOW, SHANGHAI, THEIRS, book, id_of
from tests.infrastructure.views.town import Town
from tests.infrastructure.views.walks import everything, walked

AUDITOR = ACTORS[Role.AUDITOR]
POINTS = 1000
"""Points in time each history is looked at, of both clocks and of versions."""

Seen = tuple[Board | None, JurisdictionBoard | None, Sequence[DutyRow], Sequence[HazardSummary]]


def pasts(log: Sequence[Recorded], chance: Random, number: int) -> Iterator[Past]:
    """Random points in time: instants of events and any between, by either clock, and versions."""
    times = [(one.recorded_at, one.event.occurred_at) for one in log]  # type: ignore[union-attr]
    for _ in range(number):
        clock = chance.choice(list(ClockKind))
        column = [pair[clock is ClockKind.OCCURRED] for pair in times]
        match chance.randrange(3):
            case 0:
                yield LogVersion(chance.randrange(1, len(log) + 1))
            case 1:
                yield Moment(chance.choice(column), clock)
            case _:
                earliest, latest = min(column) - timedelta(days=1), max(column) + timedelta(days=40)
                yield Moment(earliest + (latest - earliest) * chance.random(), clock)


def folded(log: Sequence[Recorded], past: Past, enterprise: str) -> Seen:
    replay = Replay(SHANGHAI, datetime.now(SHANGHAI), past)
    for one in log:
        replay.take(one)
    return (
        telling.enterprise_board(replay, enterprise),
        telling.jurisdiction_board(replay),
        telling.duties(replay),
        telling.ledger(replay),
    )


async def looked_up(town: Town, past: Past, enterprise: str) -> Seen:
    return (
        await town.views.enterprise_board(AUDITOR, enterprise, past),
        await town.views.jurisdiction_board(AUDITOR, past),
        (await town.views.duties(AUDITOR, DutiesQuestion(moment=past, limit=100_000))).items,
        (await town.views.hazards(AUDITOR, HazardsQuestion(moment=past, limit=100_000))).items,
    )


async def they_agree(town: Town, points: int, seed: int) -> None:
    chance = Random(seed)
    log = await everything(town)
    codes = sorted({one.event.uscc for one in log if one.name == "enterprise.registered.v1"})  # type: ignore[union-attr]
    for past in pasts(log, chance, points):
        enterprise = chance.choice(codes)
        assert await looked_up(town, past, enterprise) == folded(log, past, enterprise), past


async def take_in(town: Town, file: str, mapping: str) -> None:
    files = Files()
    under = files.mapping(mapping)
    told = Telling(under, JURISDICTION, book(JURISDICTION), id_of("run"))
    async for _ in Importing(told, town.log, town.clock).batches(files.ledger(file, under).rows()):
        town.later(minutes=17)
    await town.project()


async def test_given_the_sample_ledger_then_fold_and_timeline_agree_at_random_points(town: Town) -> None:
    await take_in(town, "yinhuan_taizhang.csv", "sample_zh")
    await they_agree(town, POINTS // 5, 1)


@pytest.mark.parametrize("seed", range(4))
async def test_given_a_generated_history_then_fold_and_timeline_agree_at_random_points(
    database_server: DatabaseServer, migrated_template: str, seed: int
) -> None:
    async with walked(database_server, migrated_template, seed, steps=120) as (town, _):
        await town.change(THEIRS, Close())
        await town.project()
        await they_agree(town, POINTS // 5, seed)


@pytest.mark.parametrize("seed", range(4))
async def test_given_a_generated_history_then_under_its_own_rules_each_event_starts_the_duties_it_stored(
    database_server: DatabaseServer, migrated_template: str, seed: int
) -> None:
    async with walked(database_server, migrated_template, seed, steps=150) as (town, _):
        judge, started = by(town.rules), Counter[str]()

        def same(memory: HazardMemory, recorded: Recorded) -> Recorded:
            assert judge(memory, recorded) in (recorded, None)
            started.update(str(duty.key) for duty in getattr(recorded.event, "duties", ()))
            return recorded

        replay = Replay(SHANGHAI, NOW, None, same)
        for one in await everything(town):
            replay.take(one)
        assert len(started) > 4


async def test_given_one_row_of_the_timeline_is_changed_then_they_do_not_agree(town: Town) -> None:
    await take_in(town, "yinhuan_taizhang.csv", "sample_zh")
    async with town.pool.connection() as connection:
        timeline = f"{schema_of(JURISDICTION)}.hazard_timeline_v{VERSIONS[Projection.HAZARDS]}"
        await connection.execute(f"UPDATE {timeline} SET round = round + 1 WHERE position = 60".encode())
    with pytest.raises(AssertionError):
        await they_agree(town, POINTS // 5, 1)


RECORDS = {
    "osha_2019": "osha_2019_inspection_violations.csv",
    "nyc_hpd": "nyc_hpd_violations.csv",
    "nyc_dob": "nyc_dob_complaints.csv",
}


@pytest.mark.parametrize("mapping", RECORDS)
async def test_given_a_public_record_then_fold_and_timeline_agree_at_random_points(town: Town, mapping: str) -> None:
    named = os.environ.get("HAZARDLOOP_TEST_RECORDS")
    if named is None:
        pytest.skip("takes minutes: HAZARDLOOP_TEST_RECORDS names the folder of the public records")
    await take_in(town, str(Path(named) / RECORDS[mapping]), mapping)
    await they_agree(town, POINTS, 1)
