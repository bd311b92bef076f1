"""The log of a jurisdiction in a database of the test's own, and its service's plain connection to look behind it."""

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.pool import Pool, bounded_pool
from infrastructure.log.wakeups import Wakeups
from infrastructure.time_and_chance import SystemChance
from tests.conftest import JURISDICTION
from tests.infrastructure.log.notes import NOTES


@pytest.fixture
def codec() -> Codec:
    return Codec(SystemChance(), NOTES)


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with bounded_pool(database_url, size=4) as opened:
        yield opened


@pytest.fixture
async def log(database_url: str, pool: Pool, codec: Codec) -> PostgresEventLog:
    """Its wake-ups do not listen: what is tested here must not hang on them."""
    return PostgresEventLog(pool, JURISDICTION, codec, Wakeups(database_url))


@pytest.fixture
def service(database_url: str) -> Iterator[psycopg.Connection]:
    """The service's own user, with nothing between it and the tables."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection
