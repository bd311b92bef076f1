"""PostgreSQL is killed under a serving process: acknowledged is stored, views are the fold, soon ready again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from random import Random

import httpx2
import pytest

from infrastructure.embedded import EmbeddedPostgres
from tests.api.cli.process import settings_of
from tests.faults.asking import Asker, Book, asking, token_of
from tests.faults.conftest import Times
from tests.faults.findings import NOTHING, Findings, found
from tests.faults.processes import serving
from tests.faults.servers import Database, database, kill_server_of
from tests.faults.table import Table
from tests.faults.views import differing
from tests.faults.waiting import until
from tests.infrastructure.embedded.observed import nothing_runs
from tests.infrastructure.views.town import town_at

FAULT = "kill -9 of PostgreSQL"
READY_SECONDS = 10.0


@pytest.fixture
async def own(tmp_path: Path, postgres_bin_dir: Path | None) -> AsyncIterator[Database]:
    async with database(tmp_path / "database", postgres_bin_dir) as running:
        yield running


async def killed(asker: Asker, chance: Random, kill: Callable[[], None], again: Callable[[], Awaitable[None]]) -> float:
    """Kill it while all send, and have it started again; seconds until the serving process is ready again."""
    loop = asyncio.get_running_loop()
    async with asker.many(chance):
        kill()
        began = loop.time()
        await again()
        await until(lambda: ready(asker))
        return loop.time() - began


async def ready(asker: Asker) -> bool:
    try:
        return (await asker.client.get("/readyz")).status_code == 200
    except httpx2.TransportError:
        return False


async def views_are_the_fold(url: str) -> bool:
    async with town_at(url) as town:
        return await differing(town) == []


async def test_given_a_postgresql_killed_again_and_again_then_log_and_views_are_whole_and_it_is_soon_ready(
    own: Database, times: Times, chance: Random, table: Table, *, full: bool
) -> None:
    settings = own.settings()
    book, token, kills = Book(), await token_of(settings), times(2, 100)
    async with serving(settings) as (_, address), asking(address, token, book) as asker:
        took = []
        for _ in range(kills):
            everything = chance.random() < 0.5
            took.append(await killed(asker, chance, partial(own.kill, all=everything), own.again))
            await asker.ask_again(chance)

        assert await found(own.url, book) == NOTHING
    assert await views_are_the_fold(own.url)
    assert not full or max(took) <= READY_SECONDS
    seen = f"{len(book.done)} acknowledged, all stored once; views = fold; ready within {max(took):.1f} s"
    table.tell(FAULT, kills, seen)


async def test_given_the_products_own_postgresql_killed_again_and_again_then_it_is_started_again_by_itself(
    tmp_path: Path, postgres_bin_dir: Path | None, times: Times, chance: Random, table: Table, *, full: bool
) -> None:
    home = tmp_path / "home"
    book, kills = Book(), times(2, 100)
    async with serving(settings_of(home)) as (server, address):
        async with asking(address, await token_of(settings_of(home)), book) as asker:
            took = []
            for _ in range(kills):
                everything = chance.random() < 0.5
                took.append(await killed(asker, chance, partial(kill_server_of, home, all=everything), _nobody))
                await asker.ask_again(chance)
        with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres:
            await server.stop()
            assert await found(postgres.url, book) == NOTHING
            assert await views_are_the_fold(postgres.url)
    assert nothing_runs(home)
    assert not full or max(took) <= READY_SECONDS
    seen = f"the product's own: {len(book.done)} acknowledged, all stored once; ready by itself in {max(took):.1f} s"
    table.tell(FAULT, kills, seen)


async def _nobody() -> None:
    """The product starts it again itself."""


async def test_control_given_commits_that_do_not_wait_for_the_disk_then_the_loss_is_found(
    own: Database, chance: Random, table: Table
) -> None:
    own.execute("ALTER ROLE hazardloop SET synchronous_commit = off")
    own.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
    own.execute("SELECT pg_reload_conf()")
    settings = own.settings(WORKER="elsewhere")
    book, token, findings = Book(), await token_of(settings), Findings()
    own.execute("CHECKPOINT")
    for _ in range(10):
        async with (
            serving(settings) as (process, address),
            asking(address, token, book) as asker,
            asker.many(chance),
        ):
            await until(lambda: len(book.done) > 50)
            own.kill(all=True)
            await process.kill()
        await own.again()
        findings = await found(own.url, book)
        if findings.lost:
            break

    assert findings.lost
    table.tell_control(FAULT, f"synchronous_commit = off: {len(findings.lost)} lost")
