"""The restore drill: what is served is backed up, brought back into a new home, and served from there."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from uuid import UUID

from api.settings import Settings
from api.wiring import running
from application.auditing import RawEvent, whole
from tests.api.cli.process import answer, settings_of
from tests.api.cli.reported import erase_its_texts
from tests.conftest import JURISDICTION
from tests.faults.asking import HAZARDS, NOTICE, REPORT, V1, Ask, Asker, Book, asking, token_of
from tests.faults.processes import serving

PHOTO = bytes(range(256)) * 64
NAME = hashlib.sha256(PHOTO).hexdigest()


async def said(settings: Mapping[str, str], *arguments: str, code: int = 0) -> str:
    """What a command writes, while servers of the test's go on."""
    return await asyncio.to_thread(answer, settings, *arguments, code=code)


async def copied(settings: Mapping[str, str]) -> list[RawEvent]:
    """The log byte by byte, with its texts."""
    async with running(_given(settings)) as service:
        return [raw async for raw in whole(service.raw_log(JURISDICTION))]


async def board_of(asker: Asker, head: int) -> object:
    """What an inspector is shown, once the views have come so far."""
    shown = await asker.client.get(f"{V1}/board", params={"min_position": head})
    listed = await asker.client.get(HAZARDS, params={"min_position": head, "q": "出口"})
    assert (shown.status_code, listed.status_code) == (200, 200), (shown.text, listed.text)
    return {name: said for name, said in shown.json().items() if name != "as_of"}, listed.json()


async def test_given_a_served_jurisdiction_when_it_is_restored_elsewhere_then_all_of_it_is_there_and_it_goes_on(
    tmp_path: Path,
) -> None:
    here, there = settings_of(tmp_path / "here"), settings_of(tmp_path / "there")
    kept, keys, book = str(tmp_path / "kept"), str(tmp_path / "keys"), Book()
    async with serving(here) as (server, address):
        inspector = await token_of(here)
        async with asking(address, inspector, book) as asker:
            reported = [await asker.until_done(Ask(HAZARDS, REPORT)) for _ in range(5)]
            told = Ask(f"{HAZARDS}/{reported[0].stream_id}/workers-notice", NOTICE)
            first = await asker.until_done(told)
            photo = await asker.client.post(f"{V1}/evidence", content=PHOTO)
            assert photo.json() == {"sha256": NAME}
            await erased(here, reported[1].stream_id)
            head = first.position + 1
            shown = await board_of(asker, head)
            checkpoint = await asker.client.get(f"{V1}/checkpoint", params={"min_position": head})
            assert checkpoint.status_code == 200, checkpoint.text

            backup = await said(here, "backup", kept, "--keys", keys)

            assert f"{JURISDICTION}: {head} events, evidence files: 1; " in backup
            log, tokens = await copied(here), await said(here, "token", "list", "--json")
        await server.stop()

    assert "evidence files: 1; schema" in await said(there, "restore", kept, "--keys", keys)

    assert await copied(there) == log
    assert await said(there, "token", "list", "--json") == tokens
    assert "byte for byte as before" in await said(there, "rebuild", "--check")
    assert f"{head} events hold together" in await said(there, "verify")
    (status,) = json.loads(await said(there, "status", "--json", code=1))
    assert (status["position"], status["signing"]["signed"], status["signing"]["broken"]) == (head, head, True)
    assert [row["position"] for row in status["projections"]] == [head, head]
    async with serving(there) as (server, address), asking(address, inspector, book) as asker:
        assert await board_of(asker, head) == shown
        evidence = await asker.client.get(f"{V1}/evidence/{NAME}")
        assert evidence.content == PHOTO
        again = await asker.client.get(f"{V1}/checkpoint")
        assert again.text == checkpoint.text
        await asker.ask_again(Random(1))
        assert book.differing == set(), "a command that is repeated is known"
        next_one = await asker.until_done(Ask(HAZARDS, REPORT))
        assert next_one.position == head + 1
        await said(there, "checkpoint", "acknowledge", "--reason", "换了机器", "--actor", str(UUID(int=7)))
        signed = await asker.client.get(f"{V1}/checkpoint", params={"min_position": head + 2})
        assert signed.text.startswith(f"hazardloop/{JURISDICTION}/{head + 2}-")
        proof = await asker.client.get(f"{V1}/checkpoint/consistency", params={"old_size": head})
        assert proof.status_code == 200, "what was signed before is begun with"
        await server.stop()


async def erased(settings: Mapping[str, str], hazard: UUID) -> None:
    """Erase what was said of it."""
    await erase_its_texts(_given(settings), hazard)


def _given(settings: Mapping[str, str]) -> Settings:
    given = {name: settings.get(f"HAZARDLOOP_{name.upper()}") for name in ("home", "postgres_bin")}
    return Settings.model_validate(given)


async def test_given_writers_at_work_when_it_is_backed_up_then_the_backup_is_of_one_moment(tmp_path: Path) -> None:
    here, there, kept = settings_of(tmp_path / "here"), settings_of(tmp_path / "there"), str(tmp_path / "kept")
    book, chance = Book(), Random(1)
    async with serving(here) as (server, address), asking(address, await token_of(here), book) as asker:
        async with asker.many(chance):
            await said(here, "backup", kept)
        at_least = max(done.position for done in book.done.values())
        await server.stop()

    await said(there, "restore", kept)

    about = json.loads((tmp_path / "kept" / "about.json").read_text())
    (taken,) = about["jurisdictions"]
    assert 0 < taken["position"] < at_least, "there were events before and after"
    assert await copied(there) == (await copied(here))[: taken["position"]]
    assert "byte for byte as before" in await said(there, "rebuild", "--check")
    assert "events hold together" in await said(there, "verify")
