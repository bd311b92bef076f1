"""The product's sequencer as a process of its own, which says how far it has signed and stands still where it is told.

python -m tests.faults.sequencing URL HOME POINT PASS: at that pass it stops at the failpoint and waits to be killed:
`signed`, before anything of it is committed; `committed`, before it is kept outside; `drafted`, before what is kept
outside has its name. `kept-first` is a sequencer broken on purpose: it keeps a checkpoint outside, and then commits.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from application.checkpoints import Published
from application.sequencing import Sequencer
from application.tree import Tile
from infrastructure import whole_files
from infrastructure.transparency.outside import CheckpointFile
from infrastructure.transparency.trees import PostgresTree, PostgresTrees
from tests.conftest import JURISDICTION
from tests.infrastructure.transparency.signed import Signed, signed_at

SIGNED, STOOD_AT = "signed", "stands at"
POINTS = ("signed", "committed", "drafted")


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


class Failpoint:
    """Counts the passes that sign something; at one of them it stands still for ever."""

    def __init__(self, point: str, at: int) -> None:
        self.point = point
        self.at = at
        self.passes = 0

    def reached(self, point: str) -> None:
        if point == self.point and self.passes >= self.at:
            say(f"{STOOD_AT} {point}")
            while True:
                signal.pause()  # until it is killed: nothing else is to be heard of it


class Telling(PostgresTrees):
    """Says what it has published."""

    def __init__(self, signed: Signed, failpoint: Failpoint, outside: CheckpointFile) -> None:
        super().__init__(signed.pool, JURISDICTION)
        self.failpoint = failpoint
        self.outside = outside

    @asynccontextmanager
    async def extended(self) -> AsyncIterator[PostgresTree | None]:
        extended: list[Published] = []
        async with super().extended() as tree:
            if tree is not None:
                tree.extend = self._telling(tree, extended)  # type: ignore[method-assign]
            yield tree
            if extended and self.failpoint.point == "kept-first":
                await self.outside.keep(extended[0].note)
            if extended:
                self.failpoint.reached("kept-first")
                self.failpoint.reached("signed")
        if extended:
            say(f"{SIGNED} {extended[0].size}")
            self.failpoint.reached("committed")

    def _telling(self, tree: PostgresTree, extended: list[Published]):  # type: ignore[no-untyped-def]
        extend = tree.extend

        async def telling(tiles: Sequence[Tile], checkpoint: Published, leaves: Sequence[bytes]) -> None:
            await extend(tiles, checkpoint, leaves)
            self.failpoint.passes += 1
            extended.append(checkpoint)

        return telling


async def main(url: str, home: Path, point: str, at: int) -> None:
    failpoint = Failpoint(point, at)
    replace = Path.replace

    def replaced(self: Path, target: Path) -> Path:
        failpoint.reached("drafted")
        return replace(self, target)

    whole_files.Path.replace = replaced  # type: ignore[method-assign]
    async with signed_at(url, home) as signed:
        trees = Telling(signed, failpoint, signed.outside)
        await Sequencer(signed.log, trees, signed.signer, signed.outside, signed.origins).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
