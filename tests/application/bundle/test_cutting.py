"""A bundle in pieces: every line lies in one, and beside its rows those of their texts and proofs."""

from __future__ import annotations

from itertools import chain, pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.bundle import cutting
from application.bundle.at_once import Piece
from application.bundle.cutting import cut
from application.bundle.lines import GROUP, Part
from application.bundle.rows import Rules


def line(what: bytes, number: int, length: int) -> bytes:
    return b'{"%b":%d,%b}\n' % (what, number, b"x" * length)


def part(folder: str, name: str, lines: list[bytes]) -> Part:
    """A file of these lines, between what is none of it."""
    file, before, held = Path(folder) / name, b"\n\nbefore" * 9, b"".join(lines)
    file.write_bytes(before + held + line(b"position", 1, 9))
    return Part(str(file), len(before), len(before) + len(held))


def numbers(part: Part | None) -> list[int]:
    assert part is not None
    return [int(one.partition(b":")[2].partition(b",")[0]) for one in part.lines()]


def group(position: int) -> int:
    return (position - 1) // GROUP


@given(size=st.integers(1, 400), piece=st.integers(1, 3000), near=st.integers(1, 600), chance=st.integers())
def test_every_line_lies_in_the_piece_of_its_row(size: int, piece: int, near: int, chance: int) -> None:
    some = Random(chance)
    here = [position for position in range(1, size + 1) if some.random() < 0.9]
    events = [line(b"position", position, some.randrange(300)) for position in here]
    texts = [line(b"position", position, some.randrange(600)) for position in here if some.random() < 0.7]
    proofs = [line(b"first", first, some.randrange(900)) for first in range(1, size + 1, GROUP)]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "PIECE", piece)
        patch.setattr(cutting, "NEAR", near)
        parts = part(folder, "events", events), part(folder, "texts", texts), part(folder, "proofs", proofs)
        pieces = [*cut(Piece(*parts, 0, Rules(size), size, b"", -1, False))]
        found = [(numbers(one.events), numbers(one.texts), numbers(one.proofs)) for one in pieces]
        left = [numbers(one) for one in parts]

    assert [[*chain(*some)] for some in zip(*found, strict=True)] == left
    assert [one.after for one in pieces] == [0, *(events[-1] for events, _, _ in found[:-1])]
    assert all(one.events.end - one.events.start >= piece for one in pieces[:-1])
    for (held, said, proven), (later, said_later, proven_later) in pairwise(found):
        assert group(held[-1]) < group(later[0])
        assert max(said, default=0) < later[0] <= min(said_later, default=later[0])
        assert max(map(group, proven), default=-1) < group(later[0])
        assert group(later[0]) <= min(map(group, proven_later), default=group(later[0]))


@given(size=st.integers(1, 200), piece=st.integers(1, 3000), near=st.integers(1, 600), chance=st.integers())
def test_in_whatever_order_lines_are_each_lies_in_one_piece(size: int, piece: int, near: int, chance: int) -> None:
    some = Random(chance)
    names = "events", "texts", "proofs"
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "PIECE", piece)
        patch.setattr(cutting, "NEAR", near)
        kinds = [[line(b"position", some.randrange(size), some.randrange(300)) for _ in range(size)] for _ in names]
        kinds[some.randrange(3)].insert(some.randrange(size), b"no line of any\n")
        parts = [part(folder, name, lines) for name, lines in zip(names, kinds, strict=True)]
        pieces = [*cut(Piece(*parts, 0, Rules(size), size, b"", -1, False))]

    for whole, cuts in zip(parts, zip(*(one[:3] for one in pieces), strict=True), strict=True):
        assert (cuts[0].start, cuts[-1].end) == (whole.start, whole.end)
        assert all(first.end == second.start for first, second in pairwise(cuts))


def test_rows_that_all_say_they_are_of_one_group_are_cut_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "PIECE", 1000)
    events = part(str(tmp_path), "events", [line(b"position", 5, 9)] * 1000)

    assert len([*cut(Piece(events, None, None, 0, Rules(1000), 1000, b"", -1, False))]) > 10


@pytest.mark.parametrize("odd", [b"no line of an event\n", b"x" * (1 << 20) + b"\n", b"without an end"])
def test_behind_a_line_that_cannot_be_read_nothing_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: bytes
) -> None:
    monkeypatch.setattr(cutting, "PIECE", 1)
    events = [line(b"position", position, 9) for position in range(1, 3 * GROUP)]
    proofs = [line(b"first", first, 9) for first in (1, GROUP + 1, 2 * GROUP + 1)]
    events.insert(GROUP + 2, odd)
    whole = Piece(
        part(str(tmp_path), "events", events), None, part(str(tmp_path), "proofs", proofs),
        0, Rules(3 * GROUP), 3 * GROUP, b"", -1, False,
    )  # fmt: skip

    first, rest = cut(whole)

    assert numbers(first.events) == [*range(1, GROUP + 1)]
    assert (rest.after, rest.events.end) == (GROUP, whole.events.end)
    assert numbers(rest.proofs) == [GROUP + 1, 2 * GROUP + 1]
