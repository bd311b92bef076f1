"""`hazardloop status`: what an operator sees of an insert that is held open, and of a view that is parked."""

from __future__ import annotations

import asyncio
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from api.settings import Settings
from tests.api.cli.command import Hazardloop
from tests.api.cli.reported import report_a_hazard
from tests.conftest import JURISDICTION
from tests.faults.waiting import until

SCHEMA = f"hazardloop_{JURISDICTION}"
WAITS = "SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"


def test_given_an_insert_held_open_then_the_status_says_by_whom_and_who_waits(
    hazardloop: Hazardloop, database_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=database_url, home=tmp_path, lock_timeout=60)
    with psycopg.connect(database_url, application_name="a person") as holder, ThreadPoolExecutor() as elsewhere:
        holder.execute(f"SELECT 1 FROM {SCHEMA}.head FOR UPDATE")
        report = elsewhere.submit(lambda: asyncio.run(report_a_hazard(settings)))
        asyncio.run(until(lambda: holder.execute(WAITS).fetchone() is not None))
        table, written = hazardloop("status"), hazardloop("status", "--json")
        pid = holder.info.backend_pid
        holder.rollback()
        report.result()

    assert (table.code, written.code) == (0, 0)
    assert f"held by a person (backend {pid}) for " in table.out
    assert " s, idle in transaction; batches that wait: 1, the longest for " in table.out
    queue = json.loads(written.out)[0]["queue"]
    assert [(one["application"], one["state"]) for one in queue["holding"]] == [("a person", "idle in transaction")]
    assert [(one["application"], one["waits_for"]) for one in queue["waiting"]] == [
        (f"hazardloop {os.getpid()}", "transactionid")
    ]
    (after,) = json.loads(hazardloop("status", "--json").out)
    assert after["queue"] == {"holding": [], "waiting": [], "clock": []}


def test_given_a_pass_of_the_clock_then_the_status_says_who_makes_it(hazardloop: Hazardloop, database_url: str) -> None:
    with psycopg.connect(database_url, application_name="hazardloop 4711") as clock:
        clock.execute(f"SELECT 1 FROM {SCHEMA}.turns FOR UPDATE")
        assert "its pass is made by hazardloop 4711 (backend " in hazardloop("status").out


def test_given_a_parked_view_then_the_status_says_by_what_and_ends_with_a_fault(
    hazardloop: Hazardloop, database_url: str
) -> None:
    hazardloop("board")
    with psycopg.connect(database_url) as connection:
        error = "note.noted.v9 at 1: Unreadable"
        connection.execute(
            f"UPDATE {SCHEMA}.projection SET state = 'parked', error = %s WHERE name = 'hazards'", [error]
        )

    ran = hazardloop("status")

    assert (ran.code, ran.err) == (1, "hazardloop: hazards of 320583 is parked\n")
    assert f"parked: {error}" in ran.out
