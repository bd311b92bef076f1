"""Importing: the mapping of a ledger's columns to the loop's moves, as its TOML file has it (docs/import.md).

Whatever is wrong with one is found when it is read, not at a row: unknown keys, fields that a move
does not have or needs, constants that no field takes, formats that hold no whole date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from application.importing.cells import CellRefused, Reading
from application.importing.heading import MOST_ROWS
from application.importing.moves import MOVES, REGISTRATION, MoveName, Target, targets
from application.importing.stating import Column, Condition, Part, Stated, Value
from domain.command import Label

TOTALS = ("合计", "总计", "小计", "共计", "累计", "total", "grand total", "subtotal")

SPECIMEN = datetime(2017, 9, 12)  # noqa: DTZ001 - a day to try formats on, of no place


class BadMapping(Exception):
    """A mapping can't be used. The message has a line for each fault: file, key, what is wrong."""

    def __init__(self, file: str, faults: Iterable[str]) -> None:
        super().__init__("\n".join(f"{file}: {fault}" for fault in faults))


HeaderRow = Annotated[int, Field(ge=1, le=50, strict=True)]

HeaderRows = Annotated[
    tuple[HeaderRow, HeaderRow],
    BeforeValidator(
        lambda given: (given, given) if isinstance(given, int) else given,
        json_schema_input_type=HeaderRow | tuple[HeaderRow, HeaderRow],
    ),
]
"""The row of the header, or its first and last."""


class FileShape(Part):
    """How the file is written. What is left out is looked for, and the answer says what was found.

    `header` is the row the column names stand in, or the first and last of those they are merged over; what is above
    it is not read.
    """

    encoding: Literal["auto", "utf-8", "utf-8-sig", "gb18030"] = "auto"
    separator: Annotated[str, StringConstraints(pattern=r"^[^\"\r\n\x00]$")] | None = None
    header: HeaderRows | None = None
    sheets: tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...] | None = Field(
        default=None, min_length=1
    )
    totals: tuple[str, ...] = TOTALS
    """The words a row of totals begins with; such rows are passed over."""

    @model_validator(mode="after")
    def _header_from_above(self) -> Self:
        if self.header is not None and not 0 <= self.header[1] - self.header[0] < MOST_ROWS:
            raise PydanticCustomError("header_rows", "header: one row, or the first and last of at most three")
        return self


def _holds_a_date(format: str) -> str:
    try:
        whole = datetime.strptime(SPECIMEN.strftime(format), format).date() == SPECIMEN.date()  # noqa: DTZ007
    except ValueError:
        whole = False
    if not whole:
        raise PydanticCustomError("date_format", "A date format holds year, month and day, for instance %Y-%m-%d")
    return format


class Dates(Part):
    """In which formats days and times are written, tried in this order, and where it was that day or time."""

    formats: tuple[Annotated[str, AfterValidator(_holds_a_date)], ...] = Field(min_length=1)
    zone: ZoneInfo | None = None
    """None: the jurisdiction's."""


class EnterprisePart(Part):
    """Who is responsible: by a code in `fields.uscc`, or else by a placeholder over the columns of `placeholder`."""

    placeholder: tuple[Column, ...] = ()
    fields: dict[str, Value]

    @model_validator(mode="after")
    def _can_be_registered(self) -> Self:
        given = self.fields if not self.placeholder else self.fields | {"uscc": ()}
        _fit(given, REGISTRATION, "an enterprise")
        return self


class MovePart(Part):
    """A move that a row makes, if all of `when` holds, at the time `occurred_at` states."""

    move: MoveName
    occurred_at: Value
    when: tuple[Condition, ...] = ()
    fields: dict[str, Value] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        if any(stated.column is None or stated.map is not None for stated in self.occurred_at):
            raise PydanticCustomError("occurred_at_column", "occurred_at: comes from columns as they stand")
        _fit(self.fields, targets(MOVES[self.move]), self.move)
        return self


