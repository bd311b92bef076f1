"""Infrastructure: a backup as a folder: written whole or not at all, and believed only where every byte is as listed.

about.json                  what it has of which jurisdiction, and who made it
CODE/schema.dump            the schema, as pg_dump writes it in its own format
CODE/checkpoint             the newest checkpoint of that schema, for information
CODE/evidence/SHA256        the evidence files
SHA256SUMS                  all of these, as `sha256sum --check` reads it
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from application.backups import NoBackup, Taken
from infrastructure.whole_files import sync_folder

FORM = 1
ABOUT = "about.json"
SUMS = "SHA256SUMS"
DUMP = "schema.dump"
CHECKPOINT = "checkpoint"
EVIDENCE = "evidence"

_NAME = rf"{ABOUT}|\d{{6,12}}/(?:{DUMP}|{CHECKPOINT}|{EVIDENCE}/[0-9a-f]{{64}})"
_LINE = re.compile(rf"(?P<digest>[0-9a-f]{{64}})  (?P<name>{_NAME})\n")
_CHUNK = 1 << 20


class About(BaseModel):
    """What a backup says of itself."""

    model_config = ConfigDict(frozen=True)

    form: int
    release: str
    made_at: datetime
    jurisdictions: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup every byte of which is as listed."""

    folder: Path
    about: About
    sums: Mapping[str, str]

    def dump(self, code: str) -> Path:
        """The schema."""
        return self.folder / code / DUMP

    def checkpoint(self, code: str) -> str | None:
        """The newest checkpoint of the schema; None where there was none."""
        name = f"{code}/{CHECKPOINT}"
        return (self.folder / name).read_text(encoding="utf-8") if name in self.sums else None

    def evidence(self, code: str) -> Sequence[Path]:
        """The evidence files."""
        return [self.folder / name for name in sorted(self.sums) if name.startswith(f"{code}/{EVIDENCE}/")]

    @property
    def bytes(self) -> int:
        """All its files together."""
        return sum((self.folder / name).stat().st_size for name in self.sums)


class Draft:
    """A backup that is being written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sums: dict[str, str] = {}

    def place(self, name: str) -> Path:
        """Where the file of this name is to be written; its folder is made."""
        path = self.folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def put(self, name: str, content: bytes) -> None:
        """Write a file."""
        with _new(self.place(name)) as file:
            file.write(content)
        self.add(name)

    def copy(self, name: str, source: Path) -> bool:
        """Copy a file that is named by the SHA-256 of what is in it; whether it is. Another is left out."""
        digest = hashlib.sha256()
        with source.open("rb") as original, _new(self.place(name)) as file:
            while chunk := original.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != source.name:
            (self.folder / name).unlink()
            return False
        self.add(name, source.name)
        return True

    def add(self, name: str, digest: str | None = None) -> None:
        """List a file that was written, as what it should be or else as what it is, once it has reached the disk."""
        path = self.folder / name
        self._sums[name] = digest or _digest(path)
        with path.open("rb") as file:
            os.fsync(file.fileno())

    def finish(self) -> None:
        """Write the list and bring all of it to the disk."""
        self.put(SUMS, _lines(self._sums).encode())
        for folder in {folder for name in self._sums for folder in (self.folder / name).parents}:
            if folder.is_relative_to(self.folder):
                sync_folder(folder)


@contextmanager
def drafted(folder: Path) -> Iterator[Draft]:
    """A backup to be written, which gets its name once all of it was read again. Raises NoBackup, OSError."""
    if folder.exists():
        raise NoBackup(f"{folder} exists already")
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}")
    draft.mkdir(mode=0o700)
    try:
        yield Draft(draft)
        draft.rename(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def read_archive(folder: Path) -> Archive:
    """The backup in a folder, after every byte of it was read. Raises NoBackup, OSError."""
    if not (folder / SUMS).is_file():
        raise NoBackup(f"{folder} is no backup: there is no {SUMS} in it")
    sums = _listed(folder)
    for name, digest in sums.items():
        if not (folder / name).is_file():
            raise NoBackup(f"{folder}: {name} is missing")
        if _digest(folder / name) != digest:
            raise NoBackup(f"{folder}: {name} is not what was written")
    archive = Archive(folder, _about(folder), sums)
    for taken in archive.about.jurisdictions:
        if f"{taken.code}/{DUMP}" not in sums or len(archive.evidence(taken.code)) != taken.evidence:
            raise NoBackup(f"{folder}: files of {taken.code} are not in {SUMS}")
    return archive


def _lines(sums: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))


def _listed(folder: Path) -> Mapping[str, str]:
    text = (folder / SUMS).read_bytes().decode(errors="replace")
    sums = {line["name"]: line["digest"] for line in _LINE.finditer(text)}
    if ABOUT not in sums or _lines(sums) != text:
        raise NoBackup(f"{folder}: {SUMS} is not what was written")
    return sums


def _about(folder: Path) -> About:
    try:
        about = About.model_validate_json((folder / ABOUT).read_bytes())
    except ValidationError:
        raise NoBackup(f"{folder}: {ABOUT} is not one this release can read") from None
    if about.form > FORM:
        raise NoBackup(f"{folder} was made by a newer release: {about.release}")
    return about


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file
