"""What every fault needs: how often, chance with a seed that is told, and a table of what was seen.

Without further ado the short form runs, a few times each, as every change does. HAZARDLOOP_FAULTS=full runs all of
it (`make faults`); HAZARDLOOP_FAULTS_SEED repeats the chance of an earlier run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import pytest

from tests.api.cli.process import settings_of
from tests.faults.table import Table

FULL = os.environ.get("HAZARDLOOP_FAULTS") == "full"
SEED = os.environ.get("HAZARDLOOP_FAULTS_SEED") or str(Random().getrandbits(32))

TABLE = Table()

Times = Callable[[int, int], int]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table."""
    if TABLE.lines:
        form = "in full" if FULL else "in short (HAZARDLOOP_FAULTS=full runs all)"
        terminalreporter.section(f"faults, {form}; HAZARDLOOP_FAULTS_SEED={SEED}")
        for line in TABLE.written():
            terminalreporter.write_line(line)


@pytest.fixture
def full() -> bool:
    """Whether this is the full form."""
    return FULL


@pytest.fixture
def times() -> Times:
    """Of two numbers, that of the short form and that of the full one, the one that counts."""
    return lambda short, full: full if FULL else short


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> Random:
    """The test's own chance."""
    sys.stdout.write(f"HAZARDLOOP_FAULTS_SEED={SEED}\n")
    return Random(f"{SEED} {request.node.name}")


@pytest.fixture
def table() -> Table:
    return TABLE


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Mapping[str, str]:
    """Of server processes over the test's database. They serve; views and clock are others' work."""
    return settings_of(tmp_path / "home", DATABASE_URL=database_url, WORKER="elsewhere", LOCK_TIMEOUT="2")
