"""`hazardloop erasures`: texts that were erased since the backup, told by a later copy of the log."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from api.settings import Settings
from api.wiring import running
from application.deciding import Request
from domain.hazard.reporting import Correct
from tests.api.cli.command import Hazardloop
from tests.api.cli.reported import INSPECTOR, erase_its_texts, report_a_hazard, sign
from tests.conftest import JURISDICTION

AGAIN = ("--again", str(UUID(int=7)))
TEXT = "张某的电话在门上"


@pytest.fixture
def hazard(
    hazardloop: Hazardloop, database_url: str, environment: Path, empty_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> UUID:  # fmt: skip
    """One of two, erased after a backup that has been brought back since; `later` is a copy from in between."""
    settings = Settings(database_url=database_url, home=environment)
    erased = asyncio.run(report_a_hazard(settings, description=TEXT))
    asyncio.run(report_a_hazard(settings))
    assert hazardloop("backup", "kept").code == 0
    asyncio.run(erase_its_texts(settings, erased))
    asyncio.run(sign(settings))
    assert hazardloop("export", "later").code == 0
    monkeypatch.setenv("HAZARDLOOP_DATABASE_URL", empty_database_url)
    assert hazardloop("restore", "kept").code == 0
    assert TEXT in hazardloop("events", "--json").out, "the backup has brought it back"
    return erased


def test_given_a_later_copy_then_what_was_erased_is_listed_and_erased_again(
    hazard: UUID, hazardloop: Hazardloop
) -> None:
    listed = hazardloop("erasures", "later")
    assert (listed.code, listed.out) == (1, f"{hazard}: texts of 1 events (个人信息保护法 Art 47)\n")
    assert hazardloop("events").out.count("texts_erased") == 0

    again = hazardloop("erasures", "later", *AGAIN)

    assert (again.code, again.out) == (0, f"{hazard}: texts of 1 events (个人信息保护法 Art 47), erased again\n")
    said = hazardloop("events", "--json").out
    assert TEXT not in said
    assert "安全出口被堵" in said, "of the other hazard"
    assert "2 texts are those committed to, 2 erased" in hazardloop("verify").out
    assert (hazardloop("erasures", "later").code, hazardloop("erasures", "later").out) == (0, "")


def test_given_something_said_since_then_it_is_left_to_a_person(
    hazard: UUID, hazardloop: Hazardloop, empty_database_url: str, environment: Path
) -> None:
    async def correct() -> None:
        async with running(Settings(database_url=empty_database_url, home=environment)) as service:
            correct = Correct.model_validate({"field": "place", "value": "三车间", "reason": "看错了"})
            await service.jurisdiction(JURISDICTION).commands.carry_out(Request(INSPECTOR, uuid4()), hazard, correct)

    asyncio.run(correct())

    ran = hazardloop("erasures", "later", *AGAIN)

    assert (ran.code, "version 2 says more that the copy does not tell of: erase by hand" in ran.out) == (1, True)
    assert TEXT in hazardloop("events", "--json").out


def test_given_a_copy_of_another_log_then_nothing_of_it_is_said_here(
    hazard: UUID, hazardloop: Hazardloop, tmp_path: Path
) -> None:
    shutil.copytree(tmp_path / "later", tmp_path / "other")
    events = tmp_path / "other" / "events.jsonl"
    events.write_text("".join(events.read_text().splitlines(keepends=True)[1:]))

    assert (hazardloop("erasures", "other", *AGAIN).code, hazardloop("erasures", "other").out) == (0, "")


def test_given_no_copy_then_it_says_so(hazardloop: Hazardloop, tmp_path: Path) -> None:
    (tmp_path / "spoilt").mkdir()
    (tmp_path / "spoilt" / "bundle.json").write_text("{}\n")
    assert "spoilt: it has no events.jsonl" in hazardloop("erasures", "spoilt").err
    (tmp_path / "spoilt" / "events.jsonl").write_text("{}\n")
    assert "spoilt: a line is not in the form it has to have" in hazardloop("erasures", "spoilt").err
    assert "nowhere: No such file or directory" in hazardloop("erasures", "nowhere").err
