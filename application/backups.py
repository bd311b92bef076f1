"""Application: the port to backups: what is taken away of each jurisdiction, and what was brought back.

A backup is a folder of its own. Keys are never in it, nor is the checkpoint this home keeps outside the database.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class NoBackup(Exception):
    """It could not be written or brought back; the message is a sentence for whoever asked."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a backup has of one jurisdiction."""

    code: str
    schema_version: int
    """The last of the migrations it was brought up to date with."""
    postgres: int
    """The major version of the PostgreSQL it comes from."""
    position: int
    """The highest position of its log."""
    evidence: int
    """How many files of evidence."""


@dataclass(frozen=True, slots=True)
class Written:
    """A backup that was written, read again, and found to be what was written."""

    taken: Sequence[Taken]
    files: int
    bytes: int
    spoilt: Sequence[str]
    """Evidence that was left out, as it is no longer what its name says: CODE/NAME."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back of one jurisdiction."""

    taken: Taken
    evidence: int
    """How many files were not there already."""
    current: bool
    """Whether its schema has all that this release needs."""
    known_newest: bool
    """Whether the home knows of no newer checkpoint, and of this one; else nothing is signed until somebody answers."""


class Backups(Protocol):
    """The backups of one home and its database. All raise NoBackup."""

    async def write(self, folder: Path, codes: Sequence[str], keys: Path | None) -> Written:
        """Write a backup of these jurisdictions as a new folder, whole or not at all; the keys into a new file."""

    def restore(self, folder: Path, code: str | None, keys: Path | None) -> AsyncIterator[Restored]:
        """Bring a jurisdiction of a backup back, or all; the keys from their file. Each once it is there.

        Nothing is written before all of the backup was looked at. A schema that is there is never touched.
        """
