"""A client of the embedded server in a process of its own, which a test can stop, interrupt, freeze and kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
import psycopg
from infrastructure.embedded import EmbeddedPostgres

home, bin_dir = Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None
with EmbeddedPostgres(home, bin_dir=bin_dir) as postgres:
    try:
        print(postgres.url, flush=True)
        sys.stdin.readline()
    except KeyboardInterrupt:
        with psycopg.connect(postgres.url) as connection:
            print(connection.execute("SELECT 'still served'").fetchone()[0], flush=True)
"""

PATIENCE = 60


class Client:
    """A running client; `url` is what it got from the server."""

    def __init__(self, home: Path, bin_dir: Path | None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, home, str(bin_dir or "")],
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.url = self._said()

    def stop(self) -> None:
        """Let it leave in good order."""
        self._process.communicate("\n", timeout=PATIENCE)

    def interrupt(self) -> str:
        """Press Ctrl-C at its terminal, and return what it says last."""
        os.killpg(self._process.pid, signal.SIGINT)
        return self._process.communicate(timeout=PATIENCE)[0].strip()

    def freeze(self) -> None:
        """Keep it from doing anything, such as taking note of a child's death."""
        self._process.send_signal(signal.SIGSTOP)
        os.waitpid(self._process.pid, os.WUNTRACED)  # returns when it has stopped

    def kill(self) -> None:
        """Kill -9."""
        self._process.kill()
        self._process.communicate(timeout=PATIENCE)

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def client(home: Path, bin_dir: Path | None) -> Iterator[Client]:
    """A client for the body; killed afterwards if the test has left it."""
    running = Client(home, bin_dir)
    try:
        yield running
    finally:
        running.kill()
