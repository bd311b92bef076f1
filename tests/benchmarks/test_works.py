"""Every work runs against every peer, a little of each: figures come out of it, and what they come from was done."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg
import pytest

from benchmarks.__main__ import WORKS
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
    logs=(12, 24),
    log_enterprises=3,
    boards=3,
    requests_before=32,
    requests_after=64,
)


@pytest.fixture(scope="module")
def stand(database_server: DatabaseServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    superuser = database_server.postgres.url_of("postgres", "postgres")
    with psycopg.connect(superuser, autocommit=True) as connection, generating() as generator:
        folder: Path = tmp_path_factory.mktemp("benchmarks")
        yield Stand(database_server.postgres, connection, folder, LITTLE, generator, count(1))


@pytest.mark.parametrize("name", WORKS)
def test_a_work_finds_a_ratio_for_each_of_its_goals(stand: Stand, name: str):
    found = WORKS[name].run(stand)

    assert [(one.work, one.unit, one.at_least) for one in found.results] == [
        (goal.work, goal.unit, goal.at_least) for goal in WORKS[name].GOALS
    ]
    for one in found.results:
        assert one.ratio > 0
    for chart in found.charts:
        assert all(figure > 0 for series in chart.series for figure in series.points.values())
