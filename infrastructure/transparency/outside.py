"""Infrastructure: the newest checkpoint this home has seen, in a file that is not set back with the database."""

from __future__ import annotations

from pathlib import Path

from anyio import to_thread

from infrastructure.whole_files import clear_abandoned, put

FOLDER = "checkpoints"


class CheckpointFile:
    """Implements application.checkpoints.Outside for one jurisdiction."""

    def __init__(self, home: Path, code: str) -> None:
        self._file = home / FOLDER / code

    async def read(self) -> str | None:
        """The note; None before the first. Raises OSError."""
        return await to_thread.run_sync(self._read)

    async def keep(self, note: str) -> None:
        """Put a note in its place. Raises OSError."""
        await to_thread.run_sync(self._put, note)

    def clear_abandoned(self) -> None:
        """Remove what a killed process left half-written a day ago or earlier. Blocks; for the start of a process."""
        clear_abandoned(self._file.parent, f".{self._file.name}.*")

    def _read(self) -> str | None:
        return self._file.read_text(encoding="utf-8", errors="replace") if self._file.exists() else None

    def _put(self, note: str) -> None:
        self._file.parent.mkdir(mode=0o700, exist_ok=True)
        put(self._file, note.encode())
