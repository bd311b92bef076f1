"""File locks that die with their process: the kernel keeps the count, so a killed client is never counted.

Three files of a home are locked: `transition` by whoever is starting or stopping the server, `clients` (shared) by each
client for as long as it lives, and `server` by the server's own processes, which inherit it. A zombie holds no lock; an
orphaned backend still does.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infrastructure.embedded.errors import EmbeddedPostgresError

POLL_SECONDS = 0.01


def opened(path: Path) -> int:
    """A new descriptor of a lock file. It is not inherited by child processes unless it is passed on."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_exclusive(descriptor: int) -> bool:
    """Whether the lock is now held alone; a shared lock already held becomes exclusive."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def shared(descriptor: int) -> None:
    """Hold the lock together with others."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


@contextmanager
def alone(path: Path, patience: float) -> Iterator[None]:
    """Hold a lock file alone for the body; EmbeddedPostgresError if another process keeps it for `patience` seconds."""
    descriptor = opened(path)
    try:
        deadline = time.monotonic() + patience
        while not try_exclusive(descriptor):
            if time.monotonic() > deadline:
                message = f"another process has been starting or stopping the server for {patience:.0f} s ({path})"
                raise EmbeddedPostgresError(message)
            time.sleep(POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)
