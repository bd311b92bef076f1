"""The evidence folder: write-once, named by hash, and nothing outside it can be named."""

import errno
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from application.log import Unavailable
from domain.refusals import RuleBroken
from infrastructure.evidence import EMPTY, EvidenceFolder

PHOTO = b"a photo"
NAME = hashlib.sha256(PHOTO).hexdigest()


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def read(evidence: EvidenceFolder, name: str) -> bytes | None:
    found = evidence.open(name)
    return None if found is None else b"".join([part async for part in found])


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


async def test_given_a_file_in_chunks_when_it_is_kept_then_it_is_read_by_its_hash(tmp_path: Path) -> None:
    evidence = EvidenceFolder(tmp_path / "evidence" / "320583")
    assert await evidence.keep(chunks(b"a ", b"", b"photo")) == NAME
    assert await read(evidence, NAME) == PHOTO
    assert names(tmp_path / "evidence" / "320583") == [NAME]


async def test_given_a_file_of_many_chunks_when_it_is_read_then_all_of_it_comes(tmp_path: Path) -> None:
    evidence = EvidenceFolder(tmp_path)
    large = os.urandom(1_000_000)
    name = await evidence.keep(chunks(*(large[at : at + 70_000] for at in range(0, len(large), 70_000))))
    assert await read(evidence, name) == large


async def test_given_a_disk_without_room_when_a_file_is_kept_then_it_is_unavailable_and_nothing_of_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable):
        await EvidenceFolder(tmp_path).keep(chunks(PHOTO))
    assert names(tmp_path) == []


async def test_given_a_kept_file_when_the_same_bytes_come_again_then_it_is_left_as_it_is(tmp_path: Path) -> None:
    evidence = EvidenceFolder(tmp_path)
    await evidence.keep(chunks(PHOTO))
    before = (tmp_path / NAME).stat()
    assert await evidence.keep(chunks(PHOTO)) == NAME
    after = (tmp_path / NAME).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert names(tmp_path) == [NAME]


async def test_given_a_kept_file_then_nobody_is_invited_to_write_to_it(tmp_path: Path) -> None:
    await EvidenceFolder(tmp_path).keep(chunks(PHOTO))
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o400


async def test_given_an_empty_file_then_it_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(RuleBroken) as refused:
        await EvidenceFolder(tmp_path).keep(chunks(b""))
    assert refused.value.rule == EMPTY
    assert names(tmp_path) == []


async def test_given_a_sender_who_breaks_off_then_nothing_is_kept(tmp_path: Path) -> None:
    async def broken_off() -> AsyncIterator[bytes]:
        yield PHOTO
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await EvidenceFolder(tmp_path).keep(broken_off())
    assert names(tmp_path) == []


async def test_given_names_of_which_some_are_kept_then_the_others_are_missing(tmp_path: Path) -> None:
    evidence = EvidenceFolder(tmp_path)
    await evidence.keep(chunks(PHOTO))
    assert await evidence.missing([NAME, "0" * 64, NAME]) == {"0" * 64}
    assert await evidence.missing([]) == set()


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "", ".", NAME.upper(), NAME + "\n", NAME[:-1], "\x00" * 64]
)
async def test_given_what_is_no_hash_then_nothing_is_looked_for(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("not evidence")
    evidence = EvidenceFolder(tmp_path / "evidence")
    await evidence.keep(chunks(PHOTO))
    assert evidence.open(name) is None
    assert await evidence.missing([name]) == {name}


async def test_given_a_draft_left_a_day_ago_when_the_process_starts_then_it_goes_and_what_is_coming_in_stays(
    tmp_path: Path,
) -> None:
    evidence = EvidenceFolder(tmp_path)
    await evidence.keep(chunks(PHOTO))
    old, new = tmp_path / ".incoming-1", tmp_path / ".incoming-2"
    for draft in (old, new):
        draft.write_bytes(b"half")
    os.utime(old, (0, 0))
    os.utime(tmp_path / NAME, (0, 0))

    evidence.clear_abandoned()

    assert names(tmp_path) == [new.name, NAME]
