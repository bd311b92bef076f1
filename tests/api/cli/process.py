"""`hazardloop` as a process of its own, as an operator starts it. Nothing here waits longer than PATIENCE."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 90.0
"""Seconds after which a process that says or does nothing is killed, and the test fails."""

CHECKOUT = Path(__file__).parents[3]

COMMAND = [sys.executable, "-W", "error", "-c", "from api.cli import main; main()"]


@dataclass
class Process:
    """A running command."""

    popen: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    errors: str = ""

    def says(self, words: str) -> str:
        """The line with these words, once it was said."""
        assert self.popen.stdout is not None
        while words not in (line := self.popen.stdout.readline()):
            assert line, f"it ended without saying {words!r}: {self.said} {self._errors()}"
            self.said.append(line)
        self.said.append(line)
        return line

    def stop(self, by: signal.Signals) -> int:
        """The exit code after this signal; what was on standard error is in `errors`."""
        self.popen.send_signal(by)
        return self.ended()

    def ended(self) -> int:
        """The exit code, once it has ended by itself."""
        self.errors = self._errors()
        return self.popen.wait()

    def _errors(self) -> str:
        assert self.popen.stderr is not None
        return self.errors or self.popen.stderr.read()


def settings_of(home: Path, **more: str) -> dict[str, str]:
    """The environment of a process: no setting but these, and the PostgreSQL the suite runs on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAZARDLOOP_")}
    if programs := os.environ.get("HAZARDLOOP_TEST_PG_BIN"):
        kept["HAZARDLOOP_POSTGRES_BIN"] = programs
    named = {f"HAZARDLOOP_{name}": value for name, value in more.items()}
    return kept | {"HAZARDLOOP_HOME": str(home), "HAZARDLOOP_PORT": "0"} | named


@contextmanager
def started(
    environment: Mapping[str, str], *arguments: str, command: Sequence[str] = COMMAND, folder: Path = CHECKOUT
) -> Iterator[Process]:
    """The command, running; it is killed if it outlives the test."""
    with subprocess.Popen(
        [*command, *arguments],
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as popen:
        alarm = threading.Timer(PATIENCE, popen.kill)
        alarm.start()
        try:
            yield Process(popen)
        finally:
            alarm.cancel()
            popen.kill()


def answer(environment: Mapping[str, str], *arguments: str, code: int = 0) -> str:
    """What a command that ends by itself, with this exit code, writes on standard output."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=environment,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout
