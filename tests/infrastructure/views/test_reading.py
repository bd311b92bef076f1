"""A single hazard or enterprise: current without any projector, and nobody else's business."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from application.answers import DutyState
from application.boards import KeySector
from application.commands import enterprise_stream
from application.log import Unavailable
from application.questions import ClockKind, EnterprisesQuestion, Moment
from domain.actors import Role
from domain.enterprise.enterprise import Change, Close
from domain.hazard.closing import EraseTexts
from domain.hazard.inspecting import SelfInspect
from domain.hazard.reporting import Transfer
from domain.hazard.watching import stream_of
from domain.hazard.words import Grade, Stage
from tests.conftest import JURISDICTION
from tests.domain.given import ACTORS, NOW, OURS, THEIRS, somebody
from tests.domain.hazard.roads import NOTICE, RECTIFIER, REPORTER, reported, text
from tests.infrastructure.views.town import Town

INSPECTOR, AUDITOR, ADMINISTRATOR = (ACTORS[Role(name)] for name in ("union_inspector", "auditor", "administrator"))
INSPECT = SelfInspect(grade=Grade.MAJOR, cause=text("wear"))
THEIR_OFFICER = somebody(Role.ENTERPRISE_OFFICER, "their officer", THEIRS)


async def test_given_no_projector_when_asked_for_one_hazard_then_it_is_as_its_stream_says(town: Town) -> None:
    id = await town.report(REPORTER, reported(place=text("door 3")).command)
    await town.do(id, RECTIFIER, INSPECT)

    file = await town.views.hazard(AUDITOR, id)

    assert file is not None
    assert (file.version, file.position, file.stage, file.place) == (2, 2, Stage.SELF_INSPECTED, "door 3")
    assert file.self_inspection is not None
    assert file.self_inspection.cause == "wear"


async def test_given_versions_and_times_when_asked_then_the_hazard_is_as_it_was(town: Town) -> None:
    id = await town.report(REPORTER, reported().command)
    town.later(days=5)
    await town.do(id, RECTIFIER, INSPECT.model_copy(update={"occurred_at": NOW + timedelta(days=1)}))

    async def version(**asked: object) -> int | None:
        file = await town.views.hazard(AUDITOR, id, **asked)  # type: ignore[arg-type]
        return file and file.version

    assert [await version(version=number) for number in (0, 1, 2, 3)] == [None, 1, 2, None]
    day = timedelta(days=1)
    assert [await version(moment=Moment(NOW + days * day)) for days in (-1, 0, 4, 5)] == [None, 1, 1, 2]
    occurred = [await version(moment=Moment(NOW + days * day, ClockKind.OCCURRED)) for days in (-1, 0, 1)]
    assert occurred == [None, 1, 2]


async def test_given_a_version_when_asked_then_it_is_overdue_by_when_it_was_recorded_the_last_one_too(
    town: Town,
) -> None:
    id = await town.report(REPORTER, reported().command)
    await town.do(id, INSPECTOR, NOTICE)
    town.later(days=30)

    files = [await town.views.hazard(AUDITOR, id, version=version) for version in (None, 1, 2)]

    assert [file and file.overdue for file in files] == [True, False, False]


async def test_given_what_the_clock_told_when_asked_then_the_file_says_it(town: Town) -> None:
    id = await town.report(REPORTER, reported().command)
    file = await town.views.hazard(AUDITOR, id)
    assert file is not None
    town.later(days=5)
    await town.miss(id, file.duties[0].duty)

    after = await town.views.hazard(AUDITOR, id)

    assert after is not None
    assert [(one.escalated_to, one.late, one.state) for one in after.duties] == [
        ((Role.UNION_INSPECTOR,), True, DutyState.OPEN)
    ]


async def test_given_a_hazard_passed_on_when_asked_then_each_sees_what_was_theirs(town: Town) -> None:
    id = await town.report(REPORTER, reported().command)
    await town.do(id, INSPECTOR, Transfer(enterprise_uscc=THEIRS, reason=text("theirs")))

    assert await town.views.hazard(RECTIFIER, id) is None
    assert await town.views.history(RECTIFIER, id) is None
    then = await town.views.hazard(RECTIFIER, id, version=1)
    assert then is not None
    assert then.enterprise_uscc == OURS
    for actor in (THEIR_OFFICER, REPORTER, AUDITOR):
        assert await town.views.hazard(actor, id) is not None
        assert await town.views.history(actor, id) is not None


async def test_given_an_id_of_something_else_when_asked_then_there_is_no_such_hazard(town: Town) -> None:
    await town.register(OURS)
    id = await town.report(REPORTER, reported().command)
    file = await town.views.hazard(AUDITOR, id)
    assert file is not None
    town.later(days=5)
    await town.miss(id, file.duties[0].duty)

    for other in (uuid4(), enterprise_stream(JURISDICTION, OURS), stream_of(id)):
        assert await town.views.hazard(AUDITOR, other) is None
        assert await town.views.history(AUDITOR, other) is None


async def test_given_a_history_when_asked_then_it_says_who_both_times_and_where_in_the_log(town: Town) -> None:
    id = await town.report(REPORTER, reported().command)
    town.later(days=5)
    claimed = NOW + timedelta(days=1)
    await town.do(id, RECTIFIER, INSPECT.model_copy(update={"occurred_at": claimed}))

    history = await town.views.history(REPORTER, id)

    assert history is not None
    first, second = history
    assert (first.name, first.version, first.position, first.by) == ("hazard.reported.v1", 1, 1, REPORTER.by)
    assert (second.occurred_at, second.recorded_at) == (claimed, NOW + timedelta(days=5))
    assert first.body is not None
    assert (first.body["description"], first.body["place"]) == ("gas cylinder leaks", None)


async def test_given_an_erasure_when_asked_then_file_and_history_are_there_without_the_texts(town: Town) -> None:
    id = await town.report(REPORTER, reported().command)
    await town.do(id, ADMINISTRATOR, EraseTexts(legal_basis="个人信息保护法 Art 47"))

    file, history = await town.views.hazard(AUDITOR, id, version=1), await town.views.history(AUDITOR, id)

    assert file is not None
    assert file.description is None
    assert history is not None
    assert history[0].body is not None
    assert history[0].body["description"] is None


@pytest.fixture
async def unreadable(town: Town) -> Town:
    """The one hazard there is got an event that a newer release wrote."""
    id = await town.report(REPORTER, reported().command)
    async with town.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO hazardloop_320583.events (originator_id, originator_version, notification_id, recorded_at,"
            " topic, state) VALUES (%s, 2, 2, %s, 'hazard.unheard_of.v9', '{}')",
            (id, NOW),
        )
    return town


async def test_given_an_event_nobody_can_read_when_asked_then_the_file_is_unavailable_and_the_history_shows_it(
    unreadable: Town,
) -> None:
    (id,) = unreadable.hazards

    with pytest.raises(Unavailable):
        await unreadable.views.hazard(AUDITOR, id)
    history = await unreadable.views.history(AUDITOR, id)
    assert history is not None
    assert [(one.name, one.body is None) for one in history] == [
        ("hazard.reported.v1", False),
        ("hazard.unheard_of.v9", True),
    ]
    with pytest.raises(Unavailable):  # whether they may see it can't be said
        await unreadable.views.history(RECTIFIER, id)


async def test_given_an_enterprise_when_asked_then_it_is_as_its_stream_says(town: Town) -> None:
    await town.register(OURS, industry_code="26", crowded=True, union_organisation="周市镇总工会")
    town.later(days=1)
    await town.change(OURS, Change(industry_code="4511"))

    found = await town.views.enterprise(RECTIFIER, OURS)

    assert found is not None
    assert (found.version, found.industry_code, found.section, found.closed) == (2, "4511", "D", False)
    assert found.key_sectors == (KeySector.CITY_GAS, KeySector.CROWDED_PLACES)
    assert (found.registered_at, found.updated_at) == (NOW, NOW + timedelta(days=1))
    assert await town.views.enterprise(THEIR_OFFICER, OURS) is None
    assert await town.views.enterprise(AUDITOR, THEIRS) is None


async def test_given_enterprises_when_listed_then_they_are_as_each_one_by_itself(town: Town) -> None:
    await town.register(OURS, enterprise_name="昆山 Gas Works", industry_code="26", union_organisation="周市镇总工会")
    await town.register(THEIRS, enterprise_name="Textile Mill")
    await town.project()
    town.later(days=1)
    await town.change(THEIRS, Close())
    await town.change(OURS, Change(three_in_one=True))
    await town.project()

    async def listed(actor: object = AUDITOR, **asked: object) -> list[str]:
        page = await town.views.enterprises(actor, EnterprisesQuestion(**asked))  # type: ignore[arg-type]
        for found in page.items:
            assert found == await town.views.enterprise(AUDITOR, found.uscc)
        return [found.uscc for found in page.items]

    assert await listed() == sorted([OURS, THEIRS])
    assert await listed(closed=True) == [THEIRS]
    assert await listed(union_organisation="周市镇总工会") == [OURS]
    assert await listed(union_organisation="周市镇") == []
    assert await listed(union_organisation="\x00") == []
    assert await listed(q="gas W") == await listed(q="山") == [OURS]
    assert await listed(q="%") == []
    assert await listed(THEIR_OFFICER) == [THEIRS]
    assert await listed(THEIR_OFFICER, q="gas") == []
    first = await town.views.enterprises(AUDITOR, EnterprisesQuestion(limit=1))
    assert await listed(limit=1, cursor=first.next) == [max(OURS, THEIRS)]
