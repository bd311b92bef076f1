"""Application: a piece of a bundle: some of its rows, the texts and proofs of these, and what they show.

Pieces show what they show without each other, so that as many are looked at together as there are processors.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from re import Match, Pattern

from application.bundle.at_once import Found, Piece, all_holds
from application.bundle.climbing import Climbing, hash_in
from application.bundle.lines import (
    EVENTS,
    GROUP,
    PROOF,
    PROOFS,
    TEXT,
    TEXTS,
    NoRow,
    Part,
    Row,
    said,
)
from application.bundle.rows import Rows, Shown
from application.proof import NotProven, root_of, verify_inclusion

MOST_OF_GROUP = 16 * GROUP
"""Rows that may say they are of one group before the rest is not looked at: it has 16 places."""

NOT_SIGNED = "it is not what was signed, or its proof was changed"
NO_PROOF = "its proof is missing"
TOO_NEW = "it is newer than the checkpoint: nothing proves it"
NO_ROW_PROVED = "its proof is here, and it is missing"
NO_ROW_SAID = "its texts are here, and it is missing or out of order"


def looked_at(piece: Piece) -> Found:
    """What it shows, at once where all of it holds, else row by row. Raises OSError."""
    return all_holds(piece) or row_by_row(piece)


def row_by_row(piece: Piece) -> Found:
    """What each of its rows shows. Raises OSError."""
    rows = Rows(piece.rules, piece.after, first_here=False, evidence=piece.evidence)
    proofs = _Proofs(piece, rows.shown)
    texts = _Beside(piece.texts, TEXT, TEXTS, rows.shown, NO_ROW_SAID)
    lines = piece.events.lines()
    while True:
        try:
            line = next(lines, None)
            if line is None:
                break
            row = Row.of(line)
        except NoRow as bad:
            rows.shown.fault(0, f"{EVENTS}, behind position {rows.shown.position}: {bad}")
            continue
        found = texts.at(row.position)
        rows.take(row, None if found is None else found[2] or _held(found))
        proofs.take(row.position, row.leaf)
    texts.rest()
    proofs.rest()
    return Found(rows.shown, b"".join(proofs.roots), b"".join(proofs.edge))


def _held(found: Match[bytes]) -> bytes:
    try:
        return said(found, 2)
    except NoRow:
        return b""


class _Beside:
    """The lines of a file that lie beside the rows, by their numbers."""

    def __init__(self, part: Part | None, form: Pattern[bytes], file: str, shown: Shown, left: str) -> None:
        self._lines = iter(()) if part is None else self._matching(part, form, file)
        self._shown = shown
        self._left = left
        self._next = next(self._lines, None)

    def at(self, number: int) -> Match[bytes] | None:
        """The line of this number."""
        found = self._next
        while found is not None and int(found[1]) < number:
            self._shown.fault(int(found[1]), self._left)
            found = next(self._lines, None)
        if found is None or int(found[1]) != number:
            self._next = found
            return None
        self._next = next(self._lines, None)
        return found

    def rest(self) -> None:
        """No row comes any more."""
        while self._next is not None:
            self._shown.fault(int(self._next[1]), self._left)
            self._next = next(self._lines, None)

    def _matching(self, part: Part, form: Pattern[bytes], file: str) -> Iterator[Match[bytes]]:
        number = b"0"
        lines = part.lines()
        while True:
            try:
                line = next(lines, None)
            except NoRow as bad:
                self._shown.fault(0, f"{file}, behind {number.decode()}: {bad}")
                return
            if line is None:
                return
            found = form.fullmatch(line)
            if found is None:
                self._shown.fault(0, f"{file}, behind {number.decode()}: a line is not in the form it has to have")
            else:
                number = found[1]
                yield found


class _Proofs:
    """Proves rows in their order, 16 at a time where they are whole, else each by itself."""

    def __init__(self, piece: Piece, shown: Shown) -> None:
        self._size, self._root, self._dense, self._kept = piece.size, piece.root, piece.rules.dense, piece.kept
        self._shown = shown
        self._beside = _Beside(piece.proofs, PROOF, PROOFS, shown, NO_ROW_PROVED)
        self._group = -1
        self._rows: list[tuple[int, bytes]] = []
        self._climbing = Climbing(piece.size, piece.root)
        self.roots: list[bytes] = []
        self.edge: list[bytes] = []

    def take(self, position: int, leaf: bytes) -> None:
        """The next row."""
        if not 0 < position <= self._size:
            self._shown.fault(position, TOO_NEW)
            return
        group = (position - 1) // GROUP
        if group != self._group:
            self._prove()
            self._group = group
        if len(self._rows) < MOST_OF_GROUP:
            self._rows.append((position, leaf))
        else:
            self._shown.fault(position, NOT_SIGNED)

    def rest(self) -> None:
        """No row comes any more."""
        self._prove()
        self._beside.rest()

    def _prove(self) -> None:
        if not self._rows:
            return
        first = self._group * GROUP + 1
        proof = self._beside.at(first)
        rows, self._rows = self._rows, []
        if proof is None:
            for position, _ in rows:
                self._shown.fault(position, NO_PROOF)
            return
        leaves = [leaf for _, leaf in rows]
        if self._group == self._kept:
            self.edge = leaves
        whole = [position for position, _ in rows] == list(range(first, min(first + GROUP, self._size + 1)))
        if whole:
            root = root_of(leaves)
            if self._climbing.climbs(self._group, root, proof[2]):
                self.roots.append(root)
                self._shown.proven += len(rows)
                return
        self._one_by_one(rows, proof)

    def _one_by_one(self, rows: list[tuple[int, bytes]], proof: Match[bytes]) -> None:
        above = [hash_in(one) for one in proof[2].split(b",")] if proof[2] else []
        own = _own(proof[3])
        for position, leaf in rows:
            path = [*own.get(position, [None]), *above]
            if _proves(leaf, position, self._size, path, self._root):
                self._shown.proven += 1
                del own[position]  # it proves one row: not a second one that calls itself alike
            else:
                self._shown.fault(position, NOT_SIGNED)
        if not self._dense:
            for position in sorted(own.keys() - {position for position, _ in rows}):
                self._shown.fault(position, NO_ROW_PROVED)


def _proves(leaf: bytes, position: int, size: int, path: list[bytes | None], root: bytes) -> bool:
    try:
        verify_inclusion(leaf, position - 1, size, [one or b"" for one in path], root)
    except NotProven:
        return False
    return True


def _own(rows: bytes) -> dict[int, list[bytes | None]]:
    """The path of each row within its group; empty for what is none."""
    try:
        found = json.loads(rows)
        return {
            int(position): [hash_in(f'"{one}"'.encode()) for one in path]
            for position, path in found.items()
            if position.isascii() and position.isdigit() and len(position) < GROUP + 4
        }
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}
