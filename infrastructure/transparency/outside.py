"""Infrastructure: the newest checkpoint this home has seen, in a file that is not set back with the database.

A file beside it says that the log was restored, and up to where: in a new home nothing else would tell.
"""

from __future__ import annotations

from pathlib import Path

from anyio import to_thread

from application.checkpoints import Kept
from infrastructure.whole_files import clear_abandoned, put

FOLDER = "checkpoints"


class CheckpointFile:
    """Implements application.checkpoints.Outside for one jurisdiction."""

    def __init__(self, home: Path, code: str) -> None:
        self._file = home / FOLDER / code
        self._mark_file = home / FOLDER / f"{code}.restored"

    async def read(self) -> Kept:
        """What is kept. Raises OSError."""
        # In this thread, also a server's that is asked for its status: the sequencer reads ten times a second, and
        # waking another takes longer than two small files of the home.
        restored = _text(self._mark_file)
        return Kept(_text(self._file), None if restored is None else int(restored))

    async def keep(self, note: str) -> None:
        """Put a note in its place. Raises OSError."""
        await to_thread.run_sync(self._put, note)

    async def mark_restored(self, position: int | None) -> None:
        """Say that the log was restored up to this position; None: that it was not. Raises OSError."""
        await to_thread.run_sync(self._mark, position)

    def clear_abandoned(self) -> None:
        """Remove what a killed process left half-written a day ago or earlier. Blocks; for the start of a process."""
        clear_abandoned(self._file.parent, f".{self._file.name}.*")

    def _put(self, note: str) -> None:
        self._file.parent.mkdir(mode=0o700, exist_ok=True)
        put(self._file, note.encode())

    def _mark(self, position: int | None) -> None:
        self._file.parent.mkdir(mode=0o700, exist_ok=True)
        if position is None:
            self._mark_file.unlink(missing_ok=True)
        else:
            put(self._mark_file, f"{position}\n".encode())


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
