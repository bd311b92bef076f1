"""Infrastructure: the refused rows as a CSV file, in UTF-8 with the mark by which spreadsheets know it."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import astuple, fields
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from application.importing.faults import Fault

FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula, and would carry out."""


class CsvRefusals:
    """Made at the first fault, so that an import without one leaves no file, not even an older one.

    It holds personal data: only whoever runs the import can read it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = ExitStack()
        self._begun = False

    def __enter__(self) -> Self:
        """Remove an older report. Raises OSError."""
        if self._path.is_file() and not self._path.is_symlink():  # /dev/stdout stays what it is
            self._path.unlink()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._files.close()

    def add(self, faults: Sequence[Fault]) -> None:
        """A line for each fault. Raises OSError."""
        if not faults:
            return
        if not self._begun:
            self._writer = csv.writer(self._files.enter_context(_opened(self._path)))
            self._writer.writerow([field.name for field in fields(Fault)])
            self._begun = True
        self._writer.writerows(map(_harmless, astuple(fault)) for fault in faults)


def _opened(path: Path) -> TextIO:
    return open(path, "w", encoding="utf-8-sig", newline="", opener=_for_its_owner)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _harmless(cell: int | str) -> int | str:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
