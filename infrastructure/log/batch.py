"""Infrastructure: a batch as the database function takes it, and its answer as outcomes. No I/O.

Both faces of the log, the asynchronous one of the request path and the library's, append with this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.sql import SQL, Identifier

from application.log import CommandKey, Known, Outcome, Receipt, Stale
from infrastructure.log.arrays import Bigints, Byteas, Ints, Texts, Uuids

PREFIX = "hazardloop_"

CHANNEL = "hazardloop"
"""The one channel on which a batch is told, as `code/highest position`."""


class Row(NamedTuple):
    """An event as it will lie in the log."""

    stream_id: UUID
    version: int
    name: str
    state: bytes
    private: bytes | None = None


@dataclass(slots=True)
class Item:
    """What is written together or not at all: one row or more."""

    rows: Sequence[Row]
    command: CommandKey | None = None
    erases: UUID | None = None

    def __post_init__(self) -> None:
        if not self.rows:
            raise ValueError("an item without events has nothing to write")


def schema_of(code: str) -> str:
    """The schema of a jurisdiction, by its administrative division code (6 to 12 digits). Raises ValueError."""
    if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 12):
        raise ValueError("a jurisdiction's code has 6 to 12 digits")
    return f"{PREFIX}{code}"


def code_of(schema: str) -> str:
    """The jurisdiction of a schema. Raises ValueError for one that isn't a jurisdiction's."""
    code = schema.removeprefix(PREFIX)
    if schema != schema_of(code):
        raise ValueError(f"a jurisdiction's schema is named {PREFIX} and its code")
    return code


def append_statement(schema: str) -> bytes:
    """The call of the database function, for `parameters`."""
    call = SQL("SELECT * FROM {}.append(%b, %b, %b, %b, %b, %b, %b, %b, %b, %b, %b::int)")
    return call.format(Identifier(schema)).as_bytes()


def parameters(items: Sequence[Item], at: datetime | None, patience: float) -> Sequence[Any]:
    """The arguments for a batch; `at` is the time to stamp or None for the database's, `patience` seconds."""
    rows = [row for item in items for row in item.rows]
    numbers = [number for number, item in enumerate(items, 1) for _ in item.rows]
    return (
        Ints(numbers),
        Uuids(row.stream_id for row in rows),
        Bigints(row.version for row in rows),
        Texts(row.name for row in rows),
        Byteas([row.state for row in rows]),
        Byteas([row.private for row in rows]),
        Byteas([command.id if command else None for command in _on_last_rows(items)]),
        Byteas([command.request if command else None for command in _on_last_rows(items)]),
        Uuids(_on_first_rows(items)) if any(item.erases for item in items) else None,
        at,
        round(patience * 1000),
    )


def outcomes(items: Sequence[Item], answer: Sequence[Any]) -> Sequence[Outcome]:
    """What the function answered, item by item."""
    position, said, streams, versions, positions, requests = answer
    found: list[Outcome] = []
    for number, item in enumerate(items):
        outcome = said[number] if said else "written"
        if outcome == "written":
            position += len(item.rows)
            found.append(Receipt(item.rows[-1].stream_id, item.rows[-1].version, position))
        elif outcome == "known":
            found.append(Known(Receipt(streams[number], versions[number], positions[number]), requests[number]))
        else:
            found.append(Stale())
    return found


def _on_last_rows(items: Sequence[Item]) -> list[CommandKey | None]:
    return [command for item in items for command in (*[None] * (len(item.rows) - 1), item.command)]


def _on_first_rows(items: Sequence[Item]) -> list[UUID | None]:
    return [stream for item in items for stream in (item.erases, *[None] * (len(item.rows) - 1))]
