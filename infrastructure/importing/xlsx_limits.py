"""Infrastructure: looks a spreadsheet through before it is loaded: what would fill the memory is refused.

The zip's directory says how large everything is, and unpacking it as a stream whether that is true. A sheet is loaded
as the rectangle around its cells, so two cells far apart ask for all between them. All limits are policy, not law.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from application.importing.table import NotATable

MOST_PARTS = 2000
"""Files within the file."""

MOST_UNPACKED = 512 << 20
"""Bytes of all of them, unpacked."""

MOST_TEXTS = 128 << 20
"""Bytes of the texts that cells share, which are loaded whole."""

MOST_CELLS = 5_000_000
"""Cells of the rectangle around a sheet's cells, each of 32 bytes and its text."""

CHUNK = 1 << 20

_CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,4})([0-9]{1,10})["']""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^<>]*?\br\s*=\s*["']([0-9]{1,10})["']""")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")


def look_through(path: Path) -> None:
    """Refuse what is no XLSX, or too large. Raises NotATable, OSError."""
    try:
        with zipfile.ZipFile(path) as archive:
            _directory(archive)
            for part in archive.infolist():
                with archive.open(part) as file:
                    _cells(file)  # a sheet may lie under any name
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise NotATable("the file is no XLSX: it can't be unpacked") from error


def _directory(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if len(names) != len(parts):
        raise NotATable("the file is no XLSX: two of its parts have one name")
    if "xl/workbook.xml" not in names:
        raise NotATable("the file is no XLSX; save it as XLSX or CSV")
    if len(parts) > MOST_PARTS:
        raise NotATable(f"the file has {len(parts)} parts, more than {MOST_PARTS}")
    unpacked = sum(part.file_size for part in parts)
    texts = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    for size, most, what in ((unpacked, MOST_UNPACKED, "it"), (texts, MOST_TEXTS, "its texts")):
        if size > most:
            raise NotATable(f"unpacked, {what} would take {size >> 20} MB, more than {most >> 20}; divide the ledger")


def _cells(file: IO[bytes]) -> None:
    columns: set[bytes] = set()
    last_row = cells = named = 0
    for piece in _pieces(file):
        found = _CELL.findall(piece)
        columns.update({column for column, _ in found})
        last_row = max(last_row, *(int(row) for row in {row for _, row in found} | set(_ROW.findall(piece))), 0)
        named += len(found)
        cells += len(_ANY_CELL.findall(piece))
        # Cells that say no place follow on one another: no more of them can lie side by side than there are.
        width = max(map(_number, columns), default=0) + max(cells - named, 0)
        if width * max(last_row, 1) > MOST_CELLS or cells > MOST_CELLS:
            raise NotATable(
                f"a sheet reaches over more than {MOST_CELLS} cells; delete what lies far out, or divide it"
            )


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes in pieces that end where a tag ends."""
    kept = b""
    while chunk := file.read(CHUNK):
        whole = kept + chunk
        cut = whole.rfind(b">") + 1 or len(whole)
        kept = whole[cut:]
        yield whole[:cut]
    if kept:
        yield kept


def _number(column: bytes) -> int:
    """A column's letters as its number, counted from 1."""
    number = 0
    for letter in column.upper():
        number = number * 26 + letter - 64
    return number
