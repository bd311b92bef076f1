"""Benchmarks: where everybody is measured: one durable PostgreSQL, and a fresh database for each measure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg.sql import SQL, Identifier

from benchmarks.load import Generator, generating
from benchmarks.sizes import Sizes
from infrastructure.embedded import EmbeddedPostgres
from infrastructure.embedded.account import Account
from infrastructure.embedded.binaries import find_programs


@dataclass(frozen=True, slots=True)
class Stand:
    """The server, a folder for whatever else is needed, and how much is done."""

    postgres: EmbeddedPostgres
    superuser: psycopg.Connection
    folder: Path
    sizes: Sizes
    generator: Generator
    _numbers: Iterator[int]

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The URL of a new database, gone afterwards; what others left to be written has been written before."""
        name = f"bench_{next(self._numbers)}"
        self.superuser.execute(
            SQL("CREATE DATABASE {} OWNER hazardloop TEMPLATE {} STRATEGY file_copy").format(
                Identifier(name), Identifier(template)
            )
        )
        self.settle()
        try:
            yield self.postgres.url_of(name)
        finally:
            self.superuser.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def settle(self) -> None:
        """Write out what is dirty, so that nobody pays for what was done before."""
        self.superuser.execute("CHECKPOINT")

    def vacuum(self, url: str) -> None:
        """Do in this database now what would otherwise be done in the background, in the middle of a measure."""
        self._tidy(url, "VACUUM (ANALYZE)")

    def analyze(self, url: str) -> None:
        """The same, but for what makes room in old pages."""
        self._tidy(url, "ANALYZE")

    def _tidy(self, url: str, how: LiteralString) -> None:
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        with psycopg.connect(self.postgres.url_of(str(name), "postgres"), autocommit=True) as superuser:
            superuser.execute(how)
        self.settle()

    @property
    def pgbench(self) -> Path:
        """PostgreSQL's own load generator, of the server's version."""
        return find_programs(Account.of_this_process()).bin_dir / "pgbench"


@contextmanager
def set_up(folder: Path, sizes: Sizes) -> Iterator[Stand]:
    """A server in this folder while the context lasts; every commit is on the disk before it is acknowledged."""
    with (
        EmbeddedPostgres(folder) as postgres,
        psycopg.connect(postgres.url_of("postgres", "postgres"), autocommit=True) as superuser,
        generating() as generator,
    ):
        yield Stand(postgres, superuser, folder, sizes, generator, itertools.count(1))
