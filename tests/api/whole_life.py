"""Two jurisdictions used from end to end in one process: every route and command, rebuilds, the clock, an erasure."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from api.cli import main
from api.examples import USCC
from api.running import Running
from api.settings import Settings
from api.wiring import running
from application.questions import Projection
from domain.actors import Role
from infrastructure.importing.files import SAMPLES
from tests.api.conftest import served
from tests.api.people import People, SetClock
from tests.api.test_imports import SAMPLE, SAMPLE_MAPPING, done, previewed, uploaded
from tests.api.test_openapi import BESIDES, GENERAL, INSPECTOR, MAJOR, Player

CODES = ("320583", "650100")
JURISDICTIONS = "320583,650100=Asia/Urumqi"

NOBODY = "00000000-0000-4000-8000-000000000000"

NOT_RUN = {
    "serve": "serves as `served` does here",
    "work": "works as `working` does here",
    "settings": "asks no database",
}


def live(url: str, home: Path) -> set[str]:
    """Use both on this database; the names of the commands that were run."""
    asyncio.run(_served_and_kept_up(url, home))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        patch.setenv("HAZARDLOOP_DATABASE_URL", url)
        patch.setenv("HAZARDLOOP_HOME", str(home))
        patch.setenv("HAZARDLOOP_JURISDICTIONS", JURISDICTIONS)
        return {_command(patch, *command) for code in CODES for command in _commands(code, home)}


async def _served_and_kept_up(url: str, home: Path) -> None:
    settings, clock = Settings(database_url=SecretStr(url), home=home, jurisdictions=JURISDICTIONS), SetClock()
    async with running(settings, clock=clock) as service:
        await service.prepare()
        async with (
            service.working(),
            service.importing(),
            served(service) as address,
            httpx2.AsyncClient(base_url=address, timeout=30) as client,
        ):
            await asyncio.gather(*(_told_and_asked(People(service, client, code)) for code in CODES))
        clock.later(days=60)
        before = [await service.jurisdiction(code).log.head() for code in CODES]
        async with service.working():
            await asyncio.gather(*(_missed(service, code, head) for code, head in zip(CODES, before, strict=True)))
        await asyncio.gather(*(_rebuilt(service, code) for code in CODES))


async def _told_and_asked(people: People) -> None:
    document = (await people.client.get("/openapi.json")).json()
    player = Player(people, document)
    await player.begin()
    hazards = [await player.report(name) for name in ("general", "major", "general")]
    # One of them erased, one never finished: the clock has something to miss.
    await asyncio.gather(*(player.play(*played) for played in zip(hazards, (GENERAL, MAJOR, BESIDES), strict=True)))
    await player.report("major")
    imported = await _imported(people)
    head = await people.head()
    for path, methods in document["paths"].items():
        if "get" in methods:
            of = imported if "/imports/" in path else hazards["dual-reports" in path]
            await _ask(people, path, methods["get"], of.rpartition("/")[2], head)
    inspector = await people.one(INSPECTOR)
    assert (await inspector.post(f"{imported}/removal")).status_code == 200
    tokens = people.service.jurisdiction(people.code).tokens
    newest, *_ = await tokens.all()
    assert await tokens.revoke(newest.id)


async def _imported(people: People) -> str:
    """The path of a job that was uploaded, previewed and committed, with a row refused and another that is odd."""
    inspector = await people.one(INSPECTOR)
    path = await uploaded(inspector, SAMPLE)
    await previewed(inspector, path, SAMPLE_MAPPING)
    await inspector.post(f"{path}/commit")
    assert (await done(inspector, path))["state"] == "imported"
    return path


async def _ask(people: People, path: str, operation: Mapping[str, Any], hazard: str, head: int) -> None:
    """GET it in every way it can be asked."""
    asker = await people.one(INSPECTOR if "/imports/" in path else Role.AUDITOR)
    filled = {"j": people.code, "id": hazard, "e": USCC, "sha256": await people.file(), "recipient": "regulator"}
    filled |= {"position": "1"}
    whole = re.sub(r"{(\w+)}", lambda name: filled[name[1]], path)
    takes = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
    if path.endswith("/stream"):
        async with people.client.stream("GET", whole, headers={"Authorization": f"Bearer {asker.token}"}) as stream:
            assert stream.status_code == 200
            await anext(stream.aiter_bytes())
        return
    after: dict[str, Any] = {"min_position": head} if "min_position" in takes else {}
    filters: dict[str, Any] = {"q": "出口", "stage": "closed", "grade": "general", "enterprise": USCC, "overdue": True}
    if "dual-reports" in path:
        filters["stage"] = "final"
    asked = [{}, {name: value for name, value in filters.items() if name in takes}]
    if "at" in takes:
        asked += [{"at": "2026-03-02T02:00:00Z", "clock": kind} for kind in ("recorded", "occurred")]
    if "at" in takes and "version" in takes:
        asked += [{"version": 1}]
    if "from_version" in takes:
        asked = [{"from_version": 1}, {"from": "2026-03-01T02:00:00Z", "clock": "occurred"}]
    for query in asked:
        response = await asker.get(whole, **after, **query)
        assert response.status_code == 200, (path, query, response.text)


async def _missed(service: Running, code: str, head: int) -> None:
    """The clock has told of a duty that was missed."""
    log = service.jurisdiction(code).log
    await log.wait(head, 30)
    assert await log.head() > head
    assert (await log.read_after(head, 1))[0].name.startswith("duty.")


async def _rebuilt(service: Running, code: str) -> None:
    projector = service.projector(code)
    await projector.catch_up()
    for name in Projection:
        assert await projector.rebuild(name, lambda done, of: None, check=True)
    await service.jurisdiction(code).views.status()
    assert await service.database_ready()


def _commands(code: str, home: Path) -> list[tuple[int, list[str]]]:
    """Each with the exit code it ends with: some rows of the ledger are refused, and nobody has the id of noughts."""
    of = ["--jurisdiction", code]
    return [
        (0, ["migrate"]),
        (1, ["import", str(_ledger(home)), "--mapping", "sample_zh", *of]),
        (0, ["status"]),
        (0, ["board", *of]),
        (0, ["board", USCC, "--at", "2026-03-02T09:00:00+08:00", "--clock", "occurred", *of]),
        (0, ["board", "--fold", *of]),
        (0, ["duties", "--version", "3", "--fold", *of]),
        (0, ["events", *of]),
        (0, ["findings", *of]),
        (0, ["causes", "1", *of]),
        (0, ["diff", "--from-version", "1", *of]),
        (2, ["history", NOBODY, *of]),
        (0, ["rebuild", "--check", *of]),
        (0, ["rebuild", "--resume", *of]),
        (0, ["rebuild", "--drop-old", *of]),
        (0, ["export", str(home / f"{code}.jsonl"), *of]),
        (0, ["verify", *of]),
        (0, ["erasures", str(home / f"{code}.jsonl"), *of]),
        (0, ["backup", str(home / f"backup of {code}"), *of]),
        (2, ["restore", str(home / f"backup of {code}"), *of]),
        (0, ["checkpoint", "show", *of]),
        (0, ["checkpoint", "key", *of]),
        (2, ["checkpoint", "acknowledge", "--reason", "none", "--actor", NOBODY, *of]),
        (0, ["token", "create", "--role", INSPECTOR.value, *of]),
        (0, ["token", "list", *of]),
        (2, ["token", "revoke", NOBODY, *of]),
    ]


def _ledger(home: Path) -> Path:
    copied = home / "ledger.csv"
    copied.write_bytes((SAMPLES / "yinhuan_taizhang.csv").read_bytes())
    return copied


def _command(patch: pytest.MonkeyPatch, ends: int, arguments: list[str]) -> str:
    patch.setattr(sys, "argv", ["hazardloop", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert int(ended.value.code or 0) == ends, arguments
    return arguments[0]
