"""Application: the tree over a log, as tiles of 256 hashes that are kept and nodes a proof is made of. Pure.

A tile of level 0 holds the hashes of 256 leaves, one of the next level the roots of 256 tiles below it. A tree of any
size is so many full tiles a level, and an edge: what has no full tile yet. A proof reads no tile but rows of 16: what
lies side by side in a tile, or the roots over each 16 of its hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from application.proof import HASH_BYTES, root_of, root_of_subtrees, roots_over

BITS = 8
TILE = 1 << BITS
"""Hashes in a full tile."""


ROW_BITS = BITS // 2
ROW = 1 << ROW_BITS
"""Hashes that are read together."""


class Tile(NamedTuple):
    """A full tile: 256 hashes of a level, one after the other; the roots over each 16 of them, and over all."""

    level: int
    number: int
    root: bytes
    sixteens: bytes
    hashes: bytes

    @classmethod
    def over(cls, level: int, first: int, hashes: Sequence[bytes]) -> list[Tile]:
        """The tiles that hold these, so many that all are full; `first` is the number of the first."""
        sixteens = roots_over(hashes, ROW)
        roots = roots_over(sixteens, TILE // ROW)
        above, below = b"".join(sixteens), b"".join(hashes)
        wide, high = TILE * HASH_BYTES, TILE // ROW * HASH_BYTES
        return [
            cls(level, first + at, root, above[at * high : (at + 1) * high], below[at * wide : (at + 1) * wide])
            for at, root in enumerate(roots)
        ]


def roots_of_rows(hashes: Sequence[bytes]) -> list[bytes]:
    """The roots over each 16, as far as there are 16."""
    return roots_over(hashes[: len(hashes) - len(hashes) % ROW], ROW)


class Node(NamedTuple):
    """A complete subtree: 2**level leaves, of which the first has the number nth * 2**level."""

    level: int
    nth: int

    @property
    def row(self) -> tuple[int, int]:
        """Level and number of the row that holds what it is the root of: a level of rows every four of the tree."""
        above = self.level % ROW_BITS
        return self.level // ROW_BITS, self.nth >> ROW_BITS - above

    def hash_in(self, row: bytes) -> bytes:
        """Its root, from the hashes of its row, which may go on behind it or end with it."""
        above = self.level % ROW_BITS
        first = (self.nth << above) % ROW
        return root_of(split(row[first * HASH_BYTES : (first + (1 << above)) * HASH_BYTES]))


Path = Sequence[Sequence[Node]]
"""The steps of a proof; each is the root over complete subtrees side by side, the largest first."""


class Edge:
    """The edge of a tree, at which it grows: a level each, the hashes behind the last full tile."""

    def __init__(self, levels: Iterable[Iterable[bytes]] = ()) -> None:
        self._levels = [list(hashes) for hashes in levels]

    @property
    def size(self) -> int:
        """Leaves of the tree."""
        return sum(len(hashes) << BITS * level for level, hashes in enumerate(self._levels))

    def grow(self, leaf_hashes: Iterable[bytes]) -> list[Tile]:
        """Add leaves, and answer the tiles that are full now."""
        full: list[Tile] = []
        level, added = 0, list(leaf_hashes)
        while added:
            if level == len(self._levels):
                self._levels.append([])
            number = self.size >> BITS * (level + 1)
            hashes = self._levels[level] + added
            whole = len(hashes) - len(hashes) % TILE
            tiles = Tile.over(level, number, hashes[:whole])
            self._levels[level] = hashes[whole:]
            full += tiles
            level, added = level + 1, [tile.root for tile in tiles]
        return full

    def subtrees(self) -> list[bytes]:
        """The roots of the complete subtrees the tree is made of, the largest first."""
        return [root for hashes in reversed(self._levels) for root in _complete(hashes)]

    def leaves(self) -> list[bytes]:
        """The hashes of the leaves behind the last full tile."""
        return self._levels[0] if self._levels else []


def _complete(hashes: Sequence[bytes]) -> Iterator[bytes]:
    at = 0
    for bit in reversed(range(BITS)):
        if len(hashes) & 1 << bit:
            yield root_of(hashes[at : at + (1 << bit)])
            at += 1 << bit


def split(hashes: bytes) -> list[bytes]:
    """Hashes that lie one after the other."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def subtrees(start: int, end: int) -> list[Node]:
    """The complete subtrees from one leaf to another, the largest first; `start` is where the largest may begin."""
    found = []
    for level in reversed(range((end - start).bit_length())):
        if (end - start) >> level & 1:
            found.append(Node(level, start >> level))
            start += 1 << level
    return found


def inclusion_path(number: int, size: int) -> Path:
    """What proves leaf `number` in a tree of `size` leaves (RFC 6962 §2.1.1)."""
    steps: list[Sequence[Node]] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _half(end - start)
        left = number < middle
        steps.append(subtrees(middle, end) if left else subtrees(start, middle))
        start, end = (start, middle) if left else (middle, end)
    return steps[::-1]


def path_above(row: int, size: int) -> Path:
    """What is left of that path behind the root over the 16 leaves, or fewer at the end, of a row of level 0."""
    first = row * ROW
    return inclusion_path(first, size)[(min(ROW, size - first) - 1).bit_length() :]


def paths_within(leaf_hashes: Sequence[bytes]) -> list[list[bytes]]:
    """The path of each leaf of a small tree."""
    paths: list[list[bytes]] = [[] for _ in leaf_hashes]
    level, below = list(leaf_hashes), 0
    while len(level) > 1:
        for number, path in enumerate(paths):
            beside = number >> below ^ 1
            if beside < len(level):
                path.append(level[beside])
        level, below = [root_of(level[at : at + 2]) for at in range(0, len(level), 2)], below + 1
    return paths


def consistency_path(old_size: int, size: int) -> Path:
    """What proves that a tree of `size` leaves begins with the one of `old_size`, of at least one (RFC 6962 §2.1.2)."""
    steps: list[Sequence[Node]] = []
    start, end = 0, size
    while old_size < end:
        middle = start + _half(end - start)
        left = old_size <= middle
        steps.append(subtrees(middle, end) if left else subtrees(start, middle))
        start, end = (start, middle) if left else (middle, end)
    if start:
        steps.append(subtrees(start, end))
    return steps[::-1]


def _half(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def hashes_of(path: Path, known: Mapping[Node, bytes], rows: Mapping[tuple[int, int], bytes]) -> tuple[bytes, ...]:
    """The hashes of a path, from subtrees known by themselves and from the rows of all others."""
    return tuple(
        root_of_subtrees([known[node] if node in known else node.hash_in(rows[node.row]) for node in step])
        for step in path
    )
