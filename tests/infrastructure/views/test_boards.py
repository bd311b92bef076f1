"""The boards: counted by hand, now and as of a past, and rolled up by section, key sector and union."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, timedelta
from uuid import UUID

from application.boards import JurisdictionBoard, KeySector
from application.questions import ClockKind, HazardsQuestion, Moment
from domain.actors import Role
from domain.enterprise.enterprise import Change, Close
from domain.hazard.closing import CloseBeforeImport
from domain.hazard.grading import Regrade
from domain.hazard.inspecting import Dismiss, SelfInspect
from domain.hazard.moves import Move
from domain.hazard.rectifying import Plan, Rectify
from domain.hazard.reporting import Transfer
from domain.hazard.words import Grade, Stage
from domain.uscc import check_digit
from tests.domain.given import ACTORS, NOW, OURS, SHANGHAI, THEIRS, Did, did, somebody
from tests.domain.hazard.roads import PHOTO, RECTIFIER, reported, road, text
from tests.infrastructure.views.town import Town

INSPECTOR, AUDITOR, IMPORTER = (ACTORS[Role(name)] for name in ("union_inspector", "auditor", "importer"))
OTHERS = "91320583MA1XTX003" + check_digit("91320583MA1XTX003")
GENERAL = SelfInspect(grade=Grade.GENERAL, cause=text("wear"))


async def travelled(town: Town, past: list[Did]) -> UUID:
    first, *rest = past
    id = await town.report(first.by, first.command)  # type: ignore[arg-type]
    for one in rest:
        assert isinstance(one.command, Move)
        await town.do(id, one.by, one.command)
    return id


async def test_given_hazards_at_every_stage_when_asked_then_the_board_is_the_hand_count(town: Town) -> None:
    await town.register(OURS)
    for stage in (Stage.REPORTED, Stage.RECTIFYING, Stage.RECTIFYING, Stage.VERIFIED, Stage.CLOSED, Stage.DISMISSED):
        await travelled(town, list(road(stage)))
    await travelled(town, list(road(Stage.DUAL_REPORTED, Grade.MAJOR)))
    await travelled(town, [reported(), did(IMPORTER, CloseBeforeImport(source="ledger 2019"))])
    await travelled(town, [reported(enterprise_uscc=None)])
    await town.project()

    board = await town.views.enterprise_board(AUDITOR, OURS)

    assert board is not None
    total = board.total
    assert (total.found, total.open, total.closed, total.closed_before_import, total.dismissed) == (8, 5, 1, 1, 1)
    assert {stage: number for stage, number in total.by_stage.items() if number} == {
        Stage.REPORTED: 1,
        Stage.RECTIFYING: 2,
        Stage.VERIFIED: 1,
        Stage.DUAL_REPORTED: 1,
        Stage.CLOSED: 2,
        Stage.DISMISSED: 1,
    }
    grades = board.by_grade
    assert (grades.general.found, grades.major.found, grades.ungraded.found) == (5, 1, 2)
    assert total.rectification_rate == 0.5  # verified, dual-reported, closed; of these, the reported and 2 rectifying
    # To inspect the one, to rectify the two, and the initial reports of the major one, which nobody has sent.
    assert (board.open_duties, board.overdue_duties, board.oldest_overdue) == (5, 0, None)
    assert (board.as_of, board.position) == (NOW, await town.log.head())


async def test_given_a_record_without_a_grade_when_asked_then_it_counts_as_ungraded_until_it_is_graded(
    town: Town,
) -> None:
    await town.register(OURS)
    told = [did(IMPORTER, one) for one in (reported().command, SelfInspect(), Plan(deadline=NOW.date()))]
    id = await travelled(town, told)
    await travelled(town, list(road(Stage.RECTIFYING)))
    ungraded_at = town.clock.at
    town.later(days=1)
    await town.do(id, RECTIFIER, Regrade(grade=Grade.MAJOR, reasons=text("as it looks")))
    await town.project()

    async def found(moment: Moment | None) -> tuple[int, int, int]:
        board, rolled = await town.views.enterprise_board(AUDITOR, OURS, moment), await rolled_up(town, moment)
        assert board is not None
        assert board.by_grade == rolled.by_grade
        grades = board.by_grade
        assert grades.ungraded.by_stage[Stage.RECTIFYING] == grades.ungraded.found
        return grades.general.found, grades.major.found, grades.ungraded.found

    async def graded(moment: Moment | None, grade: Grade | None = None) -> list[Grade | None]:
        rows = (await town.views.hazards(AUDITOR, HazardsQuestion(moment=moment, grade=grade))).items
        return sorted((row.grade for row in rows), key=str)

    for clock in ClockKind:
        then = Moment(ungraded_at, clock)
        assert await found(then) == (1, 0, 1)
        assert await graded(then) == [None, Grade.GENERAL]
        assert await graded(then, Grade.GENERAL) == [Grade.GENERAL]
        assert await graded(then, Grade.MAJOR) == []
    assert await found(None) == (1, 1, 0)
    assert await graded(None) == [Grade.GENERAL, Grade.MAJOR]


async def test_given_days_go_by_when_asked_then_what_is_overdue_grows_without_any_event(town: Town) -> None:
    await town.register(OURS)
    first = await travelled(town, [reported()])  # its self-inspection is due on 5 March
    await travelled(town, list(road(Stage.RECTIFYING)))  # its rectification on 30 April
    await town.project()

    overdue = []
    for days in (3, 4, 59, 60):
        town.clock.at = NOW + timedelta(days=days)
        board = await town.views.enterprise_board(AUDITOR, OURS)
        assert board is not None
        overdue.append((board.total.overdue, board.overdue_duties))

    assert overdue == [(0, 0), (1, 1), (1, 1), (2, 2)]
    assert board.oldest_overdue is not None
    assert (board.oldest_overdue.hazard_id, board.oldest_overdue.due) == (first, date(2026, 3, 5))


async def test_given_a_hazard_passed_on_then_it_counts_for_the_other_from_then_on(town: Town) -> None:
    await town.register(OURS)
    await town.register(THEIRS)
    id = await travelled(town, list(road(Stage.SELF_INSPECTED)))
    town.later(days=1)
    await town.do(id, INSPECTOR, Transfer(enterprise_uscc=THEIRS, reason=text("theirs")))
    await town.project()

    async def found(uscc: str, moment: Moment | None) -> tuple[int, int]:
        board = await town.views.enterprise_board(AUDITOR, uscc, moment)
        assert board is not None
        return board.total.found, board.open_duties

    for clock in ClockKind:
        assert [await found(uscc, Moment(NOW, clock)) for uscc in (OURS, THEIRS)] == [(1, 1), (0, 0)]
    assert [await found(uscc, None) for uscc in (OURS, THEIRS)] == [(0, 0), (1, 1)]


async def test_given_imported_history_when_asked_by_the_occurred_clock_then_the_board_is_what_it_was_then(
    town: Town,
) -> None:
    await town.register(OURS)
    years = [NOW.replace(year=year) for year in (2019, 2020, 2021)]
    for at in years:
        id = await town.report(IMPORTER, reported(occurred_at=at).command)
        await town.do(id, IMPORTER, GENERAL.model_copy(update={"occurred_at": at + timedelta(days=10)}))
        closing = CloseBeforeImport(source="ledger 2019", occurred_at=at + timedelta(days=400))
        await town.do(id, IMPORTER, closing)
    await town.project()

    async def open_and_closed(days: int, clock: ClockKind) -> tuple[int, int]:
        board = await town.views.enterprise_board(AUDITOR, OURS, Moment(years[0] + timedelta(days=days), clock))
        assert board is not None
        return board.total.open, board.total.closed_before_import

    occurred = [await open_and_closed(days, ClockKind.OCCURRED) for days in (-1, 0, 366, 400, 731, 1131)]
    assert occurred == [(0, 0), (1, 0), (2, 0), (1, 1), (2, 1), (0, 3)]
    assert await open_and_closed(1131, ClockKind.RECORDED) == (0, 0)


async def rolled_up(town: Town, moment: Moment | None = None) -> JurisdictionBoard:
    board = await town.views.jurisdiction_board(AUDITOR, moment)
    assert board is not None
    return board


async def test_given_enterprises_of_several_kinds_when_rolled_up_then_each_counts_where_it_belongs(town: Town) -> None:
    await town.register(OURS, industry_code="2631", union_organisation="周市镇总工会", crowded=True)
    await town.register(THEIRS, industry_code="4511", union_organisation="周市镇总工会")
    await town.register(OTHERS)
    await travelled(town, list(road(Stage.CLOSED)))
    await travelled(town, list(road(Stage.REPORTED)))
    await town.report(INSPECTOR, reported(enterprise_uscc=THEIRS).command)
    await travelled(town, [reported(enterprise_uscc=None)])
    await town.project()
    town.later(days=10)

    board = await rolled_up(town)

    assert (board.total.found, board.total.open, board.total.overdue, board.position) == (
        4,
        3,
        2,
        await town.log.head(),
    )
    sections = {row.section: (row.enterprises, row.counts.found, row.counts.overdue) for row in board.sections}
    assert sections == {"C": (1, 2, 1), "D": (1, 1, 1), None: (1, 1, 0)}
    assert [row.section for row in board.sections] == ["C", "D", None]
    unions = {row.union_organisation: (row.enterprises, row.counts.found) for row in board.unions}
    assert unions == {"周市镇总工会": (2, 3), None: (1, 1)}
    sectors = {row.key_sector: (row.enterprises, row.counts.found) for row in board.key_sectors}
    assert list(sectors) == list(KeySector)
    assert {sector: counts for sector, counts in sectors.items() if counts != (0, 0)} == {
        KeySector.HAZARDOUS_CHEMICALS: (1, 2),
        KeySector.CROWDED_PLACES: (1, 2),
        KeySector.CITY_GAS: (1, 1),
    }
    for rows in (board.sections, board.unions):
        assert sum(row.counts.found for row in rows) == board.total.found
        assert sum(row.counts.closed for row in rows) == board.total.closed == 1


async def test_given_a_past_when_rolled_up_then_the_counts_are_of_then_and_the_sectors_of_today(town: Town) -> None:
    await town.register(OURS, industry_code="26")
    id = await travelled(town, list(road(Stage.RECTIFYING)))
    town.later(days=1)
    await town.change(OURS, Change(industry_code="E"))
    await town.do(id, RECTIFIER, Rectify(evidence=(PHOTO,)))
    await town.project()

    board = await rolled_up(town, Moment(NOW))

    (row,) = board.sections
    assert (row.section, row.counts.by_stage[Stage.RECTIFYING], row.counts.by_stage[Stage.RECTIFIED]) == ("E", 1, 0)
    (row,) = (await rolled_up(town)).sections
    assert (row.section, row.counts.by_stage[Stage.RECTIFYING], row.counts.by_stage[Stage.RECTIFIED]) == ("E", 0, 1)


async def test_given_a_closed_enterprise_when_rolled_up_then_its_hazards_stay_and_it_is_not_counted(town: Town) -> None:
    await town.register(OURS, industry_code="26")
    await travelled(town, [reported()])
    await town.change(OURS, Close())
    await town.project()

    (row,) = (await rolled_up(town)).sections

    assert (row.section, row.enterprises, row.counts.found) == ("C", 0, 1)


async def test_given_nothing_at_all_when_asked_then_the_roll_up_is_all_zero(town: Town) -> None:
    await town.project()

    board = await rolled_up(town)

    assert (board.total.found, board.total.rectification_rate, board.sections, board.unions) == (0, None, (), ())
    assert len(board.key_sectors) == len(KeySector)


async def test_given_people_of_an_enterprise_when_asked_then_they_see_their_own_board_only(town: Town) -> None:
    await town.register(OURS)
    await town.register(THEIRS)
    await travelled(town, [reported()])
    await town.project()
    theirs = somebody(Role.MAIN_RESPONSIBLE_PERSON, "their head", THEIRS)

    assert await town.views.enterprise_board(RECTIFIER, OURS) is not None
    assert await town.views.enterprise_board(theirs, OURS) is None
    assert await town.views.jurisdiction_board(RECTIFIER) is None
    assert await town.views.enterprise_board(AUDITOR, OTHERS) is None


async def test_given_a_dismissal_then_the_board_keeps_no_empty_field(town: Town) -> None:
    await town.register(OURS)
    id = await travelled(town, [reported()])
    await town.project()
    await town.do(id, RECTIFIER, Dismiss(reason=text("no hazard")))
    await town.project()

    async with town.pool.connection() as connection:
        rows = await connection.execute("SELECT stage, number FROM hazardloop_320583.enterprise_board_v3")
        assert await rows.fetchall() == [("dismissed", 1)]


async def test_given_a_time_then_it_is_said_with_the_offset_of_the_jurisdiction(town: Town) -> None:
    await town.register(OURS)
    await town.project()

    board = await town.views.enterprise_board(AUDITOR, OURS, Moment(NOW.astimezone(UTC)))

    assert board is not None
    assert board.as_of.utcoffset() == NOW.astimezone(SHANGHAI).utcoffset()


async def test_given_several_asked_for_at_the_same_time_then_each_is_answered_for_itself(town: Town) -> None:
    """They go in one statement: neither another enterprise's board nor that of another time."""
    await town.register(OURS)
    await town.register(THEIRS)
    await travelled(town, [reported()])
    early = town.clock.at
    town.later(days=1)
    for _ in range(2):
        await travelled(town, [did(INSPECTOR, reported(enterprise_uscc=THEIRS).command)])
    await travelled(town, [reported()])
    await town.project()
    moments = (None, Moment(early), Moment(town.clock.at), Moment(early - timedelta(days=1)))
    questions = [(uscc, moment) for moment in moments for uscc in (OURS, THEIRS, OTHERS)] * 3
    alone = [await town.views.enterprise_board(AUDITOR, *question) for question in questions]

    together = await asyncio.gather(*(town.views.enterprise_board(AUDITOR, *question) for question in questions))

    assert together == alone
    found = [board.total.found if board else None for board in together[:12]]
    assert found == [2, 2, None, 1, 0, None, 2, 2, None, 0, 0, None]
