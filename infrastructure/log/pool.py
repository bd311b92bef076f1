"""Infrastructure: the one bounded pool of connections by which a process serves all its jurisdictions."""

from __future__ import annotations

import os

from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]

SESSION_OPTIONS = "-c default_transaction_isolation=read\\ committed -c TimeZone=UTC"
"""READ COMMITTED said outright, since a server may have another default and the log's database function refuses any
other; and times come back with an offset of zero."""

CONNECT_SECONDS = 5
DEAD_SECONDS = 30
"""How long what was sent may stay unacknowledged by the network before a connection is taken for dead."""

WAITING = 1000
"""How many may queue for a connection; who comes after them is told at once to come again."""


def bounded_pool(url: str, size: int = 10, patience: float = 5.0) -> Pool:
    """A pool of at most `size` connections, yet to be opened; each statement is a transaction unless one is begun.

    Whoever waits longer than `patience` seconds for a connection gets psycopg_pool.PoolTimeout. The server knows them
    by the id of this process, unless the address names them otherwise.
    """
    options = f"{conninfo_to_dict(url).get('options') or ''} {SESSION_OPTIONS}".lstrip()
    name = f"hazardloop {os.getpid()}"
    return AsyncConnectionPool(
        make_conninfo(
            url,
            options=options,
            client_encoding="UTF8",
            connect_timeout=CONNECT_SECONDS,
            tcp_user_timeout=DEAD_SECONDS * 1000,
            fallback_application_name=name,
        ),
        kwargs={"autocommit": True},
        min_size=1,
        max_size=size,
        max_waiting=WAITING,
        timeout=patience,
        open=False,
    )
