"""Infrastructure: a jurisdiction's evidence files in one folder, each named by the SHA-256 of its bytes.

Write-once: a file gets its name by a hard link, which never replaces another, after its bytes have
reached the disk. So whatever a name leads to is whole, whenever the machine stopped.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar, TypeVarTuple

from anyio import to_thread

from application.log import Unavailable
from domain.refusals import CONTRACT, Rule, RuleBroken
from infrastructure.whole_files import clear_abandoned, sync_folder

EMPTY = Rule("evidence.empty", "a piece of evidence holds at least one byte", CONTRACT)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_NAME = re.compile(r"[0-9a-f]{64}")
_DRAFT = ".incoming-"
_CHUNK = 256 * 1024


class EvidenceFolder:
    """The application's EvidenceStore over a folder, which is made when the first file comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, chunks: AsyncIterator[bytes]) -> str:
        """Store a file and answer its name; storing the same bytes again changes nothing.

        Raises RuleBroken for an empty one, Unavailable where the disk is full or out of reach; then, and
        if `chunks` raises, nothing is kept.
        """
        draft = self._folder / f"{_DRAFT}{secrets.token_hex(8)}"
        file = await _on_disk(_open_new, draft)
        try:
            digest, size = hashlib.sha256(), 0
            async for chunk in chunks:
                size += len(chunk)
                await _on_disk(_write, file, chunk)
                digest.update(chunk)
            if not size:
                raise RuleBroken(EMPTY, "file")
            await _on_disk(_settle, file, draft, self._folder / digest.hexdigest())
        finally:
            file.close()
            draft.unlink(missing_ok=True)
        return digest.hexdigest()

    async def missing(self, names: Iterable[str]) -> set[str]:
        """Those of the names nothing is stored under."""
        asked = set(names)
        return await to_thread.run_sync(lambda: {name for name in asked if not self._is_kept(name)})

    def open(self, name: str) -> AsyncIterator[bytes] | None:
        """The bytes of a file, or None. Only a name of 64 hex digits is ever looked for."""
        return _chunks(self._folder / name) if self._is_kept(name) else None

    def files(self) -> Iterator[Path]:
        """Every file there is now, in the order of their names. Blocks."""
        if self._folder.exists():
            yield from (file for file in sorted(self._folder.iterdir()) if self._is_kept(file.name))

    def clear_abandoned(self) -> None:
        """Remove what a killed process left half-written a day ago or earlier. Blocks; for the start of a process."""
        clear_abandoned(self._folder, f"{_DRAFT}*")

    def _is_kept(self, name: str) -> bool:
        return _NAME.fullmatch(name) is not None and (self._folder / name).is_file()


async def _on_disk(work: Callable[[*Ts], T], *arguments: *Ts) -> T:
    """Do in a thread what blocks. Raises Unavailable for whatever the disk can't do just now."""
    try:
        return await to_thread.run_sync(work, *arguments)
    except OSError as error:
        raise Unavailable from error


def _open_new(draft: Path) -> BinaryIO:
    draft.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
    return os.fdopen(descriptor, "wb", buffering=0)


def _write(file: BinaryIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


def _settle(file: BinaryIO, draft: Path, kept: Path) -> None:
    os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):  # the same bytes; whoever linked them may not have got any further
        kept.hardlink_to(draft)
    sync_folder(kept.parent)


def _open_kept(kept: Path) -> BinaryIO:
    return kept.open("rb", buffering=0)


async def _chunks(kept: Path) -> AsyncIterator[bytes]:
    file = await to_thread.run_sync(_open_kept, kept)
    try:
        while chunk := await to_thread.run_sync(file.read, _CHUNK):
            yield chunk
    finally:
        file.close()
