"""A town in a database of the test's own."""

from collections.abc import AsyncIterator

import pytest

from tests.infrastructure.views.town import Town, town_at


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    async with town_at(database_url) as found:
        yield found
