"""Application: the small ports. Time, chance and the evidence folder; the log has a module of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Now, with an offset."""


class Chance(Protocol):
    """Whatever has to be unforeseeable or new."""

    def id(self) -> UUID:
        """A new UUIDv7."""

    def salt(self) -> bytes:
        """16 random bytes."""


class ViewedTexts(Protocol):
    """The texts of one jurisdiction's hazards, wherever a view holds them."""

    async def forget(self, hazard_ids: Sequence[UUID]) -> None:
        """Empty the texts of these hazards that were erased, whatever view they lie in. Raises Unavailable."""


class EvidenceStore(Protocol):
    """Files of one jurisdiction, write-once, named by the SHA-256 of their bytes."""

    async def keep(self, chunks: AsyncIterator[bytes]) -> str:
        """Store a file and answer its name; storing the same bytes again changes nothing. Raises Refusal."""

    async def missing(self, names: Iterable[str]) -> set[str]:
        """Those of the names nothing is stored under."""

    def open(self, name: str) -> AsyncIterator[bytes] | None:
        """The bytes of a file, or None."""
