"""`hazardloop backup`: what it writes, where it writes nothing, and what nobody else sees."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import psycopg
import pytest

from api.settings import Settings
from tests.api.cli.backing_up.kept import NAME, PHOTO
from tests.api.cli.command import Hazardloop
from tests.api.cli.reported import report_a_hazard
from tests.api.cli.test_checkpoint import reported_and_signed
from tests.conftest import JURISDICTION


def test_given_a_backup_then_it_says_what_it_has_and_any_tool_can_check_it(
    hazardloop: Hazardloop, database_url: str, environment: Path, evidence: Path, tmp_path: Path
) -> None:
    reported_and_signed(database_url, environment, hazards=3)

    ran = hazardloop("backup", "kept")

    assert (ran.code, ran.err) == (0, "")
    first, last = ran.out.splitlines()
    assert first.startswith(f"{JURISDICTION}: 3 events, evidence files: 1; schema ")
    assert last.startswith("kept: 4 files, ")
    assert last.endswith(" bytes, written and read again")
    kept = {file.relative_to(tmp_path / "kept").as_posix(): file for file in (tmp_path / "kept").rglob("*.*")}
    listed = [line.split("  ") for line in (tmp_path / "kept" / "SHA256SUMS").read_text().splitlines()]
    for digest, name in listed:
        assert hashlib.sha256((tmp_path / "kept" / name).read_bytes()).hexdigest() == digest
    assert {name for _, name in listed} >= kept.keys() - {"SHA256SUMS"}
    assert (tmp_path / "kept" / JURISDICTION / "checkpoint").read_text() == hazardloop("checkpoint", "show").out
    assert sorted(file.name for file in tmp_path.iterdir()) == ["home", "kept"]


def test_given_a_backup_then_no_key_is_in_it_and_nobody_else_reads_it(
    backup: Path, environment: Path, tmp_path: Path
) -> None:
    files = [file for file in backup.rglob("*") if file.is_file()]
    secrets = [(environment / name).read_bytes() for name in ("checkpoints.key", "command-keys.secret")]
    assert not [file for file in files for secret in secrets if secret in file.read_bytes()]
    assert {file.stat().st_mode & 0o777 for file in [*files, tmp_path / "keys"]} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in [backup, *backup.rglob("*")] if path.is_dir()} == {0o700}


def test_given_a_name_that_is_taken_then_nothing_is_written(backup: Path, hazardloop: Hazardloop) -> None:
    (before,) = [file.read_bytes() for file in backup.glob("SHA256SUMS")]
    for arguments, word in ((["kept"], "kept exists already"), (["other", "--keys", "keys"], "keys exists already")):
        if word.startswith("keys"):
            backup.with_name("keys").write_text("mine")
        ran = hazardloop("backup", *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert word in ran.err
    assert (backup / "SHA256SUMS").read_bytes() == before
    assert sorted(file.name for file in backup.parent.iterdir()) == ["home", "kept", "keys"]


def test_given_keys_to_be_put_into_the_backup_then_it_is_refused(hazardloop: Hazardloop, tmp_path: Path) -> None:
    ran = hazardloop("backup", "kept", "--keys", "kept/keys")
    assert (ran.code, "keys are kept apart from every backup" in ran.err) == (2, True)
    assert not (tmp_path / "kept").exists()


def test_given_evidence_that_is_spoilt_then_it_is_left_out_and_named(
    hazardloop: Hazardloop, evidence: Path, tmp_path: Path
) -> None:
    spoilt = evidence.with_name("0" * 64)
    spoilt.write_bytes(PHOTO)

    ran = hazardloop("backup", "kept")

    assert (ran.code, "evidence files: 1;" in ran.out) == (1, True)
    assert f"left out, as it is not what its name says any more: {JURISDICTION}/{spoilt.name}" in ran.err
    assert [file.name for file in (tmp_path / "kept" / JURISDICTION / "evidence").iterdir()] == [NAME]


def test_given_a_password_then_no_program_is_told_it_where_others_see_it(
    hazardloop: Hazardloop, database_url: str, environment: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asyncio.run(report_a_hazard(Settings(database_url=database_url, home=environment)))
    monkeypatch.setenv("HAZARDLOOP_DATABASE_URL", f"{database_url}&password=s3cret")
    seen = tmp_path / "seen"
    monkeypatch.setenv("SEEN", str(seen))
    (programs := tmp_path / "programs").mkdir()
    for name in ("pg_dump", "pg_restore"):
        (programs / name).write_text(
            '#!/bin/sh\n[ "$1" = --version ] && { echo "pg_dump (PostgreSQL) $MAJOR"; exit; }\n'
            'echo "$@" >> $SEEN; echo "$PGPASSWORD" >> $SEEN.environment; echo "no such thing" >&2; exit 1\n'
        )
        (programs / name).chmod(0o755)
    monkeypatch.setenv("MAJOR", str(major_of(database_url)))
    monkeypatch.setenv("HAZARDLOOP_POSTGRES_BIN", str(programs))

    ran = hazardloop("backup", "kept")

    assert (ran.code, ran.err) == (2, "hazardloop: no such thing\n")
    assert "s3cret" not in seen.read_text()
    assert (tmp_path / "seen.environment").read_text() == "s3cret\n"
    assert not (tmp_path / "kept").exists()


def major_of(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.info.server_version // 10000
