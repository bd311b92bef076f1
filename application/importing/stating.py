"""Importing: how a mapping says where the words of a field stand in a row: the whole of its small language.

A value is a list of alternatives: the first that applies and is not blank is taken. In TOML a text
alone stands for the column of that name, and a table alone for a list of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from application.importing.people import people_in

_COLUMN_IN_TEXT = re.compile(r"\{([^{}]+)\}")

Column = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""The name of a column as the header has it."""


Columns = Annotated[
    tuple[Column, ...],
    BeforeValidator(
        lambda given: (given,) if isinstance(given, str) else given, json_schema_input_type=Column | tuple[Column, ...]
    ),
    Field(min_length=1),
]
"""One column, or several."""


class Part(BaseModel):
    """A part of a mapping. Unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def exactly_one(part: Part, *names: str) -> None:
    """Refuse a part that has none of these keys or more than one."""
    if sum(getattr(part, name) is not None for name in names) != 1:
        keys = ", ".join(type(part).model_fields[name].alias or name for name in names)
        raise PydanticCustomError("exactly_one", "Exactly one of these keys has to be there: {keys}", {"keys": keys})


class Condition(Part):
    """What one cell must be like for something to apply. Upper and lower case differ."""

    column: Column
    filled: bool | None = Field(default=None, strict=True)
    equals: str | None = None
    one_of: tuple[str, ...] | None = Field(default=None, alias="in", min_length=1)
    contains: str | None = Field(default=None, min_length=1)
    starts: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        exactly_one(self, "filled", "equals", "one_of", "contains", "starts")
        return self

    def holds(self, cells: Mapping[str, str]) -> bool:
        """Whether the row's cell is like this."""
        cell = cells[self.column]
        if self.filled is not None:
            return bool(cell) is self.filled
        if self.one_of is not None:
            return cell in self.one_of
        if self.contains is not None:
            return self.contains in cell
        if self.starts is not None:
            return cell.startswith(self.starts)
        return cell == self.equals


class Stated(Part):
    """Where a value stands: in a column (through `map`, if there is one), in a text with columns in it, or here.

    `people`: everybody whom these columns name, each once, divided by 、.
    """

    column: Column | None = None
    map: dict[str, str] | None = Field(default=None, min_length=1)
    text: tuple[str, ...] | None = Field(default=None, min_length=1)
    separator: str | None = None
    people: Columns | None = None
    constant: str | None = Field(default=None, min_length=1)
    when: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        exactly_one(self, "column", "text", "people", "constant")
        if self.map is not None and self.column is None:
            raise PydanticCustomError("map_of_column", "map: goes with column")
        if self.separator is not None and self.text is None:
            raise PydanticCustomError("separator_of_text", "separator: goes with text")
        if self.text is not None and not all(map(_COLUMN_IN_TEXT.search, self.text)):
            raise PydanticCustomError("text_of_columns", "text: every piece names a column, as {Name}")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns the value comes from."""
        if self.column is not None:
            return (self.column,)
        if self.people is not None:
            return self.people
        found = (match.strip() for piece in self.text or () for match in _COLUMN_IN_TEXT.findall(piece))
        return tuple(dict.fromkeys(found))

    def applies(self, cells: Mapping[str, str]) -> bool:
        """Whether every condition holds."""
        return all(condition.holds(cells) for condition in self.when)

    def stated(self, cells: Mapping[str, str]) -> str:
        """What the row says, before any `map`; empty where it says nothing."""
        if self.column is not None:
            return cells[self.column]
        if self.constant is not None:
            return self.constant
        if self.people is not None:
            return "、".join(dict.fromkeys(name for column in self.people for name in people_in(cells[column])))
        return (self.separator if self.separator is not None else " ").join(self._pieces(cells))

    def _pieces(self, cells: Mapping[str, str]) -> Iterator[str]:
        """The pieces with their columns filled in, without those in which every column is blank."""
        for piece in self.text or ():
            if any(cells[name.strip()] for name in _COLUMN_IN_TEXT.findall(piece)):
                yield _COLUMN_IN_TEXT.sub(lambda match: cells[match[1].strip()], piece).strip()

    def mentioned(self) -> Iterator[str]:
        """Every column named here."""
        yield from self.columns
        yield from (condition.column for condition in self.when)


def _alternatives(given: object) -> object:
    listed = given if isinstance(given, list | tuple) else [given]
    return tuple({"column": one} if isinstance(one, str) else one for one in listed)


Value = Annotated[
    tuple[Stated, ...],
    BeforeValidator(_alternatives, json_schema_input_type=Column | Stated | tuple[Column | Stated, ...]),
    Field(min_length=1),
]
"""The alternatives, the first first."""
