"""Application: a bundle cut into pieces, each of which shows what it shows without the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from application.bundle.at_once import Piece
from application.bundle.lines import GROUP, LONGEST_LINE, NUMBER, Part

PIECE = 512 << 10
"""Bytes of events in a piece, about: what is made of them stays in a processor's own memory."""

NEAR = 4 << 10
"""Bytes of another file in which the end of a piece is looked for line after line; and how far it is leapt first."""


def cut(all: Piece) -> Iterator[Piece]:
    """Piece after piece; no group of 16 positions lies in two. Raises OSError."""
    with ExitStack() as opened:
        events, texts, proofs = (
            None if part is None else _Rest(part, opened.enter_context(Path(part.path).open("rb")))
            for part in (all.events, all.texts, all.proofs)
        )
        assert events is not None
        after = all.after
        while True:
            end, number, before = _end_of_group(events)
            if number is None:
                yield all._replace(events=events.part, texts=_all(texts), proofs=_all(proofs), after=after)
                return
            yield all._replace(
                events=events.cut_off(end),
                texts=None if texts is None else texts.cut_off(texts.line_of(number)),
                proofs=None if proofs is None else proofs.cut_off(proofs.line_of(_first_of_group(number))),
                after=after,
            )
            after = before


class _Rest:
    """What is left of a part of a file as pieces are cut off in front."""

    def __init__(self, part: Part, file: BinaryIO) -> None:
        self.part = part
        self._file = file
        self._taken = 0

    def cut_off(self, at: int) -> Part:
        """What lies before a byte."""
        mine, self.part = self.part._replace(end=at), self.part._replace(start=at)
        self._taken = mine.end - mine.start
        return mine

    def lines_from(self, at: int) -> Iterator[tuple[int, int | None]]:
        """Where each line begins that begins at a byte or after it, and its number; at last the end, and None."""
        begins, at, end = at <= self.part.start, max(at - 1, self.part.start), self.part.end
        self._file.seek(at)
        while at < end:
            line = self._file.readline(min(LONGEST_LINE + 1, end - at))
            if begins:
                found = NUMBER.match(line)
                yield at, None if found is None else int(found[1])
            begins, at = True, at + len(line) if line.endswith(b"\n") else end
        yield end, None

    def line_of(self, number: int) -> int:
        """Where the first line begins whose number is at least this, if they are in order."""
        start, end, leap = self.part.start, self.part.end, NEAR
        low = high = min(start + self._taken, end)  # where it is if this piece takes as much as the last one
        if self._is_before(low, number):
            while self._is_before(high := min(high + leap, end), number):
                low, leap = high, 2 * leap
        else:
            while low > start and not self._is_before(low := max(low - leap, start), number):
                high, leap = low, 2 * leap
        while high - low > NEAR:
            middle = (low + high) // 2
            if self._is_before(middle, number):
                low = middle + 1
            else:
                high = middle
        return next(at for at, found in self.lines_from(low) if at == end or (found is not None and found >= number))

    def _is_before(self, at: int, number: int) -> bool:
        """Whether the first line from a byte on has a smaller number, or none."""
        at, found = next(self.lines_from(at))
        return at < self.part.end and (found is None or found < number)


def _all(rest: _Rest | None) -> Part | None:
    return None if rest is None else rest.part


def _end_of_group(events: _Rest) -> tuple[int, int | None, int]:
    """Behind a piece: where the next group begins, its number, None where no line is read, and the position before."""
    lines, before = events.lines_from(events.part.start + PIECE), 0
    at, number = next(lines)
    for _ in range(GROUP):
        if number is None or (before and _first_of_group(number) != _first_of_group(before)):
            break
        before = number
        at, number = next(lines)
    return at, number, before


def _first_of_group(position: int) -> int:
    return (position - 1) // GROUP * GROUP + 1
