"""Infrastructure: small files that are whole whenever the machine stops, and nobody's but the owner's to read."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ABANDONED_SECONDS = 24 * 60 * 60


def kept_once(file: Path, make: Callable[[], bytes]) -> bytes:
    """What the file holds; where there is none, what was made for it. Raises OSError.

    Linked into its place whole: of several processes that start at once all end up with the same one.
    """
    if not file.exists():
        with _draft(file, make()) as draft, suppress(FileExistsError):
            file.hardlink_to(draft)
        sync_folder(file.parent)
    return file.read_bytes()


def put(file: Path, content: bytes) -> None:
    """Let the file hold this from now on, and nothing in between. Raises OSError."""
    with _draft(file, content) as draft:
        draft.replace(file)
    sync_folder(file.parent)


def clear_abandoned(folder: Path, drafts: str) -> None:
    """Remove what a killed process left half-written a day ago or earlier, by its pattern. Raises OSError."""
    before = time.time() - ABANDONED_SECONDS
    for draft in folder.glob(drafts):
        with suppress(FileNotFoundError):
            if draft.stat().st_mtime < before:
                draft.unlink()


def sync_folder(folder: Path) -> None:
    """Let the names in a folder reach the disk. Raises OSError."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _draft(file: Path, content: bytes) -> Iterator[Path]:
    """A file beside it with this content, on the disk; gone afterwards unless it was given another name."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)
