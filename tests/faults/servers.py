"""A PostgreSQL of a test's own that is safe from power cuts, to be killed, filled up and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from infrastructure.embedded import EmbeddedPostgres
from infrastructure.log.migrate import migrate
from tests.api.cli.process import settings_of
from tests.conftest import JURISDICTION
from tests.infrastructure.embedded.observed import postmaster_pid


@dataclass
class Database:
    """A running PostgreSQL: our own child, which a thread of the launcher reaps."""

    home: Path
    postgres: EmbeddedPostgres

    @property
    def url(self) -> str:
        return self.postgres.url

    def settings(self, **more: str) -> Mapping[str, str]:
        """Of processes that use it."""
        return settings_of(self.home.with_name("product"), DATABASE_URL=self.url, **more)

    def kill(self, *, all: bool) -> None:
        """Kill it."""
        kill_server_of(self.home, all=all)

    async def again(self) -> None:
        """Start it again; return once it is ready."""
        await asyncio.to_thread(self.postgres.start)

    def execute(self, statement: str) -> None:
        """As its superuser."""
        with psycopg.connect(self.postgres.url_of("hazardloop", "postgres"), autocommit=True) as superuser:
            superuser.execute(statement.encode())


@asynccontextmanager
async def database(home: Path, bin_dir: Path | None) -> AsyncIterator[Database]:
    """A migrated one."""
    postgres = EmbeddedPostgres(home, bin_dir=bin_dir)
    await asyncio.to_thread(postgres.start)
    try:
        await migrate(postgres.url, [JURISDICTION])
        yield Database(home, postgres)
    finally:
        await asyncio.to_thread(postgres.stop)


def kill_server_of(home: Path, *, all: bool) -> None:
    """Kill -9 the postmaster; with `all`, every process of the server with it, so that nothing is written out."""
    postmaster = postmaster_pid(home)
    for pid in (postmaster, *(_children(postmaster) if all else ())):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _children(parent: int) -> list[int]:
    said = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = (line.split() for line in said.splitlines())
    return [int(pid) for pid, ppid in pairs if int(ppid) == parent]
