"""Application: where the files of a bundle lie: in a folder, or one behind the other in a plain .tar.

Nothing is unpacked or written, only files of names a bundle has are opened, and no link is followed.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

from application.bundle.lines import (
    CATALOGUE,
    CHECKPOINT,
    CONSISTENCY,
    EVENTS,
    EVIDENCE,
    KEYS,
    MANIFEST,
    PROOFS,
    TEXTS,
    Part,
)

NAMES = frozenset({MANIFEST, CHECKPOINT, KEYS, CONSISTENCY, EVENTS, TEXTS, PROOFS, CATALOGUE})
MOST_ODD = 100
"""Things that do not belong there, of which each is told."""

_EVIDENCE = re.compile(re.escape(EVIDENCE) + "[0-9a-f]{64}")
_MOST_OF_A_HEADER = 1 << 16


class NoBundle(Exception):
    """It can't be read as a bundle; the message says why."""


@dataclass(slots=True)
class Container:
    """The files found."""

    path: str
    parts: dict[str, Part] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    """What does not belong there, in sentences."""

    def evidence(self) -> Iterator[tuple[str, Part]]:
        """The pieces of evidence, each by its name. Raises NoBundle, OSError."""
        for name, part in _files(self.path):
            if part is not None and _EVIDENCE.fullmatch(name):
                yield name.removeprefix(EVIDENCE), part

    def small(self, name: str, most: int = 1 << 18) -> bytes | None:
        """All of a file that has to be small; None where it is missing. Raises NoBundle, OSError."""
        part = self.parts.get(name)
        if part is None:
            return None
        if part.end - part.start > most:
            raise NoBundle(f"{name} has more than {most} bytes")
        with Path(part.path).open("rb") as file:
            file.seek(part.start)
            return file.read(part.end - part.start)


def opened(path: str) -> Container:
    """The files of a bundle. Raises NoBundle, OSError."""
    found = Container(path)
    for name, part in _files(path):
        if name in NAMES and part is not None and name not in found.parts:
            found.parts[name] = part
        elif part is None or not _EVIDENCE.fullmatch(name):
            known = f"{name} is " + ("there twice" if name in found.parts else "no plain file")
            says = known if name in NAMES else f"{_shown(name)} does not belong to a bundle"
            if len(found.odd) < MOST_ODD:
                found.odd.append(says)
    if MANIFEST not in found.parts:
        raise NoBundle(f"this is no bundle: it has no {MANIFEST}")
    return found


def _files(path: str) -> Iterator[tuple[str, Part | None]]:
    """Every file by its name in the bundle; None for what is no plain one."""
    if stat.S_ISDIR(Path(path).stat().st_mode):
        yield from _in_folder(path, "")
    else:
        yield from _in_tar(path)


def _in_folder(path: str, within: str) -> Iterator[tuple[str, Part | None]]:
    with os.scandir(path) as entries:
        for entry in entries:
            name = within + entry.name
            if name == EVIDENCE.rstrip("/") and entry.is_dir(follow_symlinks=False):
                yield from _in_folder(entry.path, EVIDENCE)
            elif entry.is_file(follow_symlinks=False):
                yield name, Part(entry.path, 0, entry.stat(follow_symlinks=False).st_size)
            else:
                yield name, None


class _Headers(FileIO):
    """A file of which only little is ever read at a time: what a header claims to be long is not believed."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= _MOST_OF_A_HEADER:
            raise NoBundle("this .tar has a header of more than 64 KiB")
        return super().read(size) or b""


def _in_tar(path: str) -> Iterator[tuple[str, Part | None]]:
    before, whole = -1, Path(path).stat().st_size
    try:
        with _Headers(path) as file, tarfile.open(fileobj=file, mode="r:") as tar:
            while (member := tar.next()) is not None:
                tar.members.clear()  # type: ignore[attr-defined]  # it remembers all it has passed
                end = member.offset_data + member.size
                if member.offset <= before or not 0 < member.offset_data <= end:
                    raise NoBundle("this .tar leads in a circle")
                if end > whole:
                    raise NoBundle(f"this .tar is cut off within {_shown(member.name)}")
                before = member.offset
                plain = member.isreg() and not member.issparse()
                if not member.isdir() or member.name != EVIDENCE.rstrip("/"):
                    yield member.name, Part(path, member.offset_data, end) if plain else None
    except tarfile.ReadError as error:
        raise NoBundle(f"this is no folder, and no .tar that can be read: {error}") from None
    except (tarfile.TarError, ValueError, OverflowError, RecursionError, EOFError, LookupError, struct.error):
        raise NoBundle("this .tar can't be read") from None


def _shown(name: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in name[:200])
