"""`export`, and `verify` of what came of it: a bundle that holds elsewhere, without network or database."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

import application
from api.settings import Settings
from api.wiring import running
from application.deciding import Request
from domain.enterprise.enterprise import Register
from domain.erasable import Erasable
from domain.hazard.reporting import Report
from domain.hazard.words import Channel
from tests.api.cli.command import Hazardloop
from tests.api.cli.reported import INSPECTOR, erase_its_texts, report_a_hazard, sign
from tests.api.people import OURS
from tests.conftest import JURISDICTION

TEXT = "张某的电话在门上"
PHOTO = b"a photo"


@pytest.fixture
def settings(database_url: str, environment: Path) -> Settings:
    return Settings(database_url=database_url, home=environment)


@pytest.fixture
def hazard(settings: Settings) -> UUID:
    """A log of an enterprise with one hazard, that has evidence, and 36 others, one of those erased; signed."""
    return asyncio.run(_lived(settings))


async def _lived(settings: Settings) -> UUID:
    async with running(settings) as service:
        place = service.jurisdiction(JURISDICTION)
        register = Register(uscc=OURS, enterprise_name="示例精密机械有限公司", industry_code="34")
        await place.commands.register(Request(INSPECTOR, uuid4()), register)
        evidence = (await place.evidence.keep(_chunks(PHOTO)),)
        said = {"description": Erasable(TEXT), "channel": Channel.INSPECTION, "evidence": evidence}
        report = Report(enterprise_uscc=OURS, **said)
        hazard = (await place.commands.report(Request(INSPECTOR, uuid4()), report)).stream_id
        other = Report(**said)
        for _ in range(35):
            await place.commands.report(Request(INSPECTOR, uuid4()), other)
    erased = await report_a_hazard(settings, description=TEXT)
    await erase_its_texts(settings, erased)
    await sign(settings)
    return hazard


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


def test_given_a_log_when_it_is_exported_then_the_bundle_has_its_exact_public_bytes_and_no_text(
    hazardloop: Hazardloop, hazard: UUID, database_url: str, tmp_path: Path
) -> None:
    assert hazardloop("export", "bundle").out == "39 events, under the checkpoint at 39\n"

    with psycopg.connect(database_url) as connection:
        stored = connection.execute("SELECT state FROM hazardloop_320583.events ORDER BY notification_id").fetchall()
    lines = (tmp_path / "bundle" / "events.jsonl").read_bytes().splitlines()
    assert [line.partition(b'"state":')[2][:-1] for line in lines] == [state for (state,) in stored]
    assert [json.loads(line)["position"] for line in lines] == list(range(1, 40))
    assert TEXT.encode() not in b"".join(file.read_bytes() for file in (tmp_path / "bundle").iterdir())
    ran = hazardloop("verify", "bundle")
    assert (ran.code, "39 events, of which 39 are proved" in ran.out) == (0, True)
    assert "0 texts are those committed to, 2 erased, 36 not in this bundle" in ran.out


def test_given_a_bundle_then_whoever_has_neither_hazardloop_nor_a_database_verifies_it(
    hazardloop: Hazardloop, hazard: UUID, tmp_path: Path
) -> None:
    assert hazardloop("export", "bundle.tar", "--texts", "--evidence").code == 0
    (tmp_path / "key").write_text(hazardloop("checkpoint", "key").out)
    taken, of = tmp_path / "taken" / "application", Path(next(iter(application.__path__)))
    (taken / "bundle").mkdir(parents=True)
    for file in ("proof.py", *(f"bundle/{one.name}" for one in (of / "bundle").glob("*.py"))):
        (taken / file).write_bytes((of / file).read_bytes())

    command = [sys.executable, "-W", "error", "-m", "application.bundle", tmp_path / "bundle.tar", "--key", "../key"]
    ran = subprocess.run(command, cwd=taken.parent, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert ran.stdout.splitlines() == [
        f"bundle of all, under the checkpoint of hazardloop/{JURISDICTION} at 39",
        "39 events, of which 39 are proved to be what was signed",
        "36 texts are those committed to, 2 erased",
        "position 39 erased 2 texts: 个人信息保护法 Art 47",
        "1 pieces of evidence are those the events name",
    ]
    command[5] = tmp_path / "nothing"
    assert subprocess.run(command, cwd=taken.parent, capture_output=True, check=False).returncode == 2


def test_given_a_part_of_the_log_then_it_is_in_the_bundle_and_nothing_else(
    hazardloop: Hazardloop, hazard: UUID, tmp_path: Path
) -> None:
    for name, asked, positions in (
        ("hazard", ("--hazard", hazard), [2]),
        ("enterprise", ("--enterprise", OURS), [1, 2]),
        ("period", ("--since", "2020-01-01"), list(range(1, 40))),
    ):
        assert hazardloop("export", name, *asked, "--texts").code == 0
        lines = (tmp_path / name / "events.jsonl").read_bytes().splitlines()
        assert [json.loads(line)["position"] for line in lines] == positions
        ran = hazardloop("verify", name)
        assert (ran.code, f"{len(positions)} events, of which {len(positions)} are proved" in ran.out) == (0, True)


def test_given_a_period_then_the_erasure_of_what_was_said_in_it_comes_along(
    hazardloop: Hazardloop, settings: Settings, tmp_path: Path, database_url: str
) -> None:
    erased = asyncio.run(report_a_hazard(settings))
    asyncio.run(report_a_hazard(settings))
    asyncio.run(erase_its_texts(settings, erased))
    asyncio.run(sign(settings))
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT recorded_at FROM hazardloop_320583.events WHERE notification_id = 2"
        ).fetchone()
    assert found is not None
    until = found[0].strftime("%Y-%m-%dT%H:%M:%S.%f%z")

    assert hazardloop("export", "period", "--until", until, "--texts").out == "2 events, under the checkpoint at 3\n"
    ran = hazardloop("verify", "period")
    assert (ran.code, "position 3 erased 2 texts" in ran.out) == (0, True), ran


def test_given_a_checkpoint_that_was_saved_then_a_bundle_of_a_part_is_proved_to_follow_on_it(
    hazardloop: Hazardloop, settings: Settings, hazard: UUID, tmp_path: Path
) -> None:
    (tmp_path / "saved").write_text(hazardloop("checkpoint", "show").out)
    asyncio.run(report_a_hazard(settings))
    asyncio.run(sign(settings))
    hazardloop("export", "without", "--hazard", hazard)
    hazardloop("export", "with", "--hazard", hazard, "--checkpoint", "saved")

    ran = hazardloop("verify", "with", "--checkpoint", "saved")
    assert (ran.code, "the checkpoint saved, at 39, is what" in ran.out) == (0, True)
    ran = hazardloop("verify", "without", "--checkpoint", "saved")
    assert (ran.code, "holds no proof from there" in ran.out) == (1, True)


def test_given_texts_then_every_file_is_its_owners_alone_and_nothing_half_done_is_left(
    hazardloop: Hazardloop, hazard: UUID, tmp_path: Path
) -> None:
    assert hazardloop("export", "bundle", "--texts", "--evidence").code == 0
    assert hazardloop("export", "bundle.tar").code == 0
    name = hashlib.sha256(PHOTO).hexdigest()
    assert (tmp_path / "bundle" / "evidence" / name).read_bytes() == PHOTO
    with tarfile.open(tmp_path / "bundle.tar") as tar:
        assert "events.jsonl" in tar.getnames()
    for file in [*(tmp_path / "bundle").glob("*.*"), tmp_path / "bundle.tar"]:
        assert file.stat().st_mode & 0o077 == 0
    assert hazardloop("export", "nothing", "--hazard", uuid4()).code == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bundle", "bundle.tar", "home"]


def test_given_something_is_there_then_it_is_not_written_over(
    hazardloop: Hazardloop, hazard: UUID, tmp_path: Path
) -> None:
    (tmp_path / "bundle").write_text("mine")
    ran = hazardloop("export", "bundle")
    assert (ran.code, (tmp_path / "bundle").read_text()) == (2, "mine")
    assert "bundle: exists already" in ran.err
    assert "nowhere" in hazardloop("export", "nowhere/bundle").err


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("--hazard", str(UUID(int=1))), "there is no such hazard"),
        (("--enterprise", "91320583MA1WXYRC07"), "no enterprise is registered under this code"),
        (("--since", "2030-01-01"), "nothing that is signed was recorded in this period"),
        (("--since", "2030-01-01", "--hazard", str(UUID(int=1))), "are not asked for together"),
        (("--checkpoint", "nowhere"), "nowhere: No such file"),
    ],
)
def test_given_what_there_is_not_then_it_is_refused(
    hazardloop: Hazardloop, hazard: UUID, asked: tuple[str, ...], says: str
) -> None:
    ran = hazardloop("export", "bundle", *asked)
    assert (ran.code, says in ran.err) == (2, True), ran


def test_given_nothing_is_signed_then_there_is_no_bundle(hazardloop: Hazardloop) -> None:
    ran = hazardloop("export", "bundle")
    assert (ran.code, "no checkpoint" in ran.err) == (2, True), ran


def test_given_what_is_no_bundle_then_it_is_refused_in_a_sentence(hazardloop: Hazardloop, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "garbage").write_bytes(b"garbage" * 100)
    for name, says in (("folder", "it has no bundle.json"), ("garbage", "no .tar"), ("nothing", "No such file")):
        ran = hazardloop("verify", name)
        assert (ran.code, ran.out, says in ran.err) == (2, "", True), ran
