"""A backup of three events, and an empty database and home to bring it back to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.cli.backing_up.kept import NAME, PHOTO
from tests.api.cli.command import Hazardloop
from tests.api.cli.test_checkpoint import reported_and_signed
from tests.conftest import JURISDICTION


@pytest.fixture
def evidence(environment: Path) -> Path:
    """A file of evidence in the home."""
    file = environment / "evidence" / JURISDICTION / NAME
    file.parent.mkdir(parents=True)
    file.write_bytes(PHOTO)
    return file


@pytest.fixture
def backup(hazardloop: Hazardloop, database_url: str, environment: Path, evidence: Path, tmp_path: Path) -> Path:
    """A backup of three events, signed, and one file of evidence."""
    reported_and_signed(database_url, environment, hazards=3)
    assert hazardloop("backup", "kept", "--keys", "keys").code == 0
    return tmp_path / "kept"


@pytest.fixture
def elsewhere(empty_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """From now on the command has an empty database and a home that is yet to be made."""
    monkeypatch.setenv("HAZARDLOOP_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("HAZARDLOOP_HOME", str(tmp_path / "elsewhere"))
    return tmp_path / "elsewhere"
