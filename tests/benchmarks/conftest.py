"""Where benchmarks are tried: the run's own server, and little to do."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg
import pytest

from benchmarks.load import generating
from benchmarks.sizes import QUICK
from benchmarks.stand import Stand
from tests.conftest import DatabaseServer

LITTLE = replace(
    QUICK,
    appends=80,
    peer_appends=80,
    writers=(1, 2),
    enterprises=3,
    stepped=20,
    warm_up=32,
    requests=40,
    peer_requests=40,
    projected=40,
    peer_projected=40,
    imported=50,
    logs=(12, 24),
    log_enterprises=3,
    boards=3,
    proofs=3,
    requests_before=32,
    requests_after=64,
)


@pytest.fixture(scope="module")
def stand(database_server: DatabaseServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    superuser = database_server.postgres.url_of("postgres", "postgres")
    with psycopg.connect(superuser, autocommit=True) as connection, generating() as generator:
        folder: Path = tmp_path_factory.mktemp("benchmarks")
        yield Stand(database_server.postgres, connection, folder, LITTLE, generator, count(1))
