"""docs/tutorial.md: the tutorial is gone through as it stands there, with a stick on which two rows were changed."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import application
from api.settings import Settings
from api.wiring import running
from application.deciding import Request
from domain.actors import Actor, Role
from domain.enterprise.enterprise import Register
from domain.erasable import Erasable
from domain.hazard.inspecting import SelfInspect
from domain.hazard.words import Grade
from tests.api.cli.command import Hazardloop
from tests.api.cli.reported import INSPECTOR, erase_its_texts, report_a_hazard, sign
from tests.api.people import OURS
from tests.conftest import JURISDICTION

HAZARD = "0195a5c0-0000-7000-8000-000000000001"
"""As the page calls it."""

PAGE = Path(__file__).parents[3] / "docs" / "tutorial.md"


async def lived_until_march(settings: Settings) -> UUID:
    """An enterprise; a hazard of its own, reported; another one."""
    async with running(settings) as service:
        place = service.jurisdiction(JURISDICTION)
        register = Register(uscc=OURS, enterprise_name="示例精密机械有限公司", industry_code="34")
        await place.commands.register(Request(INSPECTOR, uuid4()), register)
    hazard = await report_a_hazard(settings, enterprise=OURS)
    await report_a_hazard(settings)
    await sign(settings)
    return hazard


async def lived_until_june(settings: Settings, hazard: UUID) -> None:
    """It was graded major; some others were reported, the texts of the last one erased."""
    async with running(settings) as service:
        officer = Actor(uuid4(), Role.ENTERPRISE_OFFICER, OURS)
        inspect = SelfInspect(grade=Grade.MAJOR, cause=Erasable("设计缺陷"))
        commands = service.jurisdiction(JURISDICTION).commands
        await commands.carry_out(Request(officer, uuid4(), expected_version=1), hazard, inspect)
    for _ in range(4):
        last = await report_a_hazard(settings)
    await erase_its_texts(settings, last)
    await sign(settings)


def change(file: Path, position: int, old: str, new: str) -> None:
    lines = file.read_text("utf-8").splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if line.startswith(f'{{"position":{position},'))
    assert old in lines[at]
    lines[at] = lines[at].replace(old, new)
    file.write_text("".join(lines), "utf-8")


def test_given_a_stick_when_the_tutorial_is_followed_then_the_changed_rows_are_found(
    hazardloop: Hazardloop, database_url: str, environment: Path, tmp_path: Path
) -> None:
    settings = Settings(database_url=database_url, home=environment)
    hazard = asyncio.run(lived_until_march(settings))
    (tmp_path / "log.key").write_text(hazardloop("checkpoint", "key").out)
    (tmp_path / "saved").write_text(hazardloop("checkpoint", "show").out)
    asyncio.run(lived_until_june(settings, hazard))
    assert hazardloop("export", "stick", "--texts", "--checkpoint", "saved").code == 0
    assert hazardloop("export", "second", "--hazard", hazard, "--checkpoint", "saved").code == 0
    change(tmp_path / "stick" / "events.jsonl", 4, '"grade":"major"', '"grade":"general"')
    change(tmp_path / "stick" / "texts.jsonl", 7, "安全出口被堵", "安全出口畅通")
    source = Path(next(iter(application.__path__)))
    shutil.copytree(source / "bundle", tmp_path / "application" / "bundle")
    shutil.copy(source / "proof.py", tmp_path / "application")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)

    steps = re.findall(r"```sh\n(.*?)```\n\n```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(steps) == 3
    for commands, shown in steps:
        ran = subprocess.run(
            ["sh", "-eu"], input=commands, cwd=tmp_path, capture_output=True, text=True, check=False,
            env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONPATH": _packages()},
        )  # fmt: skip
        assert (ran.stdout, ran.stderr) == (shown.replace(HAZARD, str(hazard)), "")


def _packages() -> str:
    """Where `cryptography` lies, for an interpreter that is started by another name."""
    return next(path for path in sys.path if path.endswith("site-packages"))
