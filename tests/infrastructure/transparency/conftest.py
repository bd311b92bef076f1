"""A log that is signed, and whoever administers its database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.infrastructure.transparency.signed import Signed, signed_at


@pytest.fixture
async def signed(database_url: str, tmp_path: Path) -> AsyncIterator[Signed]:
    async with signed_at(database_url, tmp_path) as signed:
        yield signed


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    """Whoever administers the database: nothing is refused to them for long."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection
