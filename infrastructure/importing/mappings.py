"""Infrastructure: reads a mapping, one of those shipped beside this module or the operator's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from application.importing.mapping import BadMapping, LedgerMapping

SHIPPED = Path(__file__).parent / "mappings"
LARGEST = 1 << 20
"""Bytes; a mapping is written by hand."""

MOST_DOTS = 200
"""In a line: reading a key takes as long as the square of its parts, and the server reads it that is to go by it."""


def shipped_mappings() -> Sequence[str]:
    """The names of the mappings that come with the product."""
    return sorted(file.stem for file in SHIPPED.glob("*.toml"))


def load_mapping(named: str) -> LedgerMapping:
    """The shipped mapping of that name, or the one in that file. Raises BadMapping."""
    path = SHIPPED / f"{named}.toml" if named in shipped_mappings() else Path(named)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        shipped = ", ".join(shipped_mappings())
        raise BadMapping(named, [f"there is no such file, nor a shipped mapping of this name ({shipped})"]) from error
    except OSError as error:
        raise BadMapping(named, [f"can't be read: {error.strerror}"]) from error
    return mapping_of(content, named)


def mapping_of(content: bytes, named: str = "the mapping") -> LedgerMapping:
    """The mapping that TOML in UTF-8 holds. Raises BadMapping."""
    try:
        if len(content) > LARGEST:
            raise ValueError(f"it is larger than {LARGEST} bytes")
        text = content.decode()
        if any(line.count(".") > MOST_DOTS for line in text.split("\n")):
            raise ValueError(f"a line has more than {MOST_DOTS} dots")
        return LedgerMapping.model_validate(tomllib.loads(text))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        raise BadMapping(named, (_fault(fault["loc"], fault["msg"]) for fault in faults)) from error
    except RecursionError as error:
        raise BadMapping(named, ["is nested too deeply"]) from error
    except ValueError as error:
        raise BadMapping(named, [f"is not TOML in UTF-8: {error}"]) from error


def _fault(where: tuple[int | str, ...], what: str) -> str:
    """`moves 2, fields.deadline: …`: a move or a piece of a list is named by its number, counted from 1."""
    return f"{_path(where)}: {what}" if where else what


def _path(where: tuple[int | str, ...]) -> str:
    return "".join(_steps(where)).removeprefix(".")


def _steps(where: tuple[int | str, ...]) -> Iterator[str]:
    for step in where:
        yield f" {step + 1}" if isinstance(step, int) else f".{step}"
