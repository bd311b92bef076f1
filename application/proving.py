"""Application: proofs from the tiles of a tree: of a position, of one checkpoint by another, and as a receipt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from application.checkpoints import Published, Trees
from application.tree import Path, consistency_path, hashes_of, inclusion_path, subtrees
from domain.refusals import CONTRACT, Rule, RuleBroken, Unknown

NOT_PUBLISHED = Rule("checkpoint.unknown", "no checkpoint of this size was ever published", CONTRACT)
NOT_UNDER_IT = Rule("proof.not_included", "the checkpoint is of fewer events than that", CONTRACT)


class Inclusion(NamedTuple):
    """That the event at a position lies under a checkpoint."""

    position: int
    checkpoint: Published
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Proofs:
    """The proofs of one log."""

    trees: Trees

    async def checkpoint(self, size: int | None = None) -> Published:
        """The newest checkpoint, or the one of this size. Raises Unknown, Unavailable."""
        found = await self.trees.checkpoint(size)
        if found is None:
            raise Unknown(NOT_PUBLISHED, None if size is None else "size")
        return found

    async def inclusion(self, position: int, size: int | None = None) -> Inclusion:
        """That a position lies under the newest checkpoint, or the one of this size.

        Raises Unknown, RuleBroken for a checkpoint of fewer events, Unavailable.
        """
        checkpoint = await self.checkpoint(size)
        if not 0 < position <= checkpoint.size:
            raise RuleBroken(NOT_UNDER_IT, "position")
        path = inclusion_path(position - 1, checkpoint.size)
        return Inclusion(position, checkpoint, await self._hashes(path, checkpoint))

    async def consistency(self, old_size: int, size: int) -> tuple[bytes, ...]:
        """That one checkpoint begins with another. Raises Unknown, RuleBroken, Unavailable."""
        await self.checkpoint(old_size)
        checkpoint = await self.checkpoint(size)
        if old_size > size:
            raise RuleBroken(NOT_UNDER_IT, "old_size")
        return await self._hashes(consistency_path(old_size, size), checkpoint)

    async def _hashes(self, path: Path, under: Published) -> tuple[bytes, ...]:
        known = dict(zip(subtrees(0, under.size), under.subtrees, strict=True))
        wanted: Iterable[tuple[int, int]] = {node.tile for step in path for node in step if node not in known}
        return hashes_of(path, known, await self.trees.hashes(under.size, sorted(wanted)))
