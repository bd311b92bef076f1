"""Infrastructure: what is odd about rows that are in the log, as a CSV file with a line for each cell."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import astuple, fields
from pathlib import Path
from types import TracebackType
from typing import Self

from application.importing.faults import Finding
from application.importing.formulas import harmless
from infrastructure.importing.returned import opened, remove


class CsvFindings:
    """Made at the first line, so that an import with nothing to say leaves no file, not even an older one.

    It holds personal data: only whoever runs the import can read it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = ExitStack()
        self._begun = False

    def __enter__(self) -> Self:
        """Remove an older list. Raises OSError."""
        remove(self._path)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._files.close()

    def add(self, findings: Sequence[Finding]) -> None:
        """Add some findings. Raises OSError."""
        if findings and not self._begun:
            self._writer = csv.writer(self._files.enter_context(opened(self._path)))
            self._writer.writerow([field.name for field in fields(Finding)])
            self._begun = True
        for one in findings:
            self._writer.writerow(harmless(str(cell)) for cell in astuple(one))
