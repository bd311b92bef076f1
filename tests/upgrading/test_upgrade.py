"""A database of the first released schema, brought up to date by this release, goes on as if nothing had been."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from api.running import Running
from api.settings import Settings
from api.wiring import decode, running
from application.auditing import Audit, erasures, whole
from application.questions import Projection
from domain.actors import Actor, Role
from tests.api.people import People, Person, SetClock
from tests.conftest import JURISDICTION
from tests.upgrading.frozen import Told
from tests.upgrading.story import KEY, REPEATED, people_of

EVENTS = f"""
SELECT originator_id, originator_version, notification_id, recorded_at, topic, state, private,
       command_id, command_request
FROM hazardloop_{JURISDICTION}.events ORDER BY notification_id
"""


def events(settings: Settings) -> list[Any]:
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        return connection.execute(EVENTS).fetchall()


@pytest.fixture
async def service(settings: Settings, first: Told) -> AsyncIterator[Running]:
    """The product once it has brought the schema and the views up to date, at the time it was frozen."""
    async with running(settings, clock=SetClock(first.now)) as service:
        await service.migrate([JURISDICTION])
        await service.projector(JURISDICTION).catch_up()
        yield service


@pytest.fixture
async def people(service: Running) -> AsyncIterator[People]:
    async with people_of(service) as people:
        yield people


def with_token(people: People, token: str) -> Person:
    """Whoever holds a token that was made before; as whom is for the product to find out."""
    return Person(people.client, token, Actor(people.service.chance.id(), Role.AUDITOR))


def agrees(now: Any, then: Any) -> bool:
    """Whether everything that was said then is said now; a later release may say more."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(key in now and agrees(now[key], then[key]) for key in then)
    if isinstance(then, list):
        return isinstance(now, list) and len(now) == len(then) and all(map(agrees, now, then))
    return bool(now == then)


async def test_given_the_first_schema_then_every_event_lies_as_it_lay_and_verifies(
    settings: Settings, first: Told
) -> None:
    before = events(settings)
    async with running(settings, clock=SetClock(first.now)) as service:
        await service.migrate([JURISDICTION])
        log = service.raw_log(JURISDICTION)
        audit = Audit(decode, await erasures(log))
        async for raw in whole(log):
            audit.look_at(raw)
        faults = audit.finish({})

    assert events(settings) == before
    assert (audit.shown.rows, faults) == (len(before), [])
    assert audit.shown.erased.total() > 0


async def test_given_the_first_schema_then_what_was_asked_is_answered_the_same(people: People, first: Told) -> None:
    auditor = with_token(people, first.auditor)
    for asked in first.answers:
        assert agrees(await auditor.see(asked.path, **asked.query), asked.said), asked


async def test_given_the_first_schema_then_the_views_are_those_a_rebuild_makes(service: Running) -> None:
    projector = service.projector(JURISDICTION)
    for name in Projection:
        assert await projector.rebuild(name, lambda done, all: None, check=True) is True
        await projector.drop_old(name)
    status = await service.jurisdiction(JURISDICTION).views.status()
    assert {(row.name, row.state, row.lag_events) for row in status} == {(name, "live", 0) for name in Projection}


async def test_given_the_first_schema_then_appends_go_on_at_the_next_position(
    people: People, settings: Settings
) -> None:
    head = len(events(settings))

    hazard = await people.reported()

    inspector = await people.one(Role.UNION_INSPECTOR)
    positions = [row[2] for row in events(settings)]
    assert positions == list(range(1, head + 3)), "an enterprise, and a hazard of it"
    await people.service.projector(JURISDICTION).catch_up()
    found = await inspector.see("hazards", min_position=positions[-1])
    assert found["items"][0]["id"] == hazard.rpartition("/")[2]


async def test_given_the_first_schema_then_old_tokens_are_what_they_were(people: People, first: Told) -> None:
    assert (await with_token(people, first.auditor).get("board")).status_code == 200
    assert (await with_token(people, first.revoked).get("board")).status_code == 401


async def test_given_the_first_schema_then_a_command_of_then_is_known(people: People, first: Told) -> None:
    head = await people.head()

    again = await with_token(people, first.worker).post("hazards", REPEATED, Idempotency_Key=KEY)

    assert (again.status_code, agrees(again.json(), first.repeated)) == (201, True)
    assert await people.head() == head
