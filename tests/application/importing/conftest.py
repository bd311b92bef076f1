"""A log in a database of the test's own, and the public records, if they lie beside the project."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from domain.catalogue import CATALOGUE
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.pool import bounded_pool
from infrastructure.log.wakeups import Wakeups
from infrastructure.time_and_chance import SystemChance
from tests.application.importing.given import KUNSHAN


@pytest.fixture
async def log(database_url: str) -> AsyncIterator[PostgresEventLog]:
    """The empty log of a jurisdiction."""
    async with bounded_pool(database_url, 2) as pool:
        yield PostgresEventLog(pool, KUNSHAN, Codec(SystemChance(), CATALOGUE), Wakeups(database_url))


@pytest.fixture
def record(pytestconfig: pytest.Config) -> Callable[[str], Path]:
    """A public record by its name. They are not copied into the project; a test says so if it can't find them."""

    def find(name: str) -> Path:
        beside = pytestconfig.rootpath.parent / "shared" / "data"
        file = Path(os.environ.get("HAZARDLOOP_TEST_RECORDS") or beside) / name
        if not file.is_file():
            pytest.skip(f"the public record {name} is not here; HAZARDLOOP_TEST_RECORDS can name its folder")
        return file

    return find
