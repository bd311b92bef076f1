"""The disk fills up under database and evidence: 503, nothing acknowledged is lost, and it goes on once there is room.

By turns there is no room for tables, which PostgreSQL says and lives with, and none for its write-ahead log, which
stops it until there is. A disk of the test's own takes root and mount: where they are missing, it is skipped.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random

import psycopg
import pytest

from infrastructure.embedded import EmbeddedPostgres
from tests.api.cli.process import answer, settings_of
from tests.conftest import JURISDICTION
from tests.faults.asking import HAZARDS, REPORT, V1, Ask, Asker, Book, asking, token_of
from tests.faults.conftest import TABLE, Times
from tests.faults.findings import NOTHING, found
from tests.faults.processes import serving
from tests.faults.servers import kill_server_of
from tests.faults.table import Table
from tests.faults.views import differing
from tests.faults.waiting import until
from tests.infrastructure.views.town import town_at

FAULT = "disk full"
DISK = "192m"
LEFT = 96 * 1024
"""Bytes left over: enough for a few events."""


@dataclass
class Disk:
    """A small one, on which the product has all it has, its own PostgreSQL as well."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def free(self) -> int:
        state = os.statvfs(self.folder)
        return state.f_bavail * state.f_frsize

    def fill(self, leave: int) -> None:
        """Leave so many bytes."""
        with (self.folder / "ballast").open("ab") as ballast:
            while self.free > leave:
                ballast.write(b"x" * min(self.free - leave, 1 << 20))
                ballast.flush()

    def make_room(self) -> None:
        (self.folder / "ballast").unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0755", "hazardloop-faults", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = f"SKIPPED, no disk of our own can be mounted: {getattr(error, 'stderr', '') or error}".strip()
        TABLE.tell(FAULT, 0, reason)
        pytest.skip(reason)
    disk = Disk(folder)
    try:
        yield disk
    finally:
        with suppress(FileNotFoundError):  # it has stopped in good order
            kill_server_of(disk.home, all=True)
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def beside(disk: Disk, bin_dir: Path | None) -> EmbeddedPostgres:
    """The product's PostgreSQL as another client of it sees it, who starts nothing again."""
    return EmbeddedPostgres(disk.home, bin_dir=bin_dir)


def long_report(chance: Random) -> Ask:
    text = "".join(chr(chance.randrange(0x4E00, 0x9FA6)) for _ in range(2000))  # can't be made shorter
    return Ask(HAZARDS, {**REPORT, "description": text})


async def until_turned_away(asker: Asker, chance: Random) -> None:
    """Report hazards, long ones, five at once, until there is no room left for some."""
    before = asker.turned_away
    while asker.turned_away == before:
        await asyncio.gather(*(asker.ask(long_report(chance)) for _ in range(5)))


async def filled_up(disk: Disk, postgres: EmbeddedPostgres, asker: Asker, chance: Random, *, no_log: bool) -> None:
    """Fill it up until requests are turned away; then make room."""
    disk.fill(LEFT)
    kept = await asker.client.post(f"{V1}/evidence", content=os.urandom(4 * LEFT))
    assert (kept.status_code, "retry-after" in kept.headers) == (503, True), kept.text
    if no_log:
        with psycopg.connect(postgres.url_of("hazardloop", "postgres"), autocommit=True) as superuser:
            superuser.execute("SELECT pg_switch_wal()")
    await until_turned_away(asker, chance)
    disk.make_room()


async def views_reach(asker: Asker, position: int) -> bool:
    answer = await asker.client.get(HAZARDS, params={"min_position": position, "limit": 1})
    assert answer.status_code in (200, 503)
    return answer.status_code == 200


async def test_given_a_disk_that_fills_up_then_503_and_nothing_acknowledged_is_lost_and_it_goes_on_with_room(
    disk: Disk, postgres_bin_dir: Path | None, times: Times, chance: Random, table: Table
) -> None:
    settings, book, rounds = settings_of(disk.home), Book(), times(2, 3)
    async with serving(settings) as (server, address), asking(address, await token_of(settings), book) as asker:
        with beside(disk, postgres_bin_dir) as postgres:
            for number in range(rounds):
                await asker.until_done(Ask(HAZARDS, REPORT))
                await filled_up(disk, postgres, asker, chance, no_log=bool(number % 2))
                await asker.ask_again(chance)
                position = max(done.position for done in book.done.values())
                await until(partial(views_reach, asker, position))
            await server.stop()
            assert await found(postgres.url, book) == NOTHING
            async with town_at(postgres.url) as town:
                assert await differing(town) == []
    seen = f"{asker.turned_away} × 503, {len(book.done)} acknowledged, all stored once; views = fold"
    table.tell(FAULT, rounds, seen)


@pytest.mark.parametrize("room", [LEFT, 16 * LEFT])
def test_given_no_room_for_a_backup_then_it_says_so_and_nothing_is_left_of_it(
    disk: Disk, settings: Mapping[str, str], tmp_path: Path, room: int
) -> None:
    photo = os.urandom(32 * LEFT)
    file = tmp_path / "home" / "evidence" / JURISDICTION / sha256(photo).hexdigest()
    file.parent.mkdir(parents=True)
    file.write_bytes(photo)
    disk.fill(room)

    assert answer(settings, "backup", str(disk.folder / "kept"), code=2) == ""

    assert [left.name for left in disk.folder.iterdir()] == ["ballast"]
    disk.make_room()
    assert "evidence files: 1;" in answer(settings, "backup", str(disk.folder / "kept"))


async def test_control_given_a_server_that_acknowledges_before_it_commits_then_the_loss_is_found(
    disk: Disk, postgres_bin_dir: Path | None, chance: Random, table: Table
) -> None:
    settings: Mapping[str, str] = settings_of(disk.home)
    book = Book()
    async with (
        serving(settings, "hasty") as (server, address),
        asking(address, await token_of(settings), book) as asker,
    ):
        await asker.until_done(Ask(HAZARDS, REPORT))
        disk.fill(LEFT)
        for _ in range(50):
            await asker.ask(long_report(chance))
        disk.make_room()
        with beside(disk, postgres_bin_dir) as postgres:
            await server.stop()
            findings = await found(postgres.url, book)

    assert findings.lost
    table.tell_control(FAULT, f"acknowledged before commit: {len(findings.lost)} lost")
