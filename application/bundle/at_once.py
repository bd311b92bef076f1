"""Application: a piece of a bundle in which nothing is wrong, seen at once: one step for all rows is faster than many.

Whatever is not as it is in nearly every piece is left to those who look row by row, who can say what it is.
"""

from __future__ import annotations

from binascii import hexlify, unhexlify
from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate
from operator import le, lt
from pathlib import Path
from re import Pattern
from typing import NamedTuple

from application.bundle.climbing import Climbing
from application.bundle.lines import (
    COMMITTED,
    EVENT_LINES,
    GROUP,
    LONGEST_LINE,
    STREAM_ID,
    TEXT_LINES,
    Part,
    commitments,
    evidence_named,
)
from application.bundle.rows import Rules, Shown
from application.proof import leaf_hashes, roots_over

MOST_BYTES = 32 << 20
"""Of a file, looked at at once."""

SEAL = 64
"""Characters of a commitment."""


class Piece(NamedTuple):
    """Which lines of the three files belong together."""

    events: Part
    texts: Part | None
    proofs: Part | None
    after: int
    """The position before its first row; 0 before the first of all."""
    rules: Rules
    size: int
    root: bytes
    """Of the tree its rows have to be in."""
    kept: int
    """The group of 16 positions whose leaf hashes are wanted."""
    evidence: bool


class Found(NamedTuple):
    """What a piece shows, and of the groups of 16 rows that are whole and proven the roots, one after the other."""

    shown: Shown
    roots: bytes
    edge: bytes
    """The leaf hashes of the group wanted, where it is one of them."""


def all_holds(piece: Piece) -> Found | None:
    """What it shows if all of it holds and every position is there; None where that can't be told. Raises OSError."""
    rules, after = piece.rules, piece.after
    events = _block(piece.events)
    rows = _lines(events, EVENT_LINES)
    if not events or not rows or not rules.dense or piece.proofs is None or after % GROUP:
        return None
    lines, numbers, recorded, streams, versions = zip(*rows, strict=True)
    last = after + len(rows)
    positions, whole = ([*map(int, some)] for some in (numbers, versions))
    # Numbers of as many digits are in order where the digits are.
    in_order = (
        positions == [*range(after + 1, last + 1)]
        and len({*map(len, recorded)}) == 1
        and not recorded[0].startswith(b"-")
        and all(map(le, recorded, recorded[1:]))
    )
    complete = last <= rules.last and (last % GROUP == 0 or last == piece.size)
    if not in_order or not complete or not rules.erasures.keys().isdisjoint(streams):
        return None
    shown = Shown(rows=len(rows), proven=len(rows), recorded=(int(recorded[0]), int(recorded[-1])), position=last)
    leaves = leaf_hashes(lines)
    roots = _roots(piece, leaves)
    if (
        roots is None
        or not _versions(shown, streams, whole, after)
        or not _texts(piece.texts, shown, events, lines, after)
    ):
        return None
    if piece.evidence:
        shown.evidence.update(*map(evidence_named, lines))
    edge = piece.kept * GROUP - after
    return Found(shown, roots, b"".join(leaves[edge : edge + GROUP]) if edge >= 0 else b"")


def _lines(block: bytes | None, form: Pattern[bytes]) -> list[tuple[bytes, ...]] | None:
    """Its lines or parts of lines, each with what it says; None where it is not made of this form alone."""
    found = [] if block is None else form.findall(block)
    return found if block is not None and sum([len(one[0]) for one in found]) == len(block) else None


def _block(part: Part) -> bytes | None:
    if part.end - part.start > MOST_BYTES:
        return None
    with Path(part.path).open("rb") as file:
        file.seek(part.start)
        block = file.read(part.end - part.start)
    return block if len(block) <= LONGEST_LINE or max(map(len, block.split(b"\n"))) <= LONGEST_LINE else None


def _versions(shown: Shown, streams: Sequence[bytes], versions: Sequence[int], after: int) -> bool:
    """Whether the versions of every stream follow on each other, and every stream is one."""
    lasts = shown.lasts
    for stream, version in zip(streams, versions, strict=True):
        if lasts.get(stream, version - 1) != version - 1:
            return False
        lasts[stream] = version
    backwards = zip(reversed(versions), range(after + len(versions), after, -1), strict=True)
    firsts = dict(zip(reversed(streams), backwards, strict=True))
    shown.begins = {stream: firsts[stream] for stream in lasts}  # in their order, in which faults are told
    return all(map(STREAM_ID.fullmatch, lasts))


def _roots(piece: Piece, leaves: list[bytes]) -> bytes | None:
    """The roots of all groups, where each is proven."""
    block = None if piece.proofs is None else _block(piece.proofs)
    if block is None:
        return None
    climbing, roots, begin = Climbing(piece.size, piece.root), roots_over(leaves, GROUP), 0
    for number, root in enumerate(roots, piece.after // GROUP):
        head, end = b'{"first":%d,"above":[' % (number * GROUP + 1), block.find(b"\n", begin)
        opens, closes = begin + len(head), block.find(b"]", begin, end)
        formed = (
            block.startswith(head, begin)
            and block.startswith(b'],"rows":{', closes)
            and block.startswith(b"}}\n", end - len(b"}}"))
        )
        if closes < 0 or not formed or not climbing.climbs(number, root, block[opens:closes]):
            return None
        begin = end + len(b"\n")
    return b"".join(roots) if begin == len(block) else None


def _texts(part: Part | None, shown: Shown, events: bytes, lines: Sequence[bytes], after: int) -> bool:
    """Whether every text that was committed to is there, where it has to be; or none is to be there."""
    parts = events.split(COMMITTED)
    if part is None:
        shown.absent = len(commitments(events))
        return shown.absent == len(parts) - 1
    block = _block(part)
    texts = _lines(block, TEXT_LINES)
    if block is None or texts is None or len(texts) != len(parts) - 1:
        return False
    shown.checked = len(texts)
    begins = [at for at, one in enumerate(texts) if one[1]]
    ends = [at for at, one in enumerate(texts, 1) if one[5]]
    rows = [int(texts[at][1]) - after - 1 for at in begins]
    try:
        made = b"".join([sha256(unhexlify(one[3]) + one[4]).digest() for one in texts])
        block.decode()
    except ValueError:
        return False
    if [0, *ends] != [*begins, len(texts)] or not all(map(lt, [-1, *rows], [*rows, len(lines)])):
        return False
    # Commitments and texts follow on each other alike: so each is in its place where those of a row lie in its line.
    borders = [0, *accumulate(map(len, lines))]
    committed = [0, *accumulate([len(one) + len(COMMITTED) for one in parts])]
    placed = [
        borders[row] < committed[begin + 1] and committed[end] <= borders[row + 1]
        for row, begin, end in zip(rows, begins, ends, strict=True)
    ]
    seals = [one[2] for one in texts]
    named = b'"}'.join([*seals, b""]) == b"".join([one[: SEAL + 2] for one in parts[1:]])
    return all(placed) and named and hexlify(made) == b"".join(seals)
