"""Application: the ports to the tree over a log, its signed checkpoints, the key, and what is kept outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol
from uuid import UUID

from application.proof import Key, Signature
from application.tree import Edge, Tile


class Published(NamedTuple):
    """A checkpoint as it lies beside the log."""

    size: int
    root: bytes
    note: str
    """Signed by the log, without cosignatures."""
    subtrees: tuple[bytes, ...]
    """The roots of the complete subtrees the tree is made of, the largest first."""


class Where(NamedTuple):
    """Where log and checkpoints stand."""

    head: int
    """The highest position."""
    newest: Published | None

    @property
    def size(self) -> int:
        """Events under the newest checkpoint."""
        return self.newest.size if self.newest else 0

    @property
    def behind(self) -> int:
        """Events it does not cover; fewer than none where the log ends before it."""
        return self.head - self.size


class Tree(Protocol):
    """The tree of one log, within a transaction."""

    async def where(self) -> Where:
        """Where log and checkpoints stand."""

    async def following(self, after: int, limit: int) -> int:
        """How many of the `limit` positions past one hold an event."""

    async def root_at(self, size: int) -> bytes | None:
        """The root of the checkpoint of this size, where there is one."""

    async def hashed(self, after: int, limit: int) -> Sequence[bytes]:
        """The leaf hashes of the `limit` positions past one, made anew from the rows as they lie there."""

    async def edge(self, size: int) -> Edge:
        """The edge of the tree at a checkpoint of this size."""

    async def extend(self, tiles: Sequence[Tile], checkpoint: Published, leaves: Sequence[bytes]) -> None:
        """Keep full tiles, a checkpoint, and the leaves it adds to the tile that is not full."""


class Trees(Protocol):
    """The tree of one log. All raise Unavailable."""

    def looked_at(self) -> AbstractAsyncContextManager[Tree]:
        """To look at."""

    def extended(self) -> AbstractAsyncContextManager[Tree | None]:
        """To extend, alone; None where another process is at it. Published once the context has ended well."""

    async def checkpoint(self, size: int | None = None) -> Published | None:
        """The newest, or the one of this size."""

    async def rows(self, size: int, rows: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """The hashes of rows by level and number, as far as the tree goes at a checkpoint of this size."""

    async def cosignatures(self, size: int) -> Sequence[str]:
        """The signature lines of the witnesses of a checkpoint."""

    async def cosign(self, size: int, witness_id: UUID, line: str) -> None:
        """Keep the signature line of a witness; the first one of each stays."""


class Signer(Protocol):
    """The key of the log. It lies outside the database and never leaves its file. Raises OSError."""

    def public(self, origin: str) -> Key:
        """Its public side, under the name of a log."""

    def sign(self, text: str, origin: str) -> Signature:
        """Its signature of a checkpoint."""


class Kept(NamedTuple):
    """What a home keeps outside the database of what was signed."""

    note: str | None
    """The newest checkpoint it has seen; None before the first."""
    restored: int | None
    """The highest position of the log as a backup brought it back, where nobody here knew what was signed since."""


class Outside(Protocol):
    """What is not set back with the database. Raises OSError."""

    async def read(self) -> Kept:
        """What is kept."""

    async def keep(self, note: str) -> None:
        """Put a note in its place, whole whenever the machine stops."""
