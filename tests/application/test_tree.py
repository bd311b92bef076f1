"""The tree as tiles gives the roots and proofs of the standard, whatever it grew by and wherever a tile ends."""

from __future__ import annotations

from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from application.proof import leaf_hash, root_of, root_of_subtrees, verify_consistency, verify_inclusion
from application.tree import (
    ROW,
    TILE,
    Edge,
    Path,
    Tile,
    consistency_path,
    hashes_of,
    inclusion_path,
    roots_of_rows,
    split,
    subtrees,
)
from tests.application import naive_tree

LARGEST = 2 * TILE * TILE + 3 * TILE + 5
HASHES = [leaf_hash(b"leaf %d" % number) for number in range(LARGEST)]

unhurried = settings(deadline=None)
small = st.integers(1, 40)
sizes = st.integers(1, LARGEST) | st.sampled_from([TILE - 1, TILE, TILE + 1, TILE * TILE, TILE * TILE + 1])


def grown(*sizes: int) -> tuple[Edge, list[Tile]]:
    edge, tiles, before = Edge(), [], 0
    for size in sizes:
        tiles += edge.grow(HASHES[before:size])
        before = size
    return edge, tiles


@cache
def root(size: int) -> bytes:
    return root_of(HASHES[:size])


@cache
def whole() -> dict[tuple[int, int], bytes]:
    """Every row of the largest tree, those at its edge as far as they go."""
    levels = [HASHES]
    while len(levels[-1]) >= ROW:
        levels.append(roots_of_rows(levels[-1]))
    found = {
        (level, at // ROW): b"".join(hashes[at : at + ROW])
        for level, hashes in enumerate(levels)
        for at in range(0, len(hashes), ROW)
    }
    for tile in grown(LARGEST)[1]:
        assert found[2 * tile.level + 1, tile.number] == tile.sixteens
        assert found[2 * tile.level, tile.number * ROW] == tile.hashes[: ROW * 32]
    return found


def proof_of(path: Path, size: int) -> tuple[bytes, ...]:
    edge, _ = grown(size)
    return hashes_of(path, dict(zip(subtrees(0, size), edge.subtrees(), strict=True)), whole())


@unhurried
@given(cuts=st.sets(st.integers(1, 3 * TILE), min_size=1))
def test_however_it_grew_it_is_the_same_tree(cuts: set[int]) -> None:
    size = max(cuts)
    step_by_step, at_once = grown(*sorted(cuts)), grown(size)
    assert sorted(step_by_step[1]) == sorted(at_once[1])
    assert step_by_step[0].subtrees() == at_once[0].subtrees()
    assert step_by_step[0].leaves() == HASHES[size // TILE * TILE : size]
    assert step_by_step[0].size == size
    assert root_of_subtrees(at_once[0].subtrees()) == root(size)


def test_tiles_are_numbered_level_by_level() -> None:
    _, tiles = grown(TILE + 1, LARGEST)
    numbers = [[tile.number for tile in tiles if tile.level == level] for level in range(3)]
    assert numbers == [list(range(2 * TILE + 3)), [0, 1], []]
    assert all(tile.root == root_of(split(tile.hashes)) for tile in tiles)


@unhurried
@given(size=small, data=st.data())
def test_paths_are_those_of_the_standard(size: int, data: st.DataObject) -> None:
    leaves = [b"leaf %d" % number for number in range(size)]
    number, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert list(proof_of(inclusion_path(number, size), size)) == naive_tree.path(number, leaves)
    assert list(proof_of(consistency_path(old, size), size)) == naive_tree.proof(old, leaves)


@unhurried
@given(size=sizes, data=st.data())
@example(size=TILE * TILE, data=None)
def test_every_leaf_of_a_large_tree_is_proved(size: int, data: st.DataObject | None) -> None:
    number = size - 1 if data is None else data.draw(st.integers(0, size - 1))
    path = proof_of(inclusion_path(number, size), size)
    verify_inclusion(HASHES[number], number, size, path, root(size))


@unhurried
@given(size=sizes, data=st.data())
@example(size=TILE * TILE, data=None)
def test_every_smaller_tree_is_proved_to_be_its_beginning(size: int, data: st.DataObject | None) -> None:
    old = size - 1 if data is None else data.draw(st.integers(1, size))
    verify_consistency(old, root(old), size, root(size), proof_of(consistency_path(old, size), size))