class LedgerMapping(Part):
    """How one kind of ledger becomes hazards: each row one, with its moves in the order they are listed."""

    source: Label
    """The record, as a closing before import names it. Part of every row's identity."""
    identity: tuple[Column, ...] = Field(min_length=1)
    """The columns that tell rows apart."""
    file: FileShape = FileShape()
    dates: Dates
    enterprise: EnterprisePart | None = None
    moves: tuple[MovePart, ...] = Field(min_length=1)
    drop: frozenset[Column] = frozenset()
    """Columns that are not read."""
    mask: frozenset[Column] = frozenset()
    """Columns of which only the first sign of everybody named is read."""

    @model_validator(mode="after")
    def _begins_with_the_report(self) -> Self:
        first, *later = self.moves
        if first.move is not MoveName.REPORT or first.when:
            raise PydanticCustomError("report_first", "moves: the first is report, without when")
        if any(move.move is MoveName.REPORT for move in later):
            raise PydanticCustomError("report_once", "moves: a row is one report; only the first move can be")
        return self

    @model_validator(mode="after")
    def _constants_can_be_read(self) -> Self:
        reading = Reading(self.dates.formats, ZoneInfo("UTC"))
        if self.enterprise is not None:
            _try_words(self.enterprise.fields, REGISTRATION, reading, "enterprise")
        for number, move in enumerate(self.moves, start=1):
            _try_words(move.fields, targets(MOVES[move.move]), reading, f"move {number} ({move.move})")
        return self

    @model_validator(mode="after")
    def _nothing_comes_from_what_is_dropped(self) -> Self:
        for name in sorted(self.drop & self.columns):
            raise PydanticCustomError("dropped", "drop: {name}: the mapping reads it", {"name": name})
        for name in sorted(self.mask & set(self.identity)):
            raise PydanticCustomError("masked", "mask: {name}: it tells rows apart", {"name": name})
        return self

    @property
    def columns(self) -> frozenset[str]:
        """Every column the mapping names; the table has to have them all."""
        return frozenset(self._mentioned())

    def _mentioned(self) -> Iterator[str]:
        yield from self.identity
        if self.enterprise is not None:
            yield from self.enterprise.placeholder
            yield from _mentioned_in(self.enterprise.fields)
        for move in self.moves:
            yield from (condition.column for condition in move.when)
            yield from _mentioned_in(move.fields | {"occurred_at": move.occurred_at})


def _mentioned_in(fields: Mapping[str, tuple[Stated, ...]]) -> Iterator[str]:
    for alternatives in fields.values():
        for stated in alternatives:
            yield from stated.mentioned()


def _fit(fields: Mapping[str, object], known: Mapping[str, Target], whose: str) -> None:
    for name in (name for name in fields if name not in known):
        raise PydanticCustomError(
            "no_such_field",
            "fields.{name}: {whose} has no such field; it has {known}",
            {"name": name, "whose": whose, "known": ", ".join(known)},
        )
    for name, target in known.items():
        if target.required and name not in fields:
            raise PydanticCustomError("field_needed", "fields.{name}: {whose} needs it", {"name": name, "whose": whose})


def _try_words(
    fields: Mapping[str, tuple[Stated, ...]], known: Mapping[str, Target], reading: Reading, where: str
) -> None:
    """Refuse a constant, or a word of a map, that its field would refuse in every row."""
    for name, alternatives in fields.items():
        for stated in alternatives:
            words = [stated.constant] if stated.constant else list((stated.map or {}).values())
            for word in words:
                try:
                    known[name].adapter.validate_python(reading.read(known[name].kind, word))
                except (CellRefused, ValidationError) as error:
                    says = error.rule.says if isinstance(error, CellRefused) else error.errors()[0]["msg"]
                    raise PydanticCustomError(
                        "word_refused",
                        "{where}: fields.{name}: {word}: {says}",
                        {"where": where, "name": name, "word": word, "says": says},
                    ) from None
