"""A server's process is as nice as the process it works for, and nobody else's process is made so."""

import asyncio
import multiprocessing
import os
import socket
import sys

import psutil
import pytest
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from infrastructure.log import niceness
from infrastructure.log.niceness import as_nice_as_this
from infrastructure.log.pool import bounded_pool

pytestmark = pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason=f"{sys.platform} does not tell who listens")

NICE = 7


def test_the_servers_half_of_a_nice_process_is_nice(database_url: str) -> None:
    assert _nice_at_the_server(database_url, NICE) == NICE


def test_who_is_not_nice_or_gives_no_way_is_served_like_everybody(database_url: str) -> None:
    assert _nice_at_the_server(database_url, 0) == os.getpriority(os.PRIO_PROCESS, 0)
    assert _nice_at_the_server(database_url, NICE, gives_way=False) == os.getpriority(os.PRIO_PROCESS, 0)


async def test_a_process_of_the_same_number_that_is_not_the_servers_is_left_alone(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_nice: list[int] = []
    monkeypatch.setattr(os, "getpriority", lambda which, who: NICE)
    monkeypatch.setattr(os, "setpriority", lambda which, who, to: made_nice.append(who))
    async with await AsyncConnection.connect(database_url) as connection:
        await as_nice_as_this(connection)
        assert made_nice == [connection.info.backend_pid]

        monkeypatch.setattr(niceness, "_listener", lambda connected: os.getpid())
        await as_nice_as_this(connection)
        assert len(made_nice) == 1


async def test_a_server_that_is_elsewhere_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpriority", lambda which, who: NICE)
    monkeypatch.setattr(os, "setpriority", lambda which, who, to: pytest.fail("a process was made nice"))

    class Info:
        host = "127.0.0.1"
        backend_pid = os.getpid()

    class Elsewhere:
        info = Info()

    elsewhere: AsyncConnection[TupleRow] = Elsewhere()  # type: ignore[assignment]
    await as_nice_as_this(elsewhere)


def _nice_at_the_server(url: str, nice: int, *, gives_way: bool = True) -> int:
    """By how much the process behind a pool's connection is nice, in a process that is."""
    with multiprocessing.get_context("spawn").Pool(1) as processes:
        return processes.apply(_asked, (url, nice, gives_way))


def _asked(url: str, nice: int, gives_way: bool) -> int:
    async def ask() -> int:
        async with bounded_pool(url, size=1, gives_way=gives_way) as pool, pool.connection() as connection:
            return int(psutil.Process(connection.info.backend_pid).nice())

    os.nice(nice)
    return asyncio.run(ask())
