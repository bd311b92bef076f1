"""The hazard ledger: what stands in it, what is found in it, page by page, and who sees what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from application.answers import HazardSummary
from application.questions import CURSOR, ClockKind, DutiesQuestion, EnterprisesQuestion, HazardsQuestion, Moment
from domain.actors import Actor, Role
from domain.hazard.closing import EraseTexts
from domain.hazard.inspecting import SelfInspect
from domain.hazard.reporting import Correct, CorrectableField, Transfer
from domain.hazard.words import Grade, Stage
from domain.refusals import RuleBroken
from tests.domain.given import ACTORS, NOW, OURS, THEIRS, id_of, somebody
from tests.domain.hazard.roads import RECTIFIER, REPORTER, reported, text
from tests.infrastructure.views.town import Town

INSPECTOR, AUDITOR, ADMINISTRATOR = (ACTORS[Role(name)] for name in ("union_inspector", "auditor", "administrator"))
THEIR_OFFICER = somebody(Role.ENTERPRISE_OFFICER, "their officer", THEIRS)


async def ledger(town: Town, actor: Actor = AUDITOR, **asked: Any) -> list[HazardSummary]:
    return list((await town.views.hazards(actor, HazardsQuestion(**asked))).items)


async def descriptions(town: Town, **asked: Any) -> list[str | None]:
    return [row.description for row in await ledger(town, **asked)]


async def report(town: Town, description: str, by: Actor = INSPECTOR, **what: Any) -> Any:
    return await town.report(by, reported(description=text(description), **what).command)


async def test_given_nothing_projected_yet_when_asked_then_there_is_an_empty_page(town: Town) -> None:
    await town.project()

    page = await town.views.hazards(AUDITOR, HazardsQuestion())

    assert (page.items, page.next, page.position) == ([], None, 0)


async def test_given_reported_hazards_when_asked_then_the_newest_stands_first(town: Town) -> None:
    first = await report(town, "one")
    second = await report(town, "two", enterprise_uscc=None, place=text("door 3"), reported_as=Grade.MAJOR)
    town.later(hours=1)
    await town.do(first, RECTIFIER, SelfInspect(grade=Grade.GENERAL, cause=text("wear"), suspended=True))
    await town.project()

    rows = await ledger(town)

    assert [row.id for row in rows] == [second, first]
    assert (rows[0].enterprise_uscc, rows[0].place, rows[0].reported_as, rows[0].next_due) == (
        None,
        "door 3",
        Grade.MAJOR,
        None,
    )
    assert (rows[1].version, rows[1].position, rows[1].stage, rows[1].suspended) == (2, 3, Stage.SELF_INSPECTED, True)
    assert (rows[1].found_at, rows[1].updated_at) == (NOW, NOW + timedelta(hours=1))


async def test_given_filters_when_asked_then_only_what_fits_all_of_them_is_there(town: Town) -> None:
    ours = await report(town, "ours")
    theirs = await report(town, "theirs", enterprise_uscc=THEIRS)
    await town.do(ours, RECTIFIER, SelfInspect(grade=Grade.MAJOR, cause=text("wear")))
    await town.project()

    assert await descriptions(town, enterprise=OURS) == ["ours"]
    assert await descriptions(town, stage=Stage.REPORTED) == ["theirs"]
    assert await descriptions(town, grade=Grade.MAJOR) == ["ours"]
    assert await descriptions(town, grade=Grade.MAJOR, enterprise=THEIRS) == []
    assert theirs


async def test_given_open_duties_when_the_day_has_passed_then_they_are_overdue_without_the_clock_saying_so(
    town: Town,
) -> None:
    await report(town, "late")
    town.later(days=10)
    await report(town, "not yet")
    await report(town, "nobody's", enterprise_uscc=None)
    await town.project()

    assert await descriptions(town, overdue=True) == ["late"]
    assert await descriptions(town, overdue=False) == ["nobody's", "not yet"]
    assert [row.overdue for row in await ledger(town)] == [False, False, True]
    assert await descriptions(town, overdue=True, moment=Moment(NOW + timedelta(days=2))) == []
    assert await descriptions(town, overdue=True, moment=Moment(NOW + timedelta(days=4))) == ["late"]


@pytest.fixture
async def written(town: Town) -> Town:
    for said in ("气瓶泄漏，无防护", "Gas Cylinder leaks", "损耗100%", "损耗100 percent", "under_score", r"back\slash"):
        await report(town, said)
    await report(town, "nothing", place=text("一号车间 ＶＡＬＶＥ"))
    await town.project()
    return town


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("气瓶", {"气瓶泄漏，无防护"}),
        ("瓶泄漏", {"气瓶泄漏，无防护"}),
        ("漏", {"气瓶泄漏，无防护"}),
        ("瓶气", set()),
        ("gas cyl", {"Gas Cylinder leaks"}),
        ("CYLINDER", {"Gas Cylinder leaks"}),
        ("ｇａｓ", {"Gas Cylinder leaks"}),
        ("s", {"Gas Cylinder leaks", "under_score", r"back\slash"}),
        ("valve", {"nothing"}),
        ("号车", {"nothing"}),
        ("100%", {"损耗100%"}),
        ("0_", set()),
        ("under_", {"under_score"}),
        ("k\\s", {r"back\slash"}),
        ("%", {"损耗100%"}),
        ("_", {"under_score"}),
        ("leaks gas", set()),
        ("' OR true --", set()),
        ("\x00", set()),
        ("气\x00瓶", set()),
        ("\ud800", set()),
    ],
)
async def test_given_a_query_when_asked_then_exactly_what_holds_it_is_found(
    written: Town, q: str, found: set[str]
) -> None:
    assert set(await descriptions(written, q=q)) == found


async def test_given_a_query_of_nothing_then_everything_is_found(written: Town) -> None:
    assert len(await descriptions(written, q="  ")) == 7


async def test_given_bigrams_that_do_not_stand_together_then_the_second_look_refuses_them(town: Town) -> None:
    await report(town, "abcXbcd")  # has the bigrams of "abcd", and not the word
    await town.project()

    assert await descriptions(town, q="abcd") == []
    assert await descriptions(town, q="bcd") == ["abcXbcd"]


async def test_given_a_correction_when_asked_then_the_new_text_is_found_and_as_of_then_the_old(town: Town) -> None:
    id = await report(town, "oil on the floor")
    town.later(days=1)
    corrected = Correct(field=CorrectableField.DESCRIPTION, value=text("water on the floor"), reason=text("seen again"))
    await town.do(id, INSPECTOR, corrected)
    await town.project()

    assert await descriptions(town, q="oil") == []
    assert await descriptions(town, q="water") == ["water on the floor"]
    for clock in ClockKind:
        assert await descriptions(town, q="oil", moment=Moment(NOW, clock)) == ["oil on the floor"]
        assert await descriptions(town, q="water", moment=Moment(NOW, clock)) == []


async def test_given_an_erasure_when_asked_then_no_text_is_shown_or_found_now_or_as_of_any_time(town: Town) -> None:
    id = await report(town, "oil on the floor", place=text("door 3"))
    await town.project()
    town.later(days=1)
    await town.do(id, ADMINISTRATOR, EraseTexts(legal_basis="个人信息保护法 Art 47"))
    await town.project()

    for moment in (None, Moment(NOW)):
        (row,) = await ledger(town, moment=moment)
        assert (row.description, row.place) == (None, None)
        assert await ledger(town, moment=moment, q="oil") == await ledger(town, moment=moment, q="3") == []


async def test_given_more_than_a_page_when_followed_then_every_row_comes_once_though_rows_change(town: Town) -> None:
    ids = [await report(town, f"number {n}") for n in range(7)]
    await town.project()
    seen, cursor = [], None
    for expected in (3, 3, 1):
        page = await town.views.hazards(AUDITOR, HazardsQuestion(limit=3, cursor=cursor))
        assert len(page.items) == expected
        seen += [row.id for row in page.items]
        cursor = page.next
        again = Correct(field=CorrectableField.PLACE, value=text(f"door {len(seen)}"), reason=text("seen again"))
        await town.do(ids[0], INSPECTOR, again)
        await report(town, "meanwhile")
        await town.project()

    assert cursor is None
    assert seen == ids[::-1]


async def test_given_a_full_last_page_then_there_is_no_next(town: Town) -> None:
    await report(town, "one")
    await town.project()

    assert (await town.views.hazards(AUDITOR, HazardsQuestion(limit=1))).next is None


@pytest.mark.parametrize(
    "other",
    [
        {"stage": Stage.REPORTED},
        {"q": "number"},
        {"overdue": False},
        {"enterprise": OURS},
        {"moment": Moment(NOW)},
    ],
)
async def test_given_a_cursor_when_used_with_other_filters_then_it_is_refused(
    town: Town, other: dict[str, Any]
) -> None:
    for n in range(3):
        await report(town, f"number {n}")
    await town.project()
    page = await town.views.hazards(AUDITOR, HazardsQuestion(limit=1))

    with pytest.raises(RuleBroken) as refused:
        await town.views.hazards(AUDITOR, HazardsQuestion(limit=1, cursor=page.next, **other))

    assert (refused.value.rule, refused.value.field) == (CURSOR, "cursor")
    again = await town.views.hazards(AUDITOR, HazardsQuestion(limit=2, cursor=page.next))
    assert [row.description for row in again.items] == ["number 1", "number 0"]


@pytest.mark.parametrize("cursor", ["", "!", "bm90IGpzb24", "W10", "WzEsMiwzXQ", "\ud800", "气", "x" * 10_000, "AA=="])
async def test_given_a_cursor_that_is_none_of_ours_then_it_is_refused(town: Town, cursor: str) -> None:
    await town.project()
    for ask in (
        lambda: town.views.hazards(AUDITOR, HazardsQuestion(cursor=cursor)),
        lambda: town.views.duties(AUDITOR, DutiesQuestion(cursor=cursor)),
        lambda: town.views.enterprises(AUDITOR, EnterprisesQuestion(cursor=cursor)),
    ):
        with pytest.raises(RuleBroken):
            await ask()


async def test_given_people_of_an_enterprise_when_asked_then_they_see_their_own_and_what_they_reported(
    town: Town,
) -> None:
    await report(town, "ours, by our worker", REPORTER)
    passed_on = await report(town, "passed on", REPORTER)
    await town.do(passed_on, INSPECTOR, Transfer(enterprise_uscc=THEIRS, reason=text("theirs")))
    await report(town, "theirs", enterprise_uscc=THEIRS)
    await report(town, "nobody's", enterprise_uscc=None)
    await town.project()

    async def seen(actor: Actor, **asked: Any) -> set[str | None]:
        return {row.description for row in await ledger(town, actor, **asked)}

    assert await seen(RECTIFIER) == {"ours, by our worker"}
    assert await seen(REPORTER) == {"ours, by our worker", "passed on"}
    assert await seen(THEIR_OFFICER) == {"passed on", "theirs"}
    assert await seen(THEIR_OFFICER, enterprise=OURS) == set()
    assert await seen(THEIR_OFFICER, q="our") == set()
    assert await seen(RECTIFIER, moment=Moment(NOW)) == {"ours, by our worker"}
    assert await seen(Actor(id_of("nobody"), Role.WORKER)) == set()
    assert await seen(AUDITOR) == {"ours, by our worker", "passed on", "theirs", "nobody's"}


async def test_given_a_past_when_asked_by_either_clock_then_what_stood_then_stands_there(town: Town) -> None:
    id = await report(town, "leak")
    at = NOW + timedelta(days=2)
    town.later(days=5)
    await town.do(id, RECTIFIER, SelfInspect(grade=Grade.MAJOR, cause=text("wear"), occurred_at=at))
    await town.project()

    async def stage(at: Any, clock: ClockKind) -> list[Stage]:
        return [row.stage for row in await ledger(town, moment=Moment(at, clock))]

    assert await stage(NOW - timedelta(seconds=1), ClockKind.RECORDED) == []
    assert await stage(NOW, ClockKind.RECORDED) == [Stage.REPORTED]
    assert await stage(at, ClockKind.RECORDED) == [Stage.REPORTED]
    assert await stage(at, ClockKind.OCCURRED) == [Stage.SELF_INSPECTED]
    assert await stage(at - timedelta(seconds=1), ClockKind.OCCURRED) == [Stage.REPORTED]
    assert await stage(NOW + timedelta(days=5), ClockKind.RECORDED) == [Stage.SELF_INSPECTED]


@pytest.mark.parametrize("year", [1, 9999])
async def test_given_a_time_at_either_end_of_all_time_when_asked_then_there_is_an_answer(town: Town, year: int) -> None:
    await report(town, "leak")
    await town.project()
    at = NOW.replace(year=year, month=1 if year == 1 else 12, day=1 if year == 1 else 31, hour=12)

    assert len(await ledger(town, moment=Moment(at))) == (year > NOW.year)
    assert date(2026, 3, 5) == (await ledger(town))[0].next_due
