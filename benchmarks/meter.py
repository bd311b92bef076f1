"""Benchmarks: what a stretch of work spends: processor time of product and PostgreSQL, write-ahead log, fsyncs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

from benchmarks.stand import Stand

QUIET_SECONDS = 30
"""How long the server may take to part from whoever was connected."""

# PostgreSQL 18 counts the fsyncs of its write-ahead log where it counts all its reading and writing.
_FSYNCS = "SELECT wal_sync FROM pg_stat_wal"
_FSYNCS_18 = "SELECT sum(fsyncs)::bigint FROM pg_stat_io WHERE object = 'wal'"
_CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname <> current_database()"


@dataclass(frozen=True, slots=True)
class Spent:
    """By a stretch of work, or up to a moment."""

    product: float
    """Seconds of processor time."""
    postgres: float
    """The same, of all processes of the server."""
    log_bytes: float
    """Written to the write-ahead log."""

    def __sub__(self, before: Spent) -> Spent:
        return Spent(self.product - before.product, self.postgres - before.postgres, self.log_bytes - before.log_bytes)

    def each(self, count: int) -> Spent:
        """For one of so many."""
        return Spent(self.product / count, self.postgres / count, self.log_bytes / count)


@dataclass(frozen=True, slots=True)
class Meter:
    """Reads what the server of the stand and the product have spent."""

    stand: Stand
    product: Callable[[], float]
    """Its seconds of processor time so far."""

    def read(self) -> Spent:
        """Up to now."""
        backend = _figure(self.stand, "SELECT pg_backend_pid()")
        postmaster = psutil.Process(backend).ppid()
        written = _figure(self.stand, "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        return Spent(self.product(), family(postmaster), float(written))


@contextmanager
def counting_fsyncs(stand: Stand) -> Iterator[Callable[[], int]]:
    """How many fsyncs of the write-ahead log what is done in the context took; to be asked for after it.

    A connection tells the server what it did when it closes, so the count waits for all to be gone.
    """
    statement = _FSYNCS_18 if stand.superuser.info.server_version >= 180_000 else _FSYNCS
    _until_alone(stand)
    before = _figure(stand, statement)
    yield lambda: _figure(stand, statement) - before
    _until_alone(stand)


def _until_alone(stand: Stand) -> None:
    until = time.monotonic() + QUIET_SECONDS
    while _figure(stand, _CONNECTED):
        if time.monotonic() > until:
            raise RuntimeError("somebody is still connected to the server")
        time.sleep(0.01)


def _figure(stand: Stand, question: str) -> int:
    answer = stand.superuser.execute(question.encode()).fetchone()
    assert answer is not None
    return int(answer[0])


def family(parent: int) -> float:
    """Seconds of processor time of a process, of its children that live, and of those that have ended."""
    own = psutil.Process(parent)
    spent = own.cpu_times()
    seconds = float(spent.user + spent.system + spent.children_user + spent.children_system)
    for child in own.children():
        with suppress(psutil.NoSuchProcess):
            spent = child.cpu_times()
            seconds += spent.user + spent.system
    return seconds
