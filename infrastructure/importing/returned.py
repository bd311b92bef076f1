"""Infrastructure: the refused rows as a file of their ledger's own shape, with two columns more: cell and rule.

What stands above the rows comes along, so that the file can be imported under the same mapping once it is corrected.
"""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TextIO

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError, XlsxInputError

from application.importing.formulas import harmless
from application.importing.importing import Returned
from application.importing.ledger import CELL, RULE, Ledger, Part

LONGEST_CELL = 32_767
"""Characters a spreadsheet takes in a cell."""


class Writing(Protocol):
    """A file that is being written, sheet by sheet."""

    def write(self, sheet: str, cells: Sequence[str]) -> None:
        """Add a row. Raises OSError."""

    def close(self) -> None:
        """Bring it to its end. Raises OSError."""


class ReturnedRows:
    """Made at the first row, so that an import without one leaves no file, not even an older one.

    It holds personal data: only whoever runs the import can read it.
    """

    def __init__(self, path: Path, ledger: Ledger) -> None:
        self._path = path
        self._ledger = ledger
        self._parts = {part.sheet.name: part for part in ledger.parts}
        self._begun: set[str] = set()
        self._writing: Writing | None = None

    def __enter__(self) -> Self:
        """Remove an older file. Raises OSError."""
        remove(self._path)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._writing is not None:
            self._writing.close()

    def add(self, returned: Sequence[Returned]) -> None:
        """Add some rows and what is wrong with them. Raises OSError."""
        for one in returned:
            part = self._parts[one.row.sheet]
            self._begin(part)
            cells = ", ".join(dict.fromkeys(fault.column for fault in one.faults if fault.column))
            rules = "; ".join(dict.fromkeys(f"{fault.rule}: {fault.says}" for fault in one.faults))
            self._write(part, [*_of_ledger(part, one.row.raw), cells, rules])

    def _begin(self, part: Part) -> None:
        if part.sheet.name in self._begun:
            return
        self._begun.add(part.sheet.name)
        for number, cells in enumerate(part.top, start=1):
            more = (CELL, RULE) if number == part.heading.first else ()
            self._write(part, [*(_of_ledger(part, cells) if number >= part.heading.first else cells), *more])

    def _write(self, part: Part, cells: Sequence[str]) -> None:
        if self._writing is None:
            self._writing = _Csv(self._path, self._ledger) if self._ledger.book.ragged else _Xlsx(self._path)
        self._writing.write(part.sheet.name, cells)


def _of_ledger(part: Part, cells: Sequence[str]) -> Sequence[str]:
    """As many cells as the header has, without the two of an earlier return."""
    names = part.heading.names
    padded = [*cells, *[""] * (len(names) - len(cells))]
    return [cell for name, cell in zip(names, padded, strict=False) if name not in (CELL, RULE)]


class _Csv:
    """In what the mapping says a file of its is written in, or else in what spreadsheets know by its mark."""

    def __init__(self, path: Path, ledger: Ledger) -> None:
        shape = ledger.mapping.file
        self._file = opened(path, shape.encoding if shape.encoding == "gb18030" else "utf-8-sig")
        self._writer = csv.writer(self._file, delimiter=shape.separator or ",")
        self._columns = ledger.columns

    def write(self, sheet: str, cells: Sequence[str]) -> None:
        self._writer.writerow([cell if cell in self._columns else harmless(cell) for cell in cells])

    def close(self) -> None:
        self._file.close()


class _Xlsx:
    """Every cell is a text: nothing is carried out, and nothing reads otherwise than it was read."""

    def __init__(self, path: Path) -> None:
        opened(path).close()
        # What it writes on the way lies beside it: where a process was killed, it goes with the folder.
        self._book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.absolute().parent)})
        self._sheets: dict[str, tuple[Any, Iterator[int]]] = {}

    def write(self, sheet: str, cells: Sequence[str]) -> None:
        if sheet not in self._sheets:
            self._sheets[sheet] = self._added(sheet), iter(range(1 << 20))
        worksheet, numbers = self._sheets[sheet]
        number = next(numbers)
        for column, cell in enumerate(cells):
            if cell:
                worksheet.write_string(number, column, cell[:LONGEST_CELL])

    def _added(self, sheet: str) -> Any:
        try:
            return self._book.add_worksheet(sheet)
        except XlsxInputError:  # other programs write names that Excel does not take
            return self._book.add_worksheet()

    def close(self) -> None:
        try:
            self._book.close()
        except FileCreateError as error:
            raise OSError(errno.EIO, str(error), self._book.filename) from error


def remove(path: Path) -> None:
    """Remove an older file; /dev/stdout stays what it is. Raises OSError."""
    if path.is_file() and not path.is_symlink():
        path.unlink()


def opened(path: Path, encoding: str = "utf-8-sig") -> TextIO:
    """A new file for its owner alone, if nothing else is said in UTF-8 with its mark. Raises OSError."""
    return open(path, "w", encoding=encoding, newline="", opener=_for_its_owner)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
