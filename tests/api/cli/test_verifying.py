"""`export` and `verify`: a copy that can be checked elsewhere, and a log that says where it does not hold together."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.settings import Settings
from tests.api.cli.command import Hazardloop, Ran
from tests.api.cli.reported import erase_its_texts, report_a_hazard

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


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_given_a_log_when_it_is_exported_then_the_copy_has_its_exact_public_bytes_and_no_text(
    reported: Hazardloop, database_url: str, tmp_path: Path
) -> None:
    assert reported("export", "log.jsonl").code == 0
    copy = rows(tmp_path / "log.jsonl")
    with psycopg.connect(database_url) as connection:
        stored = connection.execute(
            "SELECT notification_id, originator_id::text, originator_version, topic, state"
            " FROM hazardloop_320583.events ORDER BY 1"
        ).fetchall()
    fields = ("position", "stream_id", "version", "name")
    assert [(*(row[name] for name in fields), base64.b64decode(row["state"])) for row in copy] == stored
    assert TEXT not in "".join(base64.b64decode(row["state"]).decode() for row in copy)
    assert json.loads(reported("export").out.splitlines()[0]) == copy[0]


def test_given_an_exported_copy_then_it_holds_together_without_any_database(
    reported: Hazardloop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reported("export", "log.jsonl", "--private", "texts.jsonl").code == 0
    monkeypatch.setenv("HAZARDLOOP_DATABASE_URL", "postgresql://127.0.0.1:1/nothing")
    with_texts = reported("verify", "log.jsonl", "--private", "texts.jsonl")
    assert with_texts.out.startswith("3 events hold together: 6 texts are those committed to, 0 erased, 0 not in this")
    without = reported("verify", "log.jsonl")
    assert without.out.startswith(
        "3 events hold together: 0 texts are those committed to, 0 erased, 6 not in this copy"
    )
    assert (with_texts.code, without.code) == (0, 0)


def test_given_the_texts_are_exported_too_then_the_file_is_its_owners_alone(
    reported: Hazardloop, tmp_path: Path
) -> None:
    reported("export", "log.jsonl", "--private", "texts.jsonl")
    assert (tmp_path / "texts.jsonl").stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["home", "log.jsonl", "texts.jsonl"]


def test_given_a_file_that_is_there_then_it_is_not_written_over(reported: Hazardloop, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text("mine")
    ran = reported("export", "log.jsonl")
    assert (ran.code, (tmp_path / "log.jsonl").read_text()) == (2, "mine")
    assert "log.jsonl exists already" in ran.err
    ran = reported("export", "nowhere/log.jsonl")
    assert (ran.code, "nowhere/log.jsonl can't be written" in ran.err) == (2, True)


def test_given_erased_texts_then_neither_log_nor_copy_holds_them_and_both_hold_together(
    reported: Hazardloop, settings: Settings, tmp_path: Path
) -> None:
    hazard = asyncio.run(report_a_hazard(settings, description="身份证号"))
    asyncio.run(erase_its_texts(settings, hazard))
    assert reported("verify").out.startswith("5 events hold together: 6 texts are those committed to, 2 erased")
    reported("export", "log.jsonl", "--private", "texts.jsonl")
    assert "身份证号" not in str([base64.b64decode(row["private"]).decode() for row in rows(tmp_path / "texts.jsonl")])
    assert reported("verify", "log.jsonl", "--private", "texts.jsonl").code == 0


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
    tampered(reported("verify"), "position 3: positions are dense, and the one before it is 1")


def test_given_more_faults_than_anybody_reads_then_the_first_are_shown_and_all_are_counted(
    reported: Hazardloop, tmp_path: Path
) -> None:
    reported("export", "log.jsonl")
    (first, *_) = rows(tmp_path / "log.jsonl")
    repeated = "".join(json.dumps(first) + "\n" for _ in range(30))
    (tmp_path / "repeated.jsonl").write_text(repeated)
    ran = reported("verify", "repeated.jsonl")
    assert (ran.code, len(ran.out.splitlines())) == (1, 20)
    assert "58 faults in" in ran.err
    assert "38 of them not shown" in ran.err


Edit = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("edit", "where"),
    [
        (lambda row: row.pop("state"), "state"),
        (lambda row: row.update(state="隐患"), "state: Is not base64"),
        (lambda row: row.update(state=1), "state: Should be a text in base64"),
        (lambda row: row.update(recorded_at="2026-03-02T09:00:00"), "recorded_at"),
        (lambda row: row.update(stream_id="1"), "stream_id"),
        (lambda row: row.update(more=TEXT), "more"),
    ],
)
def test_given_a_copy_that_is_none_then_line_and_field_are_named(
    reported: Hazardloop, tmp_path: Path, edit: Edit, where: str
) -> None:
    reported("export", "log.jsonl")
    (first, second, _) = rows(tmp_path / "log.jsonl")
    edit(second)
    (tmp_path / "edited.jsonl").write_text(f"{json.dumps(first)}\n{json.dumps(second)}\n")
    ran = reported("verify", "edited.jsonl")
    assert (ran.code, ran.out) == (2, "")
    assert f"edited.jsonl, line 2: {where}" in ran.err
    assert TEXT not in ran.err


@pytest.mark.parametrize("content", [b"\xff\xfe", b"not json\n", b"[]\n", b"\n"])
def test_given_a_file_of_something_else_then_it_is_refused(
    reported: Hazardloop, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "other").write_bytes(content)
    ran = reported("verify", "other")
    assert (ran.code, ran.out) == (2, "")
    assert "other, line 1: " in ran.err


def test_given_texts_of_no_event_then_they_are_named(reported: Hazardloop, tmp_path: Path) -> None:
    reported("export", "log.jsonl", "--private", "texts.jsonl")
    texts = (tmp_path / "texts.jsonl").read_text().splitlines()
    (tmp_path / "swapped.jsonl").write_text(f"{texts[1]}\n{texts[0]}\n")
    ran = reported("verify", "log.jsonl", "--private", "swapped.jsonl")
    assert (ran.code, "the texts of position 1 belong to no event, or are out of order" in ran.err) == (2, True)
