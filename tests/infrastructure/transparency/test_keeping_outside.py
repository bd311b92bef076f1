"""What is kept outside is written once a second at most while checkpoints follow each other, else at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import psycopg
import pytest

from application.checkpoints import Kept
from application.proof import Checkpoint, Note
from application.sequencing import Broken, Sequencer
from infrastructure.transparency.outside import CheckpointFile
from tests.conftest import JURISDICTION
from tests.infrastructure.transparency.signed import Signed
from tests.infrastructure.transparency.test_attacks import Administrator


@dataclass
class Watched(CheckpointFile):
    """The file, which notes down what is written to it, and does something when it is read for the nth time."""

    signed: Signed
    on_read: dict[int, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    reads: int = 0
    written: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.signed.home, JURISDICTION)

    async def read(self) -> Kept:
        self.reads += 1
        if self.reads in self.on_read:
            await self.on_read[self.reads]()
        return await super().read()

    async def keep(self, note: str) -> None:
        self.written.append(size_of(note))
        await super().keep(note)

    def sequencer(self) -> Sequencer:
        return Sequencer(self.signed.log, self.signed.trees, self.signed.signer, self, self.signed.origins)


def size_of(note: str | None) -> int:
    assert note is not None
    return Checkpoint.parse(Note.parse(note).text).size


@pytest.fixture
async def outside(signed: Signed, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Of a log that takes five passes of 100 events."""
    monkeypatch.setattr("application.sequencing.MOST", 100)
    monkeypatch.setattr("application.sequencing.KEEP_SECONDS", 1e9)
    await signed.append(450)
    return Watched(signed)


async def test_it_is_written_at_once_and_when_all_is_signed(outside: Watched) -> None:
    assert await outside.sequencer().sign()
    assert outside.written == [100, 450]


async def test_it_is_written_each_time_where_the_last_time_is_long_ago(
    outside: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.sequencing.KEEP_SECONDS", 0)
    assert await outside.sequencer().sign()
    assert outside.written == [100, 200, 300, 400, 450]


async def test_it_is_written_before_it_rests_and_when_it_stops(outside: Watched) -> None:
    stop = asyncio.Event()

    async def more() -> None:
        assert outside.written == [100]
        await outside.signed.append(1)

    async def stopping() -> None:
        stop.set()

    resting = asyncio.Event()

    async def wait(after: int, timeout: float) -> None:
        assert outside.written == [100, 451]
        resting.set()
        await outside.signed.append(200)

    outside.signed.log.wait = wait  # type: ignore[method-assign]
    outside.on_read = {6: more, 9: stopping}
    await outside.sequencer().run(stop)
    assert resting.is_set()
    assert outside.written == [100, 451, 551]


async def test_what_is_not_written_yet_is_not_forgotten_where_the_database_is_set_back(
    outside: Watched, owner: psycopg.Connection
) -> None:
    """And whoever answers for it finds it outside."""

    async def set_back() -> None:
        assert outside.written == [100]
        admin = Administrator(owner)
        admin.do("DELETE FROM {S}.events WHERE notification_id > 100")
        admin.do("DELETE FROM {S}.checkpoints WHERE size > 100")

    outside.on_read = {5: set_back}
    sequencer = outside.sequencer()
    with pytest.raises(Broken, match="300 events was signed, and the log is signed up to 100"):
        await sequencer.sign()
    assert outside.written == [100, 300]
    lost = await outside.sequencer().lost()
    assert lost is not None
    assert lost.size == 300


async def test_what_another_process_wrote_is_not_overwritten_before_it_was_looked_at(
    outside: Watched, owner: psycopg.Connection
) -> None:
    """It signed and wrote 450, and then the database was set back to what is known here, and not written yet."""

    async def signed_elsewhere_and_set_back() -> None:
        await outside.signed.sequencer().sign()
        admin = Administrator(owner)
        admin.do("DELETE FROM {S}.checkpoints WHERE size > 200")

    outside.on_read = {4: signed_elsewhere_and_set_back}
    with pytest.raises(Broken, match="450 events was signed, and the log is signed up to 200"):
        await outside.sequencer().sign()
    assert size_of((await outside.signed.outside.read()).note) == 450


async def test_what_is_not_written_yet_is_compared_where_another_process_has_written(
    outside: Watched, owner: psycopg.Connection
) -> None:
    """The database was set back, and who knew no better signed another history from there."""

    async def set_back_and_signed_elsewhere() -> None:
        admin = Administrator(owner)
        admin.do("DELETE FROM {S}.events WHERE notification_id > 100")
        admin.do("DELETE FROM {S}.checkpoints WHERE size > 100")
        await outside.signed.append(50)
        await outside.signed.sequencer().sign()

    outside.on_read = {5: set_back_and_signed_elsewhere}
    with pytest.raises(Broken, match="300 events was signed, and the log is signed up to 150"):
        await outside.sequencer().sign()


async def test_a_newer_one_of_another_process_stays_when_this_one_ends(outside: Watched) -> None:
    async def signed_elsewhere() -> None:
        await outside.signed.append(10)
        await outside.signed.sequencer().sign()

    outside.on_read = {7: signed_elsewhere}
    assert await outside.sequencer().sign()
    assert size_of((await outside.signed.outside.read()).note) == 460


async def test_given_a_home_that_can_not_be_written_then_why_nothing_is_signed_is_told_nevertheless(
    outside: Watched, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(note: str) -> None:
        raise OSError(28, "No space left on device")

    async def set_back() -> None:
        monkeypatch.setattr(outside, "keep", full)
        Administrator(owner).do("DELETE FROM {S}.events WHERE notification_id > 100")
        Administrator(owner).do("DELETE FROM {S}.checkpoints WHERE size > 100")

    outside.on_read = {5: set_back}
    with pytest.raises(Broken, match="300 events was signed"):
        await outside.sequencer().sign()
    assert "could not be kept in the home: No space left on device" in caplog.text
