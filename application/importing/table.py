"""Importing: what a ledger is once its file is open: a header and rows, read one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol


class NotATable(Exception):
    """The file can't be read as the table its mapping describes. The message says why, and in which row."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it, and its cells by column, without blanks around them."""

    number: int
    cells: Mapping[str, str]
    sheet: str = ""
    """The sheet it stands in; a file without sheets has none."""


class Table(Protocol):
    """A ledger whose form has been looked at from beginning to end before its first row is given."""

    @property
    def name(self) -> str:
        """The name of the file."""

    @property
    def encoding(self) -> str:
        """The encoding it was found to be in."""

    @property
    def size(self) -> int:
        """How many rows it has, without header and blank rows."""

    def rows(self) -> Iterator[Row]:
        """The rows from the first. Raises NotATable if the file has been changed meanwhile and is none any more."""
