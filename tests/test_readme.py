"""The README's example is run as it stands there, against a server of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.api.cli.process import CHECKOUT, PATIENCE, settings_of, started
from tests.api.cli.test_serve import address_of

README = (CHECKOUT / "README.md").read_text("utf-8")


@pytest.fixture
def hazardloop(tmp_path: Path) -> Path:
    """The command, as `make serve` installs it."""
    script = tmp_path / "hazardloop"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from api.cli import main; main()" "$@"\n', "utf-8")
    script.chmod(0o755)
    return script


def test_given_a_server_when_the_example_is_run_then_only_the_closing_without_receipts_is_refused(
    tmp_path: Path, hazardloop: Path
) -> None:
    settings = settings_of(tmp_path / "home")
    found = re.search(r"<!-- example -->\n```sh\n(.*?)```", README, re.DOTALL)
    assert found is not None
    with started(settings, "serve") as server:
        example = found[1].replace("http://127.0.0.1:8000", address_of(server))
        example = example.replace(".venv/bin/hazardloop", str(hazardloop))

        run = subprocess.run(
            ["sh", "-eu"], input=example, env=settings, cwd=CHECKOUT, capture_output=True, text=True,
            timeout=PATIENCE, check=False,
        )  # fmt: skip

    assert run.stderr == ""
    answers: list[dict[str, Any]] = [json.loads(line) for line in run.stdout.splitlines()]
    *done, hazard, board = answers
    refused = [answer for answer in done if "errors" in answer]
    assert [(answer["status"], answer["errors"][0]["rule"]) for answer in refused] == [(409, "close_out.both_receipts")]
    assert all(answer["position"] for answer in done if "errors" not in answer)
    assert (hazard["round"], hazard["stage"], hazard["dual_reports"]) == (2, "reported", [])
    assert (board["total"]["closed"], board["total"]["open"]) == (1, 1)
