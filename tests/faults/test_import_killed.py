"""An import is killed anywhere and begun again, by the command or with the server: no row twice, none missing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random

import httpx2
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from benchmarks import ledgers
from infrastructure.log.batch import schema_of
from tests.conftest import JURISDICTION
from tests.faults.asking import token_of
from tests.faults.conftest import Times
from tests.faults.processes import serving, started
from tests.faults.table import Table
from tests.faults.waiting import PATIENCE, passed, until

FAULT = "kill -9 of an import"
ROWS = 3000


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A spreadsheet of so many rows, with its mapping beside it."""
    path = tmp_path / "ledger.xlsx"
    ledgers.write(path, ROWS)
    path.with_suffix(".toml").write_text(ledgers.MAPPING, encoding="utf-8")
    return path


def hazards(url: str) -> Counter[int]:
    """How many hazards have how many events."""
    events = Identifier(schema_of(JURISDICTION), "events")
    statement = SQL(
        "SELECT count(*) FROM {} WHERE topic LIKE 'hazard.%%' GROUP BY originator_id HAVING bool_or(topic = %s)"
    )
    with psycopg.connect(url) as connection:
        return Counter(count for (count,) in connection.execute(statement.format(events), ["hazard.reported.v1"]))


def answered_for(url: str) -> int:
    """How often it is said who committed an import."""
    events = Identifier(schema_of(JURISDICTION), "events")
    with psycopg.connect(url) as connection:
        return len(
            connection.execute(
                SQL("SELECT 1 FROM {} WHERE topic = %s").format(events), ["import.committed.v1"]
            ).fetchall()
        )


async def batches(url: str, number: int) -> None:
    """Return once so many more batches were appended, or no more come."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("LISTEN hazardloop")
        async for _ in connection.notifies(timeout=PATIENCE, stop_after=number):
            pass


async def killed_midway(settings: Mapping[str, str], ledger: Path, chance: Random, variant: str | None) -> None:
    """The command, killed after some batches."""
    arguments = ("import", str(ledger), "--mapping", str(ledger.with_suffix(".toml")))
    heard = asyncio.create_task(batches(settings["HAZARDLOOP_DATABASE_URL"], chance.randrange(1, 4)))
    async with started(settings, *arguments, variant=variant) as importing:
        ended = asyncio.create_task(importing.process.wait())
        await asyncio.wait([heard, ended], return_when=asyncio.FIRST_COMPLETED)
        await passed(chance.uniform(0, 0.02))
        await importing.kill()
        ended.cancel()
    heard.cancel()
    await asyncio.wait([heard])


async def test_given_an_import_killed_again_and_again_then_every_row_is_in_the_log_once(
    settings: Mapping[str, str], ledger: Path, times: Times, chance: Random, table: Table
) -> None:
    url, kills, midway = settings["HAZARDLOOP_DATABASE_URL"], times(3, 50), 0
    for _ in range(kills):
        await killed_midway(settings, ledger, chance, None)
        midway += 0 < hazards(url).total() < ROWS
    async with started(settings, "import", str(ledger), "--mapping", str(ledger.with_suffix(".toml"))) as importing:
        assert await importing.process.wait() == 0, importing.error()

    assert hazards(url) == {ledgers.EVENTS_OF_A_ROW: ROWS}
    assert midway
    table.tell(FAULT, kills, f"{ROWS} rows, {midway} times killed midway: every row once, whole")


async def job_of(client: httpx2.AsyncClient, ledger: bytes) -> str:
    """The path of a job that has just been committed."""
    job = (await client.post("imports", content=ledger)).json()
    path = f"imports/{job['id']}"
    await stands(client, path, "proposed")
    assert (await client.post(f"{path}/preview", content=ledgers.MAPPING.encode())).status_code == 202
    await stands(client, path, "previewed")
    assert (await client.post(f"{path}/commit", json={})).status_code == 202
    return path


async def stands(client: httpx2.AsyncClient, path: str, state: str) -> None:
    async def so() -> bool:
        job = (await client.get(path)).json()
        assert job["state"] not in ("refused", "failed"), job
        return bool(job["state"] == state)

    await until(so)


async def test_given_a_server_killed_in_the_midst_of_an_import_then_the_next_one_finishes_it(
    settings: Mapping[str, str], ledger: Path, times: Times, chance: Random, table: Table
) -> None:
    url, token, kills = settings["HAZARDLOOP_DATABASE_URL"], await token_of(settings), times(2, 20)
    path, headers, content = "", {"Authorization": f"Bearer {token}"}, ledger.read_bytes()  # noqa: ASYNC240
    for kill in range(kills + 1):
        async with (
            serving(settings) as (process, address),
            httpx2.AsyncClient(base_url=f"{address}/v1/{JURISDICTION}/", headers=headers, timeout=PATIENCE) as client,
        ):
            path = path or await job_of(client, content)
            if kill == kills:
                await stands(client, path, "imported")
                break
            heard = asyncio.create_task(batches(url, chance.randrange(1, 4)))
            finished = asyncio.create_task(stands(client, path, "imported"))
            await asyncio.wait([heard, finished], return_when=asyncio.FIRST_COMPLETED)
            for task in (heard, finished):
                task.cancel()
            await asyncio.wait([heard, finished])
            await process.kill()

    assert (hazards(url), answered_for(url)) == ({ledgers.EVENTS_OF_A_ROW: ROWS}, 1)
    table.tell(FAULT, None, f"{kills} servers killed with one under way: finished by the next, every row once")


async def test_control_given_an_import_that_does_not_know_a_row_again_then_the_doubles_are_found(
    settings: Mapping[str, str], ledger: Path, chance: Random, table: Table
) -> None:
    await killed_midway(settings, ledger, chance, "forgetful_of_rows")
    async with started(
        settings,
        *("import", str(ledger), "--mapping", str(ledger.with_suffix(".toml"))),
        variant="forgetful_of_rows",
    ) as importing:
        assert await importing.process.wait() == 0, importing.error()

    doubles = hazards(settings["HAZARDLOOP_DATABASE_URL"]).total() - ROWS
    assert doubles > 0
    table.tell_control(FAULT, f"rows not known again: {doubles} twice")
