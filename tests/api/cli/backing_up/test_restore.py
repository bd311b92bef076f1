"""`hazardloop restore`: a log that was set back is not signed until somebody answers; nothing is written over."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from api.settings import Settings
from api.wiring import running
from application.against_saved import held_against
from application.proof import Checkpoint
from infrastructure.backup.programs import client_programs
from tests.api.cli.backing_up.kept import NAME, PHOTO, newest
from tests.api.cli.backing_up.programs import major_of, stand_in
from tests.api.cli.command import Hazardloop
from tests.api.cli.test_checkpoint import ACTOR, reported_and_signed
from tests.conftest import JURISDICTION

ACKNOWLEDGE = ("checkpoint", "acknowledge", "--reason", "恢复了备份", "--actor", ACTOR)


def test_given_a_log_that_was_signed_further_when_it_is_restored_then_somebody_has_to_answer_for_it(
    backup: Path, hazardloop: Hazardloop, environment: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch,
    database_url: str,
) -> None:  # fmt: skip
    reported_and_signed(database_url, environment, hazards=2)
    lost = newest(hazardloop)
    monkeypatch.setenv("HAZARDLOOP_DATABASE_URL", empty_database_url)

    restored = hazardloop("restore", "kept")

    assert (restored.code, restored.err) == (0, "")
    assert f"{JURISDICTION}: 3 events, evidence files: 1" in restored.out
    assert f"{JURISDICTION}: nothing is signed until somebody answers" in restored.out
    status = hazardloop("status")
    assert (status.code, status.err) == (1, f"hazardloop: nothing of {JURISDICTION} is signed\n")
    assert "a checkpoint of 5 events was signed, and the log is signed up to 3" in status.out
    assert hazardloop(*ACKNOWLEDGE).out == "written at position 4\n"
    reported_and_signed(empty_database_url, environment, hazards=2)
    assert hazardloop("status").code == 0
    went_on = newest(hazardloop)
    assert (went_on.origin, went_on.size) == (f"hazardloop/{JURISDICTION}/4-{lost.root.hex()[:8]}", 6)
    (event,) = [one for one in hazardloop("events", "--json").out.splitlines() if "log.discontinuity" in one]
    assert lost.root.hex() in event
    assert hazardloop("verify").code == 0
    assert [fault.position for fault in told(empty_database_url, environment, lost)][:1] == [5]


def told(url: str, home: Path, saved: Checkpoint) -> list:  # type: ignore[type-arg]
    """What an auditor with this checkpoint is told."""

    async def hold() -> list:  # type: ignore[type-arg]
        async with running(Settings(database_url=url, home=home)) as service:
            place = service.jurisdiction(JURISDICTION)
            return list(await held_against(saved, service.raw_log(JURISDICTION), place.proofs.trees))

    return asyncio.run(hold())


def test_given_a_log_that_was_signed_no_further_when_it_is_restored_in_its_home_then_it_goes_on_unasked(
    backup: Path, hazardloop: Hazardloop, environment: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = newest(hazardloop)
    monkeypatch.setenv("HAZARDLOOP_DATABASE_URL", empty_database_url)

    restored = hazardloop("restore", "kept")

    assert (restored.code, "nothing is signed" in restored.out) == (0, False)
    reported_and_signed(empty_database_url, environment)
    assert newest(hazardloop)[:2] == (before.origin, before.size + 1)
    assert told(empty_database_url, environment, before) == []


def test_given_a_new_home_when_it_is_restored_then_nothing_is_signed_as_nobody_knows_what_was(
    backup: Path, hazardloop: Hazardloop, elsewhere: Path, empty_database_url: str
) -> None:
    assert hazardloop("restore", "kept", "--keys", "keys").code == 0

    assert (elsewhere / "evidence" / JURISDICTION / NAME).read_bytes() == PHOTO
    assert not (elsewhere / "checkpoints" / JURISDICTION).exists(), "never from a backup"
    status = hazardloop("status")
    assert (status.code, "nobody here knows what was signed since" in status.out) == (1, True)
    assert hazardloop(*ACKNOWLEDGE).out == "written at position 4\n"
    reported_and_signed(empty_database_url, elsewhere, hazards=0)
    assert newest(hazardloop).origin.startswith(f"hazardloop/{JURISDICTION}/4-")


def test_given_a_reply_that_was_lost_then_the_schema_that_is_there_is_not_signed_on(
    backup: Path, hazardloop: Hazardloop, elsewhere: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    major = major_of(empty_database_url)
    real = client_programs(major, empty_database_url, None).folder / "pg_restore"
    does = f'{real} "$@"; echo "the reply was lost" >&2; exit 1'
    monkeypatch.setenv("HAZARDLOOP_POSTGRES_BIN", str(stand_in(backup.with_name("programs"), does, major)))

    ran = hazardloop("restore", "kept", "--keys", "keys")

    assert (ran.code, ran.err) == (2, "hazardloop: the reply was lost\n")
    assert "nobody here knows what was signed since" in hazardloop("status").out


def test_given_no_keys_then_another_one_signs_once_somebody_answers_for_it(
    backup: Path, hazardloop: Hazardloop, elsewhere: Path, environment: Path, empty_database_url: str
) -> None:
    assert hazardloop("restore", "kept").code == 0
    assert hazardloop(*ACKNOWLEDGE).code == 0
    reported_and_signed(empty_database_url, elsewhere, hazards=0)
    assert newest(hazardloop).size == 4
    assert (elsewhere / "checkpoints.key").read_bytes() != (environment / "checkpoints.key").read_bytes()


def test_given_another_key_in_the_home_then_it_is_not_written_over(
    backup: Path, hazardloop: Hazardloop, elsewhere: Path
) -> None:
    elsewhere.mkdir()
    (elsewhere / "checkpoints.key").write_bytes(bytes(32))

    refused = hazardloop("restore", "kept", "--keys", "keys")

    assert (refused.code, "holds another checkpoints.key" in refused.err) == (2, True)
    assert [file.name for file in elsewhere.iterdir()] == ["checkpoints.key"]
    assert (elsewhere / "checkpoints.key").read_bytes() == bytes(32)


def test_given_a_schema_that_is_there_then_it_is_not_touched(backup: Path, hazardloop: Hazardloop) -> None:
    before = hazardloop("events", "--json").out

    refused = hazardloop("restore", "kept")

    assert (refused.code, refused.out) == (2, "")
    assert f"{JURISDICTION} has a schema in this database" in refused.err
    assert hazardloop("events", "--json").out == before
    assert hazardloop("status").code == 0, "it is signed as before"
