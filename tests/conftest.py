"""A real PostgreSQL for every test that asks: one server for the run, a database for each test, copied from a template.

HAZARDLOOP_TEST_PG_BIN names a folder of PostgreSQL programs to run the suite on; without it the wheel's are used.
"""

import asyncio
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from infrastructure.embedded import EmbeddedPostgres

JURISDICTION = "320583"


class DatabaseServer:
    """The run's server, and its superuser's connection by which databases are made and dropped."""

    def __init__(self, postgres: EmbeddedPostgres, superuser: psycopg.Connection) -> None:
        self.postgres = postgres
        self._superuser = superuser
        self._numbers = itertools.count(1)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The URL, for the service's role, of a new database that is gone afterwards, whoever is still connected."""
        name = f"test_{next(self._numbers)}"
        self._superuser.execute(
            SQL("CREATE DATABASE {} TEMPLATE {} OWNER hazardloop").format(Identifier(name), Identifier(template))
        )
        try:
            yield self.postgres.url_of(name)
        finally:
            self._superuser.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """What asynchronous tests run on; they need no mark."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_bin_dir() -> Path | None:
    """The programs the suite runs on; None for the wheel's."""
    named = os.environ.get("HAZARDLOOP_TEST_PG_BIN")
    return Path(named) if named else None


@pytest.fixture(scope="session")
def database_server(
    tmp_path_factory: pytest.TempPathFactory, postgres_bin_dir: Path | None
) -> Iterator[DatabaseServer]:
    """One server for the whole run, safe from nothing, and fast."""
    home = tmp_path_factory.mktemp("home")
    with (
        EmbeddedPostgres(home, bin_dir=postgres_bin_dir, durable=False) as postgres,
        psycopg.connect(postgres.url_of("postgres", "postgres"), autocommit=True) as superuser,
    ):
        yield DatabaseServer(postgres, superuser)


@pytest.fixture(scope="session")
def migrated_template(database_server: DatabaseServer) -> Iterator[str]:
    """The name of a database into which the jurisdiction's schema has been migrated, once for the whole run."""
    from infrastructure.log.migrate import migrate

    with database_server.database() as url:
        asyncio.run(migrate(url, [JURISDICTION]))
        yield psycopg.conninfo.conninfo_to_dict(url)["dbname"]


@pytest.fixture
def database_url(database_server: DatabaseServer, migrated_template: str) -> Iterator[str]:
    """A migrated database of the test's own."""
    with database_server.database(migrated_template) as url:
        yield url


@pytest.fixture
def empty_database_url(database_server: DatabaseServer) -> Iterator[str]:
    """A database of the test's own, with nothing in it."""
    with database_server.database() as url:
        yield url
