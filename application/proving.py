"""Application: proofs from the tiles of a tree: of a position, of one checkpoint by another, and as a receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from application.checkpoints import Published, Signer, Trees
from application.discontinuities import Origins
from application.log import EventLog, Unavailable
from application.proof import Key, Receipt, envelope, microseconds
from application.questions import WAIT_SECONDS
from application.sequencing import INTERVAL_SECONDS
from application.tree import (
    Path,
    consistency_path,
    hashes_of,
    inclusion_path,
    path_above,
    paths_within,
    split,
    subtrees,
)
from domain.refusals import CONTRACT, Rule, RuleBroken, Unknown

NOT_PUBLISHED = Rule("checkpoint.unknown", "no checkpoint of this size was ever published", CONTRACT)
NO_EVENT = Rule("event.unknown", "the log holds no event at this position", CONTRACT)
NOT_UNDER_IT = Rule("proof.not_included", "the checkpoint is of fewer events than that", CONTRACT)


class Inclusion(NamedTuple):
    """That the event at a position lies under a checkpoint."""

    position: int
    checkpoint: Published
    path: tuple[bytes, ...]


class Group(NamedTuple):
    """The paths of up to 16 positions side by side: of each as far as their common root, and from there on."""

    number: int
    within: Sequence[Sequence[bytes]]
    above: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Proofs:
    """The proofs of one log."""

    log: EventLog
    trees: Trees
    signer: Signer
    origins: Origins

    async def key(self) -> Key:
        """The key the log is signed with now. Raises Unavailable."""
        try:
            return self.signer.public((await self.origins.look()).name)
        except OSError as error:
            raise Unavailable(60) from error

    async def checkpoint(self, size: int | None = None) -> Published:
        """The newest checkpoint, or the one of this size. Raises Unknown, Unavailable."""
        found = await self.trees.checkpoint(size)
        if found is None:
            raise Unknown(NOT_PUBLISHED, None if size is None else "size")
        return found

    async def note(self, checkpoint: Published) -> str:
        """The signed checkpoint with the cosignatures it has. Raises Unavailable."""
        return checkpoint.note + "".join(await self.trees.cosignatures(checkpoint.size))

    async def covered(self, position: int) -> None:
        """Return once a checkpoint covers a position of the log. Raises Unavailable after 5 seconds."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while True:
                    newest = await self.trees.checkpoint()
                    if newest is not None and newest.size >= position:
                        return
                    await asyncio.sleep(INTERVAL_SECONDS / 2)
        except TimeoutError:
            raise Unavailable from None

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

    async def receipt(self, position: int) -> str:
        """That the event at a position is in the log, to be shown to anybody. Raises Unknown, Unavailable."""
        found = await self.log.read_after(position - 1, 1)
        if position < 1 or not found or found[0].position != position:
            raise Unknown(NO_EVENT)
        await self.covered(position)
        one = found[0]
        inclusion = await self.inclusion(position)
        recorded, stream = microseconds(one.recorded_at), str(one.stream_id).encode()
        leaf = envelope(position, recorded, stream, one.version, one.name.encode(), one.state)
        return str(Receipt(position - 1, inclusion.path, await self.note(inclusion.checkpoint), leaf))

    async def groups(self, numbers: Sequence[int], under: Published) -> Sequence[Group]:
        """What proves the positions of these groups of 16 under a checkpoint. Raises Unavailable."""
        paths = [path_above(number, under.size) for number in numbers]
        known = dict(zip(subtrees(0, under.size), under.subtrees, strict=True))
        wanted = {node.row for path in paths for step in path for node in step if node not in known}
        rows = await self.trees.rows(under.size, sorted(wanted | {(0, number) for number in numbers}))
        return [
            Group(number, paths_within(split(rows[0, number])), hashes_of(path, known, rows))
            for number, path in zip(numbers, paths, strict=True)
        ]

    async def _hashes(self, path: Path, under: Published) -> tuple[bytes, ...]:
        known = dict(zip(subtrees(0, under.size), under.subtrees, strict=True))
        wanted = {node.row for step in path for node in step if node not in known}
        return hashes_of(path, known, await self.trees.rows(under.size, sorted(wanted)))
