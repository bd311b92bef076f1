"""Importing: where the header of a sheet is and what its columns are called.

Ledgers have a title above their header, and headers merged over two or three rows. Where the mapping does not say in
which rows the header stands, it is where most of the words looked for are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from application.importing.table import Record

LOOKED_AT = 20
"""The rows from the first in which a header is looked for."""

MOST_ROWS = 3
"""The rows a header may be merged over."""

BETWEEN = "/"
"""What stands between the parts of a name that is merged over several rows."""

_BREAK = re.compile(r"\s*[\r\n]+\s*")
_LATIN = re.compile(r"[A-Za-z0-9]")

Score = Callable[[Sequence[str]], int]
"""How much a row of names looks like the header."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A header: its first and last row, and the names of its columns."""

    first: int
    last: int
    names: Sequence[str]

    @property
    def rows(self) -> str:
        """Where it stands, in words."""
        return f"row {self.first}" if self.first == self.last else f"rows {self.first} to {self.last}"


def head_of(records: Iterable[Record], asked: tuple[int, int] | None) -> Sequence[Record]:
    """As many of the first records as it takes to find the header."""
    return list(islice(records, LOOKED_AT + MOST_ROWS if asked is None else asked[1]))


def find(head: Sequence[Record], score: Score, asked: tuple[int, int] | None) -> Heading | None:
    """The header in the rows asked for, or else the one that scores most; of those one of the fewest rows, the first.

    None where there is no row with anything in it.
    """
    spans = [asked] if asked is not None else _spans(head)
    found = [heading for span in spans if (heading := _heading(head, span)) is not None]
    return max(found, key=lambda one: (score(one.names), one.first - one.last), default=None)


def _spans(head: Sequence[Record]) -> Sequence[tuple[int, int]]:
    numbers = [number for number, cells in head[:LOOKED_AT] if any(cells)]
    return [(first, first + more) for first in numbers for more in range(MOST_ROWS)]


def _heading(head: Sequence[Record], span: tuple[int, int]) -> Heading | None:
    rows = [cells for number, cells in head if span[0] <= number <= span[1]]
    if len(rows) < span[1] - span[0] + 1 or not any(map(any, rows)):
        return None
    return Heading(*span, names_of(rows))


def names_of(rows: Sequence[Sequence[str]]) -> Sequence[str]:
    """The columns' names: what stands above one another, joined. What is merged to the right is above all of them."""
    width = max(map(len, rows))
    table = [[_on_one_line(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    for upper in range(len(table) - 1):
        below = [any(row[at] for row in table[upper + 1 :]) for at in range(width)]
        for at in range(1, width):
            if not table[upper][at] and below[at] and below[at - 1]:
                table[upper][at] = table[upper][at - 1]
    return [BETWEEN.join(dict.fromkeys(part for part in parts if part)) for parts in zip(*table, strict=True)]


def _on_one_line(cell: str) -> str:
    """A name without its line breaks, which in Chinese stand for nothing and between words for a blank."""
    return _BREAK.sub(lambda at: " " if _latin_around(cell, at) else "", cell)


def _latin_around(cell: str, at: re.Match[str]) -> bool:
    return bool(_LATIN.match(cell[at.start() - 1 : at.start()]) and _LATIN.match(cell[at.end() : at.end() + 1]))
