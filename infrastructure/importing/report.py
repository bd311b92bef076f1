"""Infrastructure: the refused rows as a CSV file, in UTF-8 with the mark by which spreadsheets know it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import astuple, fields
from pathlib import Path
from types import TracebackType
from typing import Self

from application.importing.faults import Fault


class CsvRefusals:
    """Made at the first fault, so that an import without one leaves no file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = ExitStack()
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._files.close()

    def add(self, faults: Sequence[Fault]) -> None:
        """A line for each fault. Raises OSError."""
        if not faults:
            return
        if not self._begun:
            file = self._path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._files.enter_context(file))
            self._writer.writerow([field.name for field in fields(Fault)])
            self._begun = True
        self._writer.writerows(astuple(fault) for fault in faults)
