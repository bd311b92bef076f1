"""Infrastructure: the files of a bundle, in a folder or a plain .tar, there once it is whole."""

from __future__ import annotations

import os
import secrets
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path

from infrastructure.whole_files import sync_folder

PACKED = ".tar"


class BundleFolder:
    """Implements application.exporting.Sink. Of files that are not written just now only the last few stay open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, BufferedWriter] = {}

    def write(self, name: str, data: bytes) -> None:
        """Write behind what the file holds. Raises OSError."""
        file = self._open.get(name)
        if file is None:
            if len(self._open) >= 8:  # evidence has a file each
                self.close()
            path = self._folder / name
            path.parent.mkdir(exist_ok=True, mode=0o700)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            file = self._open[name] = os.fdopen(descriptor, "wb")
        file.write(data)

    def close(self) -> None:
        """Let what was written reach the disk. Raises OSError."""
        for file in self._open.values():
            file.flush()
            os.fsync(file.fileno())
            file.close()
        self._open.clear()


@contextmanager
def new_bundle(path: Path) -> Iterator[BundleFolder]:
    """A new bundle, never in place of something else: a .tar where the name ends so, else a folder. Raises OSError."""
    if os.path.lexists(path):
        raise FileExistsError(None, "exists already", str(path))
    folder = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    folder.mkdir(mode=0o700)
    try:
        bundle = BundleFolder(folder)
        try:
            yield bundle
        finally:
            bundle.close()
        if path.name.endswith(PACKED):
            _pack(folder, path)
        else:
            folder.rename(path)
        sync_folder(path.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pack(folder: Path, path: Path) -> None:
    draft = folder / "packed"
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        with tarfile.open(fileobj=written, mode="w") as tar:
            for file in files:
                about = tarfile.TarInfo(str(file.relative_to(folder)))
                about.size, about.mode = file.stat().st_size, 0o600
                with file.open("rb") as content:
                    tar.addfile(about, content)
                tar.members.clear()  # type: ignore[attr-defined]  # it remembers all it has written
        written.flush()
        os.fsync(written.fileno())
    path.hardlink_to(draft)
