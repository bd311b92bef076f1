"""The database of the first released schema, as it was frozen, in a database of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import Settings
from infrastructure.command_keys import SECRET_FILE
from tests.upgrading.frozen import Told, thaw, told

FIRST = "first_schema"


@pytest.fixture(scope="session")
def first() -> Told:
    """What is known of it."""
    return told(FIRST)


@pytest.fixture
def settings(empty_database_url: str, tmp_path: Path, first: Told) -> Settings:
    """Of the product over that database, with the secret of its command keys."""
    thaw(FIRST, empty_database_url)
    secret = tmp_path / SECRET_FILE
    secret.write_bytes(bytes.fromhex(first.secret))
    secret.chmod(0o600)
    return Settings(database_url=empty_database_url, home=tmp_path)
