"""Benchmarks, peer: the eventsourcing library's own PostgreSQL recorder, a thread for each writer."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

POOL, OVERFLOW = 5, 10
"""Connections, as the library's factory has them by default; more would only wait for the table's lock."""

CONNECT_SECONDS = 60


@contextmanager
def recorder(url: str) -> Iterator[PostgresApplicationRecorder]:
    """A recorder with its table."""
    place = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    datastore = PostgresDatastore(
        place["dbname"],
        place["host"],
        place["port"],
        place["user"],
        password="",
        pool_size=POOL,
        max_overflow=OVERFLOW,
        connect_timeout=CONNECT_SECONDS,
    )
    with datastore:
        made = PostgresApplicationRecorder(datastore)
        made.create_table()
        yield made


def appends_per_second(url: str, shares: Sequence[Sequence[StoredEvent]]) -> float:
    """Each share appended by a writer of its own, event by event; the first of each before it counts."""
    with recorder(url) as log, ThreadPoolExecutor(len(shares)) as writers:

        def write(share: Sequence[StoredEvent]) -> None:
            for event in share:
                log.insert_events([event])

        list(writers.map(write, [share[:1] for share in shares]))
        began = time.perf_counter()
        list(writers.map(write, [share[1:] for share in shares]))
        return sum(len(share) - 1 for share in shares) / (time.perf_counter() - began)
