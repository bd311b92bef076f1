"""A batch is folded and written portion by portion: the same rows whatever the portions, and all of them or none."""

from __future__ import annotations

from random import Random

import pytest

from application.projecting import Untakable
from application.questions import Projection
from application.views.hazard_batch import hazards_of, portions
from domain.actors import Role
from domain.hazard.closing import EraseTexts
from domain.hazard.reporting import Correct, CorrectableField
from infrastructure.views import hazards
from infrastructure.views.hazards import Hazards
from infrastructure.views.keeper import PostgresKeeper
from tests.application.views.recorded import moved
from tests.conftest import JURISDICTION
from tests.domain.given import ACTORS
from tests.domain.hazard.roads import REPORTER, reported, text
from tests.infrastructure.views.town import Town
from tests.infrastructure.views.walks import Walk, everything

NAME = Projection.HAZARDS
ADMINISTRATOR, INSPECTOR = ACTORS[Role.ADMINISTRATOR], ACTORS[Role.UNION_INSPECTOR]
SECRET = "身份证号三二〇五"


def keeper(town: Town) -> PostgresKeeper:
    return PostgresKeeper(town.pool, JURISDICTION, Hazards())


@pytest.mark.parametrize(("portion", "at_once"), [(1, 1), (7, 2), (30, 30)])
async def test_given_portions_of_any_size_then_the_view_is_the_one_built_in_one_go(
    town: Town, monkeypatch: pytest.MonkeyPatch, portion: int, at_once: int
) -> None:
    walk = Walk(town, Random(portion))
    await walk.begin()
    with monkeypatch.context() as small:
        small.setattr(hazards, "PORTION", portion)
        small.setattr(hazards, "AT_ONCE", at_once)
        for _ in range(4):
            await walk.steps(40)
            await town.project(batch=50)
    kept_up = await town.dump(NAME)

    assert await town.projector(1000).rebuild(NAME, lambda done, all: None, check=True) is True

    assert await town.dump(NAME) == kept_up


async def test_given_events_when_portioned_then_a_hazard_is_in_one_portion_and_every_event_in_its_order(
    town: Town,
) -> None:
    walk = Walk(town, Random(1))
    await walk.begin()
    await walk.steps(60)
    events = hazards_of(await everything(town))

    found = list(portions(events, 5))

    assert {id: happened for portion in found for id, happened in portion.items()} == events
    assert sum(len(portion) for portion in found) == len(events)
    assert all(sum(map(len, portion.values())) >= 5 for portion in found[:-1])


async def test_given_a_fault_while_an_earlier_portion_is_written_then_nothing_of_the_batch_stays(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hazards, "PORTION", 1)
    ids = [await town.report(REPORTER, reported().command) for _ in range(3)]
    await town.do(ids[-1], ADMINISTRATOR, EraseTexts(legal_basis="PIPL Art 47"))
    await town.projector().install()
    first, second, third, erased = await town.log.read_after(0, 4)
    never_reported = moved(erased, third.position)
    before = await town.dump(NAME)

    with pytest.raises(Untakable):
        await keeper(town).take([first, second, never_reported])

    assert await town.dump(NAME) == before
    assert await keeper(town).position() == 0
    assert await keeper(town).take([first, second, third, erased])
    assert await town.projector().rebuild(NAME, lambda done, all: None, check=True) is True


async def test_given_a_correction_read_before_its_erasure_when_taken_after_it_then_it_holds_nothing(
    town: Town,
) -> None:
    hazard_id = await town.report(REPORTER, reported(description=text("气瓶泄漏")).command)
    await town.project()
    correct = Correct(field=CorrectableField.DESCRIPTION, value=text(SECRET), reason=text("it was wrong"))
    await town.do(hazard_id, INSPECTOR, correct)
    before = await town.log.read_after(1, 1)
    await town.do(hazard_id, ADMINISTRATOR, EraseTexts(legal_basis="PIPL Art 47"))

    assert await keeper(town).take(before)

    assert SECRET.encode() not in await town.dump(NAME)
    await town.project()
    assert await town.projector().rebuild(NAME, lambda done, all: None, check=True) is True
