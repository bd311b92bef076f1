"""Bearer tokens: hashed at rest, revocable, each with a role and, where the role asks for it, an enterprise."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import anyio
import psycopg
import pytest

from domain.actors import OF_AN_ENTERPRISE, Actor, Role
from domain.refusals import RuleBroken
from infrastructure.log.batch import schema_of
from infrastructure.log.pool import Pool, bounded_pool
from infrastructure.time_and_chance import SystemChance
from infrastructure.tokens import ENTERPRISE_NEEDED, NO_ENTERPRISE, OWN_ROLE, REMEMBERED_SECONDS, PostgresTokens
from tests.conftest import JURISDICTION

USCC = "91320583MA1WXYRC06"
INSPECTOR = Actor(UUID(int=7), Role.UNION_INSPECTOR)
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


class StoodStill:
    """A clock, and the seconds of another, that move only when told to."""

    def __init__(self) -> None:
        self.at = NOON
        self.passed = 0.0

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.passed


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with bounded_pool(database_url, 4) as opened:
        yield opened


@pytest.fixture
def clock() -> StoodStill:
    return StoodStill()


def tokens_of(pool: Pool, clock: StoodStill) -> PostgresTokens:
    return PostgresTokens(pool, schema_of(JURISDICTION), JURISDICTION, clock, SystemChance(), clock.seconds)


@pytest.fixture
def tokens(pool: Pool, clock: StoodStill) -> PostgresTokens:
    return tokens_of(pool, clock)


async def test_given_an_actor_when_a_token_is_made_then_it_says_its_jurisdiction_and_leads_back_to_the_actor(
    tokens: PostgresTokens,
) -> None:
    token = await tokens.create(INSPECTOR)
    assert re.fullmatch(r"hzl_320583_[A-Za-z0-9_-]{43}", token)
    assert await tokens.actor_of(token) == INSPECTOR
    (kept,) = await tokens.all()
    assert (kept.actor, kept.created_at, kept.revoked_at) == (INSPECTOR, NOON, None)


async def test_given_a_token_then_nothing_of_it_lies_in_the_database(tokens: PostgresTokens, database_url: str) -> None:
    token = await tokens.create(INSPECTOR)
    with psycopg.connect(database_url) as connection:
        (row,) = connection.execute("SELECT t::text FROM hazardloop_320583.tokens t").fetchall()
    secret = token.removeprefix("hzl_320583_")
    assert token not in row[0]
    assert secret not in row[0]
    assert secret.encode().hex() not in row[0]


@pytest.mark.parametrize("role", sorted(OF_AN_ENTERPRISE))
async def test_given_a_role_of_an_enterprise_then_the_token_has_one(tokens: PostgresTokens, role: Role) -> None:
    actor = Actor(uuid4(), role, USCC)
    assert await tokens.actor_of(await tokens.create(actor)) == actor
    with pytest.raises(RuleBroken) as refused:
        await tokens.create(Actor(uuid4(), role))
    assert (refused.value.rule, refused.value.field) == (ENTERPRISE_NEEDED, "enterprise")


@pytest.mark.parametrize("role", sorted(frozenset(Role) - OF_AN_ENTERPRISE - {Role.SERVICE, Role.IMPORTER}))
async def test_given_any_other_role_then_the_token_has_none(tokens: PostgresTokens, role: Role) -> None:
    actor = Actor(uuid4(), role)
    assert await tokens.actor_of(await tokens.create(actor)) == actor
    with pytest.raises(RuleBroken) as refused:
        await tokens.create(Actor(uuid4(), role, USCC))
    assert (refused.value.rule, refused.value.field) == (NO_ENTERPRISE, "enterprise")


@pytest.mark.parametrize("role", [Role.SERVICE, Role.IMPORTER])
async def test_given_a_role_of_the_product_itself_then_nobody_gets_a_token_for_it(
    tokens: PostgresTokens, role: Role
) -> None:
    with pytest.raises(RuleBroken) as refused:
        await tokens.create(Actor(uuid4(), role))
    assert refused.value.rule == OWN_ROLE
    assert await tokens.all() == []


async def test_given_a_revoked_token_then_it_leads_to_nobody_at_once_and_can_not_be_revoked_twice(
    tokens: PostgresTokens, clock: StoodStill
) -> None:
    token = await tokens.create(INSPECTOR)
    assert await tokens.actor_of(token) == INSPECTOR
    (kept,) = await tokens.all()
    clock.at += timedelta(hours=1)

    assert await tokens.revoke(kept.id) is True

    assert await tokens.actor_of(token) is None
    assert await tokens.revoke(kept.id) is False
    assert [record.revoked_at for record in await tokens.all()] == [NOON + timedelta(hours=1)]


async def test_given_a_token_revoked_by_another_process_then_it_leads_to_nobody_a_second_later(
    tokens: PostgresTokens, pool: Pool, clock: StoodStill
) -> None:
    token = await tokens.create(INSPECTOR)
    assert await tokens.actor_of(token) == INSPECTOR
    other_process = tokens_of(pool, clock)
    (kept,) = await other_process.all()
    await other_process.revoke(kept.id)
    clock.passed += REMEMBERED_SECONDS
    assert await tokens.actor_of(token) is None


async def test_given_a_token_just_asked_for_then_it_is_answered_without_the_database(
    tokens: PostgresTokens, pool: Pool
) -> None:
    token = await tokens.create(INSPECTOR)
    assert await tokens.actor_of(token) == INSPECTOR
    await pool.close()
    assert await tokens.actor_of(token) == INSPECTOR


@pytest.mark.parametrize("text", ["", "hzl_320583_", "Bearer x", "hzl_110000_" + "a" * 43, "hzl_320583_" + "隐" * 43])
async def test_given_what_is_no_token_of_this_jurisdiction_then_the_database_is_not_even_asked(
    tokens: PostgresTokens, pool: Pool, text: str
) -> None:
    await pool.close()
    assert await tokens.actor_of(text) is None


async def test_given_a_token_never_made_then_it_leads_to_nobody(tokens: PostgresTokens) -> None:
    assert await tokens.actor_of("hzl_320583_" + "a" * 43) is None


async def test_given_several_processes_that_start_at_once_then_one_gets_the_first_token(
    pool: Pool, clock: StoodStill
) -> None:
    given: list[str | None] = []

    async def start() -> None:
        given.append(await tokens_of(pool, clock).create_first(Actor(uuid4(), Role.ADMINISTRATOR)))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(start)

    assert len([token for token in given if token]) == 1
    assert await tokens_of(pool, clock).create_first(Actor(uuid4(), Role.ADMINISTRATOR)) is None
    assert len(await tokens_of(pool, clock).all()) == 1
