"""A home folder for one test, and no server left in it."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.infrastructure.embedded.observed import postmaster_pid


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder that does not exist yet; a server that a failed test leaves running in it is killed."""
    folder = tmp_path / "home"
    yield folder
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(postmaster_pid(folder), signal.SIGKILL)
