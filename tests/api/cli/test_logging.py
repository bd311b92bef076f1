"""What the long-running commands write on standard error: JSON lines where nobody sits before it, else as is set."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import psycopg
import pytest

from tests.api.cli.process import settings_of, started

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
