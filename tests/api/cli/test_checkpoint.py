"""`hazardloop checkpoint`: what an auditor takes along, and how a log that was set back is signed again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import UUID

import psycopg

from api.settings import Settings
from api.wiring import running
from application.proof import Checkpoint, Key
from tests.api.cli.command import Hazardloop
from tests.api.cli.reported import report_a_hazard
from tests.conftest import JURISDICTION

SCHEMA = f"hazardloop_{JURISDICTION}"
ACTOR = UUID(int=7)


def reported_and_signed(url: str, home: Path, hazards: int = 1) -> None:
    settings = Settings(database_url=url, home=home)

    async def report_and_sign() -> None:
        for _ in range(hazards):
            await report_a_hazard(settings)
        async with running(settings) as service:
            await service.jurisdiction(JURISDICTION).sequencer.sign()

    asyncio.run(report_and_sign())


def set_back(url: str, to: int) -> None:
    """As a restored backup leaves it."""
    with psycopg.connect(url, autocommit=True) as owner:
        for table, column in (("events", "notification_id"), ("checkpoints", "size")):
            owner.execute(f"ALTER TABLE {SCHEMA}.{table} DISABLE TRIGGER ALL".encode())
            owner.execute(f"DELETE FROM {SCHEMA}.{table} WHERE {column} > {to}".encode())


def test_given_a_signed_log_then_checkpoint_and_key_are_printed_alone(
    hazardloop: Hazardloop, database_url: str, environment: Path
) -> None:
    assert hazardloop("checkpoint", "show").code == 2
    reported_and_signed(database_url, environment)

    note, key = hazardloop("checkpoint", "show"), hazardloop("checkpoint", "key")

    assert (note.code, key.code) == (0, 0)
    assert Checkpoint.opened(note.out, Key.parse(key.out)).size == 1
    (status,) = json.loads(hazardloop("status", "--json").out)
    assert status["signing"] == {"head": 1, "signed": 1, "refused": None, "broken": False}


def test_given_a_log_that_was_set_back_then_the_status_says_so_until_somebody_answers_for_it(
    hazardloop: Hazardloop, database_url: str, environment: Path
) -> None:
    reported_and_signed(database_url, environment)
    answer = ("checkpoint", "acknowledge", "--reason", "恢复了备份", "--actor", str(ACTOR))
    assert hazardloop(*answer).code == 2, "there is nothing to answer for"
    reported_and_signed(database_url, environment)
    set_back(database_url, 1)

    status = hazardloop("status")
    assert (status.code, status.err) == (1, f"hazardloop: nothing of {JURISDICTION} is signed\n")
    assert "a checkpoint of 2 events was signed, and the log is signed up to 1" in status.out
    assert hazardloop(*answer).out == "written at position 2\n"
    reported_and_signed(database_url, environment, hazards=0)

    assert hazardloop("status").code == 0
    key = Key.parse(hazardloop("checkpoint", "key").out)
    checkpoint = Checkpoint.opened(hazardloop("checkpoint", "show").out, key)
    assert checkpoint.size == 2
    assert checkpoint.origin.startswith(f"hazardloop/{JURISDICTION}/2-")
    (event,) = [one for one in hazardloop("events", "--json").out.splitlines() if "log.discontinuity" in one]
    assert str(ACTOR) in event
    assert "恢复了备份" in event, "an operator reads texts"
    assert hazardloop("verify").code == 0


def test_given_events_that_are_missing_then_nobody_can_answer_for_it(
    hazardloop: Hazardloop, database_url: str, environment: Path
) -> None:
    reported_and_signed(database_url, environment, hazards=2)
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(f"ALTER TABLE {SCHEMA}.events DISABLE TRIGGER ALL".encode())
        owner.execute(f"DELETE FROM {SCHEMA}.events WHERE notification_id = 2".encode())

    assert hazardloop("status").code == 1
    assert hazardloop("checkpoint", "acknowledge", "--reason", "x", "--actor", str(ACTOR)).code == 2


def test_given_no_reason_then_it_is_asked_for(hazardloop: Hazardloop, database_url: str, environment: Path) -> None:
    reported_and_signed(database_url, environment)
    reported_and_signed(database_url, environment)
    set_back(database_url, 1)

    refused = hazardloop("checkpoint", "acknowledge", "--reason", " ", "--actor", str(ACTOR))
    assert (refused.code, refused.err) == (2, "hazardloop: --reason: String should have at least 1 character\n")
