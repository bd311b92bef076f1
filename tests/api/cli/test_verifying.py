"""`verify`: a log that says where it does not hold together."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from api.settings import Settings
from tests.api.cli.command import Hazardloop, Ran
from tests.api.cli.reported import erase_its_texts, report_a_hazard
from tests.api.cli.test_checkpoint import reported_and_signed

TEXT = "张某的电话在门上"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, home=tmp_path / "home")


@pytest.fixture
def reported(hazardloop: Hazardloop, settings: Settings) -> Hazardloop:
    """The command over a log of three reports, each with two texts."""
    for _ in range(3):
        asyncio.run(report_a_hazard(settings, description=TEXT))
    return hazardloop


def test_given_erased_texts_then_the_log_holds_together(reported: Hazardloop, settings: Settings) -> None:
    hazard = asyncio.run(report_a_hazard(settings, description="身份证号"))
    asyncio.run(erase_its_texts(settings, hazard))
    assert reported("verify").out.startswith("5 events hold together: 6 texts are those committed to, 2 erased")


def tampered(ran: Ran, *faults: str) -> None:
    assert ran.code == 1
    assert ran.out.splitlines() == list(faults)
    assert ran.err.splitlines()[-1].startswith(f"hazardloop: {len(faults)} fault")
    assert TEXT not in ran.out + ran.err


def test_given_a_text_emptied_without_an_erasure_then_it_is_a_fault(reported: Hazardloop, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE hazardloop_320583.events SET private = NULL WHERE notification_id = 2")
    tampered(reported("verify"), "position 2: its texts are gone, and no erasure is logged")


def test_given_a_row_that_somebody_took_out_then_it_is_a_fault(reported: Hazardloop, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE hazardloop_320583.events DISABLE TRIGGER ALL")
        connection.execute("DELETE FROM hazardloop_320583.events WHERE notification_id = 2")
    tampered(reported("verify"), "position 2: it is missing")


def test_given_more_faults_than_anybody_reads_then_the_first_are_shown_and_all_are_counted(
    reported: Hazardloop, settings: Settings, database_url: str
) -> None:
    for _ in range(22):
        asyncio.run(report_a_hazard(settings))
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE hazardloop_320583.events SET private = NULL")
    ran = reported("verify")
    assert (ran.code, len(ran.out.splitlines())) == (1, 20)
    assert "25 faults in 25 events, 5 of them not shown" in ran.err


def test_given_a_checkpoint_saved_then_the_log_is_held_against_it(
    reported: Hazardloop, database_url: str, environment: Path, tmp_path: Path
) -> None:
    reported_and_signed(database_url, environment)
    (tmp_path / "saved").write_text(reported("checkpoint", "show").out)
    ran = reported("verify", "--checkpoint", "saved")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "the log begins as it was when the checkpoint at 4 was saved")
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE hazardloop_320583.events DISABLE TRIGGER ALL")
        connection.execute("UPDATE hazardloop_320583.events SET state = state || ' ' WHERE notification_id = 2")

    assert reported("verify").code == 0, "whatever was changed can be read"
    tampered(reported("verify", "--checkpoint", "saved"), "position 2: it is not what was hashed when it was signed")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the checkpoint saved: a note is"),
        (b"\xff", "saved: it is no text"),
        (None, "saved: No such file or directory"),
    ],
)
def test_given_a_checkpoint_that_is_none_then_it_is_refused(
    reported: Hazardloop, tmp_path: Path, content: bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / "saved").write_bytes(content)
    ran = reported("verify", "--checkpoint", "saved")
    assert (ran.code, says in ran.err) == (2, True), ran.err
