"""Infrastructure: opens a ledger's file as what its first bytes say it is."""

from __future__ import annotations

from pathlib import Path

from application.importing.heading import Score
from application.importing.ledger import Ledger
from application.importing.mapping import LedgerMapping
from application.importing.shape import FileShape
from application.importing.table import Book, NotATable
from infrastructure.importing.csv_book import CsvBook
from infrastructure.importing.xlsx_book import XlsxBook

ZIP = b"PK"
OLD_EXCEL = bytes.fromhex("D0CF11E0A1B11AE1")


def open_book(path: Path, shape: FileShape, score: Score) -> Book:
    """The book in that file. Raises NotATable."""
    try:
        if not path.is_file():
            raise NotATable("there is no such file" if not path.exists() else "this is not a file")
        with path.open("rb") as file:
            start = file.read(len(OLD_EXCEL))
        if start == OLD_EXCEL:
            raise NotATable("the file is an old spreadsheet (XLS), or a password is on it; save it as XLSX or CSV")
        return XlsxBook(path, shape.sheets) if start.startswith(ZIP) else CsvBook(path, shape, score)
    except OSError as error:
        raise NotATable(f"the file can't be read: {error.strerror}") from error


def open_ledger(path: Path, mapping: LedgerMapping) -> Ledger:
    """The ledger in that file, looked through to its end. Raises NotATable."""
    columns = mapping.columns
    try:
        return Ledger(open_book(path, mapping.file, lambda names: len(columns.intersection(names))), mapping)
    except OSError as error:
        raise NotATable(f"the file can't be read: {error.strerror}") from error
