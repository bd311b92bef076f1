"""Infrastructure: a ledger in a CSV file, read as a stream: neither a long file nor a long line fills the memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from application.importing.heading import Score, find, head_of
from application.importing.shape import FileShape
from application.importing.table import NotATable, Record, Sheet
from infrastructure.importing.encodings import encoding_of

LONGEST_ROW = 1 << 20
"""Characters a row may have, over all its lines. A cell may have an eighth of it, as the csv module has it."""

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "，": "Chinese commas", "；": "；"}


class CsvBook:
    """A CSV file as a book of one sheet. Raises NotATable, OSError.

    Where the mapping names no separator, it is the one with which the header is found best.
    """

    ragged = True

    def __init__(self, path: Path, shape: FileShape, score: Score) -> None:
        self.name = path.name
        self.encoding = encoding_of(path, shape.encoding)
        self.separator = shape.separator or _guessed(path, self.encoding, shape, score)
        self.read_as = f"{self.encoding}, separated by {SEPARATORS.get(self.separator, self.separator)}"
        self.sheets: Sequence[Sheet] = [CsvSheet(path, self.encoding, self.separator)]


class CsvSheet:
    """The one sheet of a CSV file."""

    name = ""

    def __init__(self, path: Path, encoding: str, separator: str) -> None:
        self._path = path
        self._encoding = encoding
        self._separator = separator

    def records(self) -> Iterator[Record]:
        """The rows from the first. Raises NotATable for what is no CSV, OSError."""
        with self._path.open(encoding=self._encoding, errors="strict", newline="") as file:
            yield from _Records(file, self._separator)


def _guessed(path: Path, encoding: str, shape: FileShape, score: Score) -> str:
    def fits(separator: str) -> int:
        records = _up_to_a_fault(CsvSheet(path, encoding, separator).records())
        heading = find(head_of(records, shape.header), score, shape.header)
        return 0 if heading is None else score(heading.names)

    return max(SEPARATORS, key=fits)


def _up_to_a_fault(records: Iterator[Record]) -> Iterator[Record]:
    with suppress(NotATable):
        yield from records


class _Records:
    """The records of a CSV file with their numbers, counted as a spreadsheet counts rows."""

    def __init__(self, file: TextIO, separator: str) -> None:
        self._file = file
        self._reader = csv.reader(self._lines(), delimiter=separator, strict=True)
        self._number = 0
        self._taken = 0

    def __iter__(self) -> Iterator[Record]:
        while True:
            self._number += 1
            self._taken = 0
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise NotATable(f"row {self._number} is not CSV: {error}") from error
            except UnicodeDecodeError as error:
                raise NotATable(f"row {self._number} is not text in {error.encoding}") from error
            yield self._number, [cell.strip() for cell in cells]

    def _lines(self) -> Iterator[str]:
        while line := self._file.readline(LONGEST_ROW + 1):
            self._taken += len(line)
            if self._taken > LONGEST_ROW:
                raise NotATable(f"row {self._number} is longer than {LONGEST_ROW} characters")
            if "\x00" in line:
                raise NotATable(f"row {self._number} holds the character NUL, which no text has")
            yield line
