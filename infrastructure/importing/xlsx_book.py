"""Infrastructure: a ledger in an XLSX file, read by calamine once it has been looked through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from application.importing.table import NotATable, Record, Sheet
from infrastructure.importing.xlsx_limits import look_through

T = TypeVar("T")

Cell = int | float | str | bool | time | date | datetime | timedelta

EXACT = 2**53
"""Up to here a spreadsheet's number is a whole one if it looks like one."""


class XlsxBook:
    """An XLSX file. Hidden sheets are read only if they are asked for. Raises NotATable, OSError."""

    ragged = False

    def __init__(self, path: Path, wanted: Sequence[str] | None) -> None:
        look_through(path)
        self.name = path.name
        self.read_as = "XLSX"
        self._workbook = _tried(lambda: CalamineWorkbook.from_path(path))
        self.sheets: Sequence[Sheet] = [
            XlsxSheet(one.name, self._load)
            for one in self._workbook.sheets_metadata
            if one.typ == SheetTypeEnum.WorkSheet
            and (one.visible == SheetVisibleEnum.Visible or one.name in (wanted or ()))
        ]
        self._loaded: tuple[str, CalamineSheet] | None = None

    def _load(self, name: str) -> CalamineSheet:
        """A sheet; only the last one is kept, so that one at a time fills the memory."""
        if self._loaded is None or self._loaded[0] != name:
            self._loaded = None
            self._loaded = name, _tried(lambda: self._workbook.get_sheet_by_name(name))
        return self._loaded[1]


class XlsxSheet:
    """One sheet of an XLSX file."""

    def __init__(self, name: str, load: Callable[[str], CalamineSheet]) -> None:
        self.name = name
        self._load = load

    def records(self) -> Iterator[Record]:
        """The rows from the first. Raises NotATable."""
        sheet = self._load(self.name)
        if sheet.start is None:
            return
        before = [""] * sheet.start[1]
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            yield number, [*before, *map(_text, cells)]


def _text(cell: Cell) -> str:
    """A cell as a reader sees it."""
    match cell:
        case str():
            return cell.strip()
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() | int():
            return str(int(cell)) if cell == cell // 1 and abs(cell) <= EXACT else str(cell)
        case datetime() if cell.time() != time.min:
            return cell.isoformat(" ", "seconds")
        case datetime():
            return cell.date().isoformat()
        case date() | time():
            return cell.isoformat()
    return str(cell)


def _tried(read: Callable[[], T]) -> T:
    try:
        return read()
    except (CalamineError, ValueError) as error:
        raise NotATable("the file is no XLSX: it can't be read, or a password is on it") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of the library, over bytes it did not expect; no Exception
            raise NotATable("the file is no XLSX: it can't be read") from error
        raise
