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

LEAP = 64 << 10
"""Bytes of another file in which the end of a piece is looked for first."""


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
            end, before = _end_of_group(events)
            number = events.number_at(end)
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

    def cut_off(self, at: int) -> Part:
        """What lies before a byte."""
        mine, self.part = self.part._replace(end=at), self.part._replace(start=at)
        return mine

    def line_from(self, at: int) -> int:
        """Where the first line begins that begins at a byte or after it; the end where none does."""
        if at <= self.part.start:
            return self.part.start
        self._file.seek(at - 1)
        line = self._file.readline(LONGEST_LINE + 1)
        return min(self.part.end, at - 1 + len(line)) if line.endswith(b"\n") else self.part.end

    def number_at(self, at: int) -> int | None:
        """The number the line at a byte begins with; None where there is none."""
        if at >= self.part.end:
            return None
        self._file.seek(at)
        found = NUMBER.match(self._file.read(min(64, self.part.end - at)))
        return None if found is None else int(found[1])

    def line_of(self, number: int) -> int:
        """Where the first line begins whose number is at least this, if they are in order."""
        low, leap, end = self.part.start, LEAP, self.part.end
        while (high := min(low + leap, end)) < end and self._is_before(high, number):
            low, leap = high, 2 * leap
        while low < high:
            middle = (low + high) // 2
            if self._is_before(middle, number):
                low = middle + 1
            else:
                high = middle
        return self.line_from(low)

    def _is_before(self, at: int, number: int) -> bool:
        """Whether the first line from a byte on has a smaller number, or none."""
        at = self.line_from(at)
        found = self.number_at(at)
        return at < self.part.end and (found is None or found < number)


def _all(rest: _Rest | None) -> Part | None:
    return None if rest is None else rest.part


def _end_of_group(events: _Rest) -> tuple[int, int]:
    """Where the next group begins, from a piece on, or the next line that can't be read; and the position before it."""
    at, before = events.line_from(events.part.start + PIECE), 0
    for _ in range(GROUP + 1):
        number = events.number_at(at)
        if number is None or (before and _first_of_group(number) != _first_of_group(before)):
            break
        at, before = events.line_from(at + 1), number
    return at, before


def _first_of_group(position: int) -> int:
    return (position - 1) // GROUP * GROUP + 1
