"""Importing: the mapping of a ledger's columns to the loop's moves, as its TOML file has it (docs/import.md).

Whatever is wrong with one is found when it is read, not at a row: unknown keys, fields that a move
does not have or needs, constants that no field takes, formats that hold no whole date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from application.importing.cells import CellRefused, Reading
from application.importing.moves import MOVES, REGISTRATION, MoveName, Target, targets
from application.importing.shape import Dates, FileShape
from application.importing.stating import Column, Columns, Condition, Part, Stated, Value
from domain.command import Label


class BadMapping(Exception):
    """A mapping can't be used. The message has a line for each fault: file, key, what is wrong."""

    def __init__(self, file: str, faults: Iterable[str]) -> None:
        super().__init__("\n".join(f"{file}: {fault}" for fault in faults))


class EnterprisePart(Part):
    """Who is responsible: by a code in `fields.uscc`, by the name it is registered under, or else by a placeholder
    over the columns of `placeholder`.
    """

    by_name: bool = Field(default=False, strict=True)
    """Whether a row without a code stands for the one enterprise that is registered here under its name."""
    placeholder: tuple[Column, ...] = ()
    fields: dict[str, Value]

    @model_validator(mode="after")
    def _can_be_registered(self) -> Self:
        given = self.fields if not self.placeholder else self.fields | {"uscc": ()}
        _fit(given, REGISTRATION, "an enterprise")
        return self


class MovePart(Part):
    """A move that a row makes, if all of `when` holds, at the time `occurred_at` states.

    Of the columns of `each_line` every line is a move of its own: the first of each, then the second.
    """

    move: MoveName
    occurred_at: Value
    each_line: Columns | None = None
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
        if first.move is not MoveName.REPORT or first.when or first.each_line:
            raise PydanticCustomError("report_first", "moves: the first is report, without when or each_line")
        if any(move.move is MoveName.REPORT for move in later):
            raise PydanticCustomError("report_once", "moves: a row is one report; only the first move can be")
        return self

    @model_validator(mode="after")
    def _constants_can_be_read(self) -> Self:
        reading = Reading(self.dates.formats, ZoneInfo("UTC"))
        for where, target, stated in self._values():
            _try_words(where, target, stated, reading)
        return self

    @model_validator(mode="after")
    def _nothing_comes_from_what_is_dropped(self) -> Self:
        for name in sorted(self.drop & self.columns):
            raise PydanticCustomError("dropped", "drop: {name}: the mapping reads it", {"name": name})
        for name in sorted(self.mask & set(self.identity)):
            raise PydanticCustomError("masked", "mask: {name}: it tells rows apart", {"name": name})
        return self

    @model_validator(mode="after")
    def _people_can_be_erased(self) -> Self:
        """Neither the hash that tells rows apart nor a name of a thing may hold people: they would outlive erasure."""
        values = list(self._values())
        people = {name for _, _, stated in values for name in stated.people or ()}
        keys = [("identity", self.identity)]
        if self.enterprise is not None:
            keys.append(("enterprise.placeholder", self.enterprise.placeholder))
        keys += [(where, stated.columns) for where, target, stated in values if not target.erasable]
        for where, columns in keys:
            for name in sorted(people.intersection(columns)):
                said = {"where": where, "name": name}
                raise PydanticCustomError("people", "{where}: {name}: it holds people, and could not be erased", said)
        return self

    def _values(self) -> Iterator[tuple[str, Target, Stated]]:
        """Everything that is stated for a field: where, for which field, and what."""
        parts: list[tuple[str, Mapping[str, tuple[Stated, ...]], Mapping[str, Target]]] = [
            (f"move {number} ({move.move})", move.fields, targets(MOVES[move.move]))
            for number, move in enumerate(self.moves, start=1)
        ]
        if self.enterprise is not None:
            parts.insert(0, ("enterprise", self.enterprise.fields, REGISTRATION))
        for where, fields, known in parts:
            for name, alternatives in fields.items():
                yield from ((f"{where}: fields.{name}", known[name], stated) for stated in alternatives)

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
            yield from move.each_line or ()
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


def _try_words(where: str, target: Target, stated: Stated, reading: Reading) -> None:
    """Refuse a constant, or a word of a map, that its field would refuse in every row."""
    for word in [stated.constant] if stated.constant else list((stated.map or {}).values()):
        try:
            target.adapter.validate_python(reading.read(target.kind, word))
        except (CellRefused, ValidationError) as error:
            says = error.rule.says if isinstance(error, CellRefused) else error.errors()[0]["msg"]
            raise PydanticCustomError(
                "word_refused", "{where}: {word}: {says}", {"where": where, "word": word, "says": says}
            ) from None
