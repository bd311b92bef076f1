"""Importing: a ledger opened under its mapping: which sheets and rows of a book are read, and under which names.

Its form is looked at from beginning to end before its first row is given. What is passed over is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from application.importing.formulas import as_it_was
from application.importing.heading import Heading, find, head_of
from application.importing.mapping import LedgerMapping
from application.importing.people import masked
from application.importing.table import Book, NotATable, Row, Sheet

MOST_COLUMNS = 1000

CELL, RULE = "refused: cell", "refused: rule"
"""The two columns that a file of returned rows has more; read again, they are passed over."""


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet with its header, and what stands above its rows, header included."""

    sheet: Sheet
    heading: Heading
    top: Sequence[Sequence[str]]


class Ledger:
    """The rows of a book. Raises NotATable where its form does not hold from the first to the last of them."""

    def __init__(self, book: Book, mapping: LedgerMapping) -> None:
        self.book = book
        self.mapping = mapping
        self.columns = mapping.columns
        self._totals = frozenset(map(_folded, mapping.file.totals))
        self.parts, self._passed_over = self._read_parts()
        self.totals = 0
        self.size = sum(1 for _ in self.rows())

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.book.name

    @property
    def read_as(self) -> str:
        """How it was read, where its headers were found, and what was passed over."""
        headers = [f"{part.sheet.name}: " * bool(part.sheet.name) + part.heading.rows for part in self.parts]
        said = [self.book.read_as, f"header in {', '.join(headers)}"]
        if self._passed_over:
            said.append(f"without the {_sheets(self._passed_over)}")
        if self.totals:
            said.append(f"without {self.totals} rows of totals")
        return "; ".join(said)

    def rows(self) -> Iterator[Row]:
        """The rows from the first, in every sheet that is read; those in which every cell is blank are none.

        Raises NotATable if the file has been changed meanwhile and is none any more.
        """
        self.totals = 0
        for part in self.parts:
            yield from self._rows_of(part)

    def _rows_of(self, part: Part) -> Iterator[Row]:
        names, drop, mask = part.heading.names, self.mapping.drop, self.mapping.mask
        dropped = [at for at, name in enumerate(names) if name in drop or name in (CELL, RULE)]
        hidden = [at for at, name in enumerate(names) if name in mask]
        returned = self.book.ragged and CELL in names
        for number, cells in part.sheet.records():
            if number <= part.heading.last or not any(cells):
                continue
            if _folded(next(filter(None, cells))) in self._totals:
                self.totals += 1
                continue
            if len(cells) != len(names) and self.book.ragged:
                raise NotATable(f"row {number} has {len(cells)} cells where the header has {len(names)}")
            kept = _without(cells, dropped, hidden) if dropped or hidden else cells
            if returned:
                kept = list(map(as_it_was, kept))
            yield Row(number, dict(zip(names, kept, strict=False)), part.sheet.name, kept)

    def _read_parts(self) -> tuple[Sequence[Part], Sequence[str]]:
        """The sheets to be read, and the names of those without the columns that the mapping names."""
        wanted = self.mapping.file.sheets
        sheets = [sheet for sheet in self.book.sheets if wanted is None or sheet.name in wanted]
        if wanted is not None and len(sheets) < len(wanted):
            raise NotATable(f"there is no {_sheets(sorted(set(wanted) - {sheet.name for sheet in sheets}))}")
        parts: list[Part] = []
        refused: dict[str, NotATable] = {}
        for sheet in sheets:
            try:
                parts.append(self._read_part(sheet))
            except NotATable as why:
                refused[sheet.name] = why
        if refused and (not parts or wanted is not None):
            raise next(iter(refused.values()))
        if not parts:
            raise NotATable("there is no sheet in it that can be seen")
        return parts, list(refused)

    def _read_part(self, sheet: Sheet) -> Part:
        of_sheet = f"sheet {sheet.name}: " * bool(sheet.name)
        asked = self.mapping.file.header
        head = head_of(sheet.records(), asked)
        heading = find(head, lambda names: len(self.columns & set(names)), asked)
        if heading is None:
            raise NotATable(f"{of_sheet}there is no header in row {asked[0] if asked else 1}")
        names = heading.names
        width = len(names) if self.book.ragged else sum(map(bool, names))
        if width > MOST_COLUMNS:
            raise NotATable(f"{of_sheet}the header has {width} columns, more than {MOST_COLUMNS}")
        missing = sorted(self.columns - set(names))
        if missing:
            raise NotATable(
                f"{of_sheet}the header in {heading.rows} has no column {_listed(missing)}, which the mapping names"
            )
        twice = sorted(name for name in self.columns if names.count(name) > 1)
        if twice:
            raise NotATable(f"{of_sheet}the header in {heading.rows} has more than one column {_listed(twice)}")
        return Part(sheet, heading, [cells for number, cells in head if number <= heading.last])


def _without(cells: Sequence[str], dropped: Sequence[int], hidden: Sequence[int]) -> Sequence[str]:
    kept = list(cells)
    for at in dropped:
        if at < len(kept):
            kept[at] = ""
    for at in hidden:
        if at < len(kept):
            kept[at] = masked(kept[at])
    return kept


def _folded(cell: str) -> str:
    """A word as it is compared with those of totals: however it is spaced, with or without a colon."""
    return "".join(cell.split()).rstrip(":：").casefold()


def _sheets(names: Sequence[str]) -> str:
    return f"sheet{'s' * (len(names) > 1)} {_listed(names)}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:10])
    return shown + (f" and {len(names) - 10} more" if len(names) > 10 else "")
