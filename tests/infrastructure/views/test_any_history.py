"""Whatever happens: what was kept up batch by batch is what is built anew, and any past is the fold up to then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from application.answers import HazardFile, HazardSummary
from application.boards import Counts
from application.log import Recorded
from application.questions import ClockKind, DutiesQuestion, HazardsQuestion, LogVersion, Moment, Past, Projection
from application.views.hazard_batch import hazards_of
from application.views.hazard_file import fold, until_moment
from domain.actors import Role
from domain.hazard.hazard import HazardEvent
from domain.hazard.inspecting import Dismissed, SelfInspected
from domain.hazard.rectifying import RectificationPlanned
from domain.hazard.reinspecting import Reinspected
from domain.hazard.words import OPEN, Grade, Stage
from tests.conftest import DatabaseServer
from tests.domain.given import ACTORS, OURS, SHANGHAI, THEIRS
from tests.domain.hazard import oracle
from tests.infrastructure.views.town import Town, town_at
from tests.infrastructure.views.walks import Walk, everything

AUDITOR = ACTORS[Role.AUDITOR]
ALL = HazardsQuestion(limit=1000)
hypotheses = settings(
    max_examples=6, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)
"""A walk is of one seed, which says it all: there is nothing to shrink."""
seeds = st.integers(0, 2**32)


@pytest.fixture(scope="session")
def databases(database_server: DatabaseServer, migrated_template: str) -> Any:
    """A new migrated database whenever it is called."""
    return lambda: database_server.database(migrated_template)


@hypotheses
@given(seeds, st.integers(1, 40))
async def test_given_any_history_when_built_anew_then_every_byte_is_the_same(
    databases: Any, seed: int, batch: int
) -> None:
    with databases() as url:
        async with town_at(url) as town:
            chance = Random(seed)
            walk = Walk(town, chance)
            await walk.begin()
            for _ in range(4):
                await walk.steps(chance.randrange(1, 30))
                await town.project(batch)
            for name in Projection:
                kept_up = await town.dump(name)

                same = await town.projector(chance.choice((1, 7, 1000))).rebuild(
                    name, lambda done, all: None, check=True
                )

                assert same
                assert await town.dump(name) == kept_up


async def test_given_a_long_history_then_it_holds_what_only_a_record_says_and_every_byte_is_the_same(
    town: Town,
) -> None:
    walk = Walk(town, Random(320583))
    await walk.begin()
    for _ in range(10):
        await walk.steps(40)
        await town.project(13)

    said = {said for events in hazards_of(await everything(town)).values() for said in only_of_a_record(events)}
    assert said == {"no grade", "dismissed late", "never rectified", "a deadline before its day", "out of order"}
    kept_up = await town.dump()
    assert await town.projector(7).rebuild(Projection.HAZARDS, lambda done, all: None, check=True)
    assert await town.dump() == kept_up


def only_of_a_record(log: Sequence[Recorded]) -> Iterator[str]:
    """What the events of a hazard say that nobody but an importer may."""
    events = [one.event for one in log if isinstance(one.event, HazardEvent)]
    for before, event in pairwise(events):
        if event.by.role is Role.IMPORTER and event.occurred_at < before.occurred_at:
            yield "out of order"
    for event, stage in ((event, oracle.stage(events[:n])) for n, event in enumerate(events)):
        match event:
            case SelfInspected(grade=None):
                yield "no grade"
            case Dismissed() if stage not in (Stage.REPORTED, Stage.SELF_INSPECTED):
                yield "dismissed late"
            case Reinspected() if stage is not Stage.RECTIFIED:
                yield "never rectified"
            case RectificationPlanned() if event.deadline < event.occurred_at.astimezone(SHANGHAI).date():
                yield "a deadline before its day"
            case _:
                continue
        assert event.by.role is Role.IMPORTER or isinstance(event, RectificationPlanned), event


@hypotheses
@given(seeds, st.sampled_from(ClockKind))
async def test_given_any_history_when_asked_as_of_a_time_then_it_is_the_fold_up_to_then(
    databases: Any, seed: int, clock: ClockKind
) -> None:
    with databases() as url:
        async with town_at(url) as town:
            chance = Random(seed)
            walk = Walk(town, chance)
            await walk.begin()
            await walk.steps(70)
            await town.project()
            log = await everything(town)
            times = [one.recorded_at for one in log] + [one.event.occurred_at for one in log]
            for at in chance.sample(times, min(8, len(times))):
                await the_past_is_the_fold(town, log, Moment(at, clock))
            for one in chance.sample(log, min(8, len(log))):
                until = [other for other in log if other.position <= one.position]
                await the_past_is_the_fold(town, until, Moment(one.recorded_at), LogVersion(one.position))


async def the_past_is_the_fold(town: Town, log: list[Recorded], moment: Moment, past: Past | None = None) -> None:
    expected = files(town, log, moment)

    moment = past or moment
    ledger = await town.views.hazards(AUDITOR, HazardsQuestion(limit=1000, moment=moment))
    duties = await town.views.duties(AUDITOR, DutiesQuestion(limit=1000, open=True, moment=moment))

    assert {row.id: row for row in ledger.items} == {file.id: summary_of(file) for file in expected}
    assert {(row.hazard_id, row.number): row for row in duties.items} == {
        (row.hazard_id, row.number): row for file in expected for row in file.duties
    }
    for uscc in (OURS, THEIRS):
        board = await town.views.enterprise_board(AUDITOR, uscc, moment)
        assert board is not None
        theirs = [file for file in expected if file.enterprise_uscc == uscc]
        counted_by_hand(board.total, theirs)
        grades = {
            Grade.GENERAL: board.by_grade.general,
            Grade.MAJOR: board.by_grade.major,
            None: board.by_grade.ungraded,
        }
        for grade, counts in grades.items():
            counted_by_hand(counts, [file for file in theirs if file.grade is grade])
        assert board.open_duties == sum(len(file.duties) for file in theirs)
        assert board.overdue_duties == sum(duty.late for file in theirs for duty in file.duties)
    rolled_up = await town.views.jurisdiction_board(AUDITOR, moment)
    assert rolled_up is not None
    counted_by_hand(rolled_up.total, expected)


@hypotheses
@given(seeds)
async def test_given_any_history_when_asked_now_then_board_and_ledger_are_what_the_streams_say(
    databases: Any, seed: int
) -> None:
    with databases() as url:
        async with town_at(url) as town:
            chance = Random(seed)
            walk = Walk(town, chance)
            await walk.begin()
            await walk.steps(60)
            await town.project(batch=9)
            town.later(days=chance.randrange(20))
            expected = [file for id in town.hazards if (file := await town.views.hazard(AUDITOR, id))]

            ledger = await town.views.hazards(AUDITOR, ALL)
            board = await town.views.enterprise_board(AUDITOR, OURS)
            overdue = await town.views.overdue_duties(walk.today())

            assert {row.id: row for row in ledger.items} == {file.id: summary_of(file) for file in expected}
            assert board is not None
            counted_by_hand(board.total, [file for file in expected if file.enterprise_uscc == OURS])
            late = [(duty.hazard_id, duty.number) for file in expected for duty in file.duties if duty.late]
            assert [(row.hazard_id, row.number) for row in overdue] == sorted(late)


def files(town: Town, log: list[Recorded], moment: Moment) -> list[HazardFile]:
    def found() -> Iterator[HazardFile]:
        for events in hazards_of(log).values():
            folded = fold(until_moment(events, moment), SHANGHAI, moment.at)
            if folded is not None:
                yield folded.file

    return list(found())


def summary_of(file: HazardFile) -> HazardSummary:
    return HazardSummary(**{name: getattr(file, name) for name in HazardSummary.model_fields})


def counted_by_hand(counts: Counts, files: list[HazardFile]) -> None:
    stages = Counter(file.stage for file in files)
    assert counts.by_stage == {stage: stages[stage] for stage in Stage}
    assert counts.found == len(files)
    assert counts.open == sum(file.stage in OPEN for file in files)
    assert counts.overdue == sum(file.overdue for file in files)
    assert counts.closed_before_import == sum(file.closed_before_import for file in files)
    assert counts.closed == sum(file.stage is Stage.CLOSED and not file.closed_before_import for file in files)
    assert counts.dismissed == stages[Stage.DISMISSED]
