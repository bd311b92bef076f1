"""The command line as somebody at a terminal meets it: arguments in, exit code and two streams out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from api.cli import main
from tests.api.cli.command import Hazardloop, Ran


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting of the machine's reaches the command; its home is yet to be made; answered."""
    for name in [name for name in os.environ if name.startswith("HAZARDLOOP_")]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("HAZARDLOOP_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture
def without_database(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Hazardloop:
    """The command, where it is not expected to get as far as a database."""
    monkeypatch.setenv("HAZARDLOOP_DATABASE_URL", "postgresql://nobody:s3cret@127.0.0.1:1/nothing")
    return _command(monkeypatch, capfd)


@pytest.fixture
def hazardloop(
    database_url: str, environment: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Hazardloop:
    """The command over a migrated database of the test's own."""
    monkeypatch.setenv("HAZARDLOOP_DATABASE_URL", database_url)
    return _command(monkeypatch, capfd)


@pytest.fixture
def sampled(hazardloop: Hazardloop) -> Hazardloop:
    """The command over a log that holds the shipped sample."""
    ran = hazardloop("import", "yinhuan_taizhang.csv", "--mapping", "sample_zh")
    assert "events added" in ran.out
    return hazardloop


def _command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Hazardloop:
    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["hazardloop", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        written = capfd.readouterr()
        return Ran(int(ended.value.code or 0), written.out, written.err)

    return run
