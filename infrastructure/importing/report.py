"""Infrastructure: what an import has to say, as CSV files in UTF-8 with the mark by which spreadsheets know it."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import astuple, fields
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from application.importing.faults import Fault, Finding
from application.importing.importing import Returned

FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula, and would carry out."""


class CsvList:
    """Made at the first line, so that an import with nothing to say leaves no file, not even an older one.

    It holds personal data: only whoever runs the import can read it.
    """

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._path = path
        self._header = header
        self._files = ExitStack()
        self._begun = False

    def __enter__(self) -> Self:
        """Remove an older list. Raises OSError."""
        if self._path.is_file() and not self._path.is_symlink():  # /dev/stdout stays what it is
            self._path.unlink()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._files.close()

    def write(self, lines: Iterable[Sequence[int | str]]) -> None:
        """Add lines. Raises OSError."""
        for line in lines:
            if not self._begun:
                self._writer = csv.writer(self._files.enter_context(opened(self._path)))
                self._writer.writerow(self._header)
                self._begun = True
            self._writer.writerow(map(harmless, line))


class CsvRefusals(CsvList):
    """A line for each cell that is wrong."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, [field.name for field in fields(Fault)])

    def add(self, returned: Sequence[Returned]) -> None:
        """What is wrong with some rows. Raises OSError."""
        self.write(astuple(fault) for one in returned for fault in one.faults)


class CsvFindings(CsvList):
    """A line for each cell that is odd."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, [field.name for field in fields(Finding)])

    def add(self, findings: Sequence[Finding]) -> None:
        """What is odd about some rows. Raises OSError."""
        self.write(astuple(one) for one in findings)


def opened(path: Path) -> TextIO:
    """A new file for its owner alone. Raises OSError."""
    return open(path, "w", encoding="utf-8-sig", newline="", opener=_for_its_owner)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def harmless(cell: int | str) -> int | str:
    """The cell, with an apostrophe before what a spreadsheet would carry out."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
