"""`hazardloop backup`: what it writes, where it writes nothing, and what nobody else sees."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
from pathlib import Path

import pytest

from infrastructure.backup import programs
from tests.api.cli.backing_up.kept import NAME, PHOTO
from tests.api.cli.backing_up.programs import major_of, stand_in
from tests.api.cli.command import Hazardloop
from tests.api.cli.process import settings_of, started
from tests.api.cli.test_checkpoint import reported_and_signed
from tests.conftest import JURISDICTION
from tests.faults.waiting import until


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
    hazardloop: Hazardloop, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HAZARDLOOP_DATABASE_URL", f"{database_url}&password=s3cret")
    does = f'echo "$@" > {tmp_path}/told; echo "$PGPASSWORD" > {tmp_path}/given; echo "no such thing" >&2; exit 1'
    programs = stand_in(tmp_path / "programs", does, major_of(database_url))
    monkeypatch.setenv("HAZARDLOOP_POSTGRES_BIN", str(programs))

    ran = hazardloop("backup", "kept")

    assert (ran.code, ran.err) == (2, "hazardloop: no such thing\n")
    assert "--dbname=" in (tmp_path / "told").read_text()
    assert "s3cret" not in (tmp_path / "told").read_text()
    assert (tmp_path / "given").read_text() == "s3cret\n"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["given", "home", "programs", "told"]


def test_given_ctrl_c_in_the_middle_then_nothing_is_left_of_it(database_url: str, tmp_path: Path) -> None:
    does = f"echo $$ > {tmp_path}/begun; exec sleep 600"
    programs = stand_in(tmp_path / "programs", does, major_of(database_url))
    settings = settings_of(tmp_path / "home", DATABASE_URL=database_url, POSTGRES_BIN=str(programs))

    with started(settings, "backup", str(tmp_path / "kept")) as process:
        asyncio.run(until(lambda: (tmp_path / "begun").exists() and (tmp_path / "begun").read_text() != ""))
        assert process.stop(signal.SIGINT) == 130

    assert sorted(file.name for file in tmp_path.iterdir()) == ["begun", "home", "programs"]
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "begun").read_text()), 0)


def test_given_no_programs_of_the_servers_version_then_it_says_which_are_needed(
    hazardloop: Hazardloop, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(programs, "SYSTEM", ())
    monkeypatch.setattr(programs, "INSIDE", "nowhere")
    monkeypatch.setenv("PATH", str(stand_in(tmp_path / "older", "exit 1", 14)))

    ran = hazardloop("backup", "kept")

    assert (ran.code, ran.out) == (2, "")
    assert f"the pg_dump and pg_restore of PostgreSQL {major_of(database_url)} are needed" in ran.err
