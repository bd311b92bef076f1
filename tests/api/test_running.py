"""The running product: which schemas it makes, and that one that is behind answers 503 alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import psycopg
import pytest

from api.running import Running
from api.settings import Settings
from api.wiring import running
from application.log import Unavailable
from domain.actors import Actor, Role
from domain.refusals import Unknown
from tests.api.conftest import served

KUNSHAN, URUMQI = "320583", "650100"


@pytest.fixture
def settings(empty_database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=empty_database_url, home=tmp_path, jurisdictions=f"{KUNSHAN},{URUMQI}=Asia/Urumqi")


@pytest.fixture
def behind(empty_database_url: str) -> str:
    """Ürümqi has a schema, from a release before the first migration."""
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(f"CREATE SCHEMA hazardloop_{URUMQI}")
    return URUMQI


@asynccontextmanager
async def asked(service: Running, code: str) -> AsyncIterator[tuple[httpx2.AsyncClient, dict[str, str]]]:
    """A client of the served API, and the headers of an administrator of the jurisdiction."""
    token = await service.jurisdiction(code).tokens.create(Actor(service.chance.id(), Role.ADMINISTRATOR))
    async with served(service) as address, httpx2.AsyncClient(base_url=address, timeout=30) as client:
        yield client, {"Authorization": f"Bearer {token}"}


async def test_given_an_empty_database_when_it_is_prepared_then_every_jurisdiction_has_its_schema(
    settings: Settings,
) -> None:
    async with running(settings) as service:
        assert service.jurisdictions() == []
        assert not await service.database_ready()
        await service.prepare()
        assert service.jurisdictions() == [KUNSHAN, URUMQI]
        assert await service.database_ready()
        assert service.jurisdiction(URUMQI).zone.key == "Asia/Urumqi"


async def test_given_a_schema_that_is_behind_then_it_is_left_alone_and_answers_503_alone(
    settings: Settings, behind: str
) -> None:
    async with running(settings) as service:
        await service.prepare()
        assert service.jurisdictions() == [KUNSHAN]
        with pytest.raises(Unavailable):
            service.jurisdiction(behind)
        async with asked(service, KUNSHAN) as (client, administrator):
            assert (await client.get(f"/v1/{KUNSHAN}/enterprises", headers=administrator)).status_code == 200
            late = await client.get(f"/v1/{behind}/enterprises", headers=administrator)
            assert (late.status_code, late.headers["Retry-After"]) == (503, "5")
            assert (await client.get("/readyz")).status_code == 503
            assert (await client.get("/healthz")).status_code == 200


async def test_given_a_schema_that_was_behind_when_another_process_migrates_it_then_it_is_served(
    settings: Settings, behind: str
) -> None:
    async with running(settings) as service, running(settings) as other_process:
        await service.prepare()
        await other_process.migrate([behind])
        assert await service.database_ready()
        assert service.jurisdictions() == [KUNSHAN, URUMQI]


async def test_given_a_code_that_is_not_served_then_it_is_unknown(settings: Settings) -> None:
    async with running(settings) as service:
        with pytest.raises(Unknown):
            service.jurisdiction("110000")


async def test_given_two_jurisdictions_then_each_has_its_own_first_token(settings: Settings) -> None:
    async with running(settings) as service:
        await service.prepare()
        tokens = [
            await service.first_token(code, Actor(service.chance.id(), Role.ADMINISTRATOR))
            for code in (KUNSHAN, URUMQI, KUNSHAN)
        ]
        assert [token and token[:11] for token in tokens] == ["hzl_320583_", "hzl_650100_", None]
        assert tokens[0] is not None
        assert await service.jurisdiction(URUMQI).tokens.actor_of(tokens[0]) is None


async def test_given_views_and_clock_at_work_then_they_end_with_their_context(settings: Settings) -> None:
    async with running(settings) as service:
        await service.prepare()
        async with service.working():
            for code in service.jurisdictions():
                await service.jurisdiction(code).views.reached(0)
