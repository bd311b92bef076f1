"""Benchmarks: a server process, ours or a peer's, known by the address it announces."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import IO

START_SECONDS = 60
STOP_SECONDS = 30

_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class Server:
    """A process that serves on this port of 127.0.0.1."""

    port: int
    pid: int

    @property
    def resident_megabytes(self) -> float:
        """How much memory it holds, in units of 1024 × 1024 bytes."""
        said = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, text=True, check=True
        ).stdout
        return int(said) / 1024


@contextmanager
def serving(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Python with these arguments, from when it announces its address until the context ends. Raises RuntimeError."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said: deque[str] = deque(maxlen=50)
    ports: SimpleQueue[int | None] = SimpleQueue()
    reader = threading.Thread(target=_read, args=(process.stdout, said, ports), daemon=True)
    reader.start()
    port: int | None = None
    try:
        with suppress(Empty):
            port = ports.get(timeout=START_SECONDS)
        if port is None:
            raise RuntimeError(f"{' '.join(arguments)} does not serve: {''.join(said)}")
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join()
        process.stdout.close()


def _read(output: IO[str], said: deque[str], ports: SimpleQueue[int | None]) -> None:
    """Read what a process says, lest it wait for a reader; the first address in it is its own, None is its end."""
    for line in output:
        said.append(line)
        if found := _ADDRESS.search(line):
            ports.put(int(found[1]))
    ports.put(None)
