"""What the long-running commands write on standard error: JSON lines where nobody sits before it, else as is set."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

import httpx2
import psycopg
import pytest

from tests.api.cli.process import answer, settings_of, started
from tests.api.cli.test_serve import address_of

BEHIND = "the schema of 320583 is behind: it answers 503 until `hazardloop migrate` has run"


@pytest.mark.parametrize(("form", "is_json"), [({}, True), ({"LOG_FORMAT": "text"}, False)])
def test_given_a_schema_that_is_behind_then_a_line_says_so(
    empty_database_url: str, tmp_path: Path, form: dict[str, str], is_json: bool
) -> None:
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("CREATE SCHEMA hazardloop_320583")

    with started(settings_of(tmp_path, DATABASE_URL=empty_database_url, **form), "serve") as process:
        process.says("hazardloop serves ")
        assert process.stop(signal.SIGTERM) == 0

    (line,) = process.errors.splitlines()
    if is_json:
        said = json.loads(line)
        assert (said["level"], said["logger"], said["event"]) == ("warning", "api.running", BEHIND)
    else:
        assert f"[warning  ] {BEHIND} " in line


BROKEN = """
from application.commands import Commands
async def broken(*_): raise LookupError("13800000000")
Commands.report = broken
from api.cli import main; main()
"""


def test_given_what_nobody_expected_then_its_line_names_chain_and_jurisdiction_and_nothing_that_was_entered(
    database_url: str, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path, DATABASE_URL=database_url)
    token = answer(settings, "token", "create", "--role", "union_inspector").strip()
    with started(settings, "serve", command=[sys.executable, "-W", "error", "-c", BROKEN]) as process:
        address = address_of(process)
        body = {"description": "13800000000", "channel": "snap"}
        refused = httpx2.post(
            f"{address}/v1/320583/hazards", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        assert refused.status_code == 500
        assert process.stop(signal.SIGTERM) == 0

    (line,) = process.errors.splitlines()
    said = json.loads(line)
    assert (said["level"], said["jurisdiction"]) == ("error", "320583")
    assert said["correlation_id"] == refused.json()["correlation_id"]
    assert "LookupError" in said["event"]
    assert "13800000000" not in line
