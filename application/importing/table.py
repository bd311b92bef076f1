"""Importing: what a ledger is once its file is open: sheets of text, in each a header and rows.

Whatever the file is, a cell is the text a reader sees: a day is `2024-06-03`, a whole number has no point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class NotATable(Exception):
    """The file can't be read as the table its mapping describes. The message says why, and in which row."""


Record = tuple[int, Sequence[str]]
"""A row of a sheet: its number as a spreadsheet shows it, and its cells without blanks around them."""


def lines_in(cell: str) -> Sequence[str]:
    """The lines of a cell that are not blank."""
    return [line for part in re.split(r"[\r\n]+", cell) if (line := part.strip())]


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header."""

    number: int
    cells: Mapping[str, str]
    """By column."""
    sheet: str = ""
    """The sheet it stands in; a file without sheets has none."""
    raw: Sequence[str] = ()
    """The cells as they stand, those of dropped columns blank."""


class Sheet(Protocol):
    """One sheet of a ledger. Its records can be gone through again and again."""

    @property
    def name(self) -> str:
        """Empty where the file is one table."""

    def records(self) -> Iterator[Record]:
        """The rows from the first. Raises NotATable where something stands in the way, OSError."""


class Book(Protocol):
    """A file with its sheets, in their order."""

    @property
    def name(self) -> str:
        """The name of the file."""

    @property
    def read_as(self) -> str:
        """How it was read: what it is, in which encoding, how cells are separated."""

    @property
    def sheets(self) -> Sequence[Sheet]:
        """Those that can be seen, and those that were asked for."""

    @property
    def ragged(self) -> bool:
        """Whether its rows may differ in length: it is text, and such a row is a fault."""
