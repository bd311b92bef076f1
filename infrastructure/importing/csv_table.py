"""Infrastructure: a ledger in a CSV file, read as a stream: neither a long file nor a long line fills the memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from application.importing.mapping import FileShape
from application.importing.table import NotATable, Row
from infrastructure.importing.encodings import encoding_of

LONGEST_ROW = 1 << 20
"""Characters a row may have, over all its lines. A cell may have an eighth of it, as the csv module has it."""

MOST_COLUMNS = 1000


class CsvTable:
    """A CSV file whose form holds from its first to its last row. Raises NotATable if it does not."""

    def __init__(self, path: Path, shape: FileShape, columns: frozenset[str]) -> None:
        self.name = path.name
        self._path = path
        self._shape = shape
        try:
            if not path.is_file():
                raise NotATable("there is no such file" if not path.exists() else "this is not a file")
            self.encoding = encoding_of(path, shape.encoding)
            self._header = self._read_header(columns)
            self.size = sum(1 for _ in self.rows())
        except OSError as error:
            raise NotATable(f"the file can't be read: {error.strerror}") from error

    def rows(self) -> Iterator[Row]:
        """The rows after the header; rows in which every cell is blank are none."""
        with self._open() as file:
            for number, cells in _Records(file, self._shape.separator):
                if number <= self._shape.header or not any(cells):
                    continue
                if len(cells) != len(self._header):
                    raise NotATable(f"row {number} has {len(cells)} cells where the header has {len(self._header)}")
                yield Row(number, dict(zip(self._header, cells, strict=True)))

    def _open(self) -> TextIO:
        return self._path.open(encoding=self.encoding, errors="strict", newline="")

    def _read_header(self, columns: frozenset[str]) -> Sequence[str]:
        wanted = self._shape.header
        with self._open() as file:
            header = next((cells for number, cells in _Records(file, self._shape.separator) if number == wanted), [])
        if not any(header):
            raise NotATable(f"there is no header in row {wanted}")
        if len(header) > MOST_COLUMNS:
            raise NotATable(f"the header has {len(header)} columns, more than {MOST_COLUMNS}")
        missing = sorted(columns - set(header))
        if missing:
            raise NotATable(f"the header in row {wanted} has no column {_listed(missing)}, which the mapping names")
        twice = sorted(name for name in columns if header.count(name) > 1)
        if twice:
            raise NotATable(f"the header in row {wanted} has more than one column {_listed(twice)}")
        return header


class _Records:
    """The records of a CSV file with their numbers, counted as a spreadsheet counts rows."""

    def __init__(self, file: TextIO, separator: str) -> None:
        self._file = file
        self._reader = csv.reader(self._lines(), delimiter=separator, strict=True)
        self._number = 0
        self._taken = 0

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
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
                raise NotATable(
                    f"row {self._number} holds the character NUL; a spreadsheet has to be saved as CSV first"
                )
            yield line


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:10])
    return shown + (f" and {len(names) - 10} more" if len(names) > 10 else "")
