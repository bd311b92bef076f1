"""API: a log as JSON Lines, for `export` and `verify`: one line an event, its exact public bytes in base64.

The private parts go into a file of their own, so that the public one may be given to anybody:
erasing a text does not reach a copy that somebody else holds.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from application.auditing import RawEvent


class BadLine(Exception):
    """A line of a copy is not what it should be; the message says which and why, never what it holds."""


def _decoded(given: object) -> bytes:
    if not isinstance(given, str):
        raise PydanticCustomError("base64", "Should be a text in base64")
    try:
        return base64.b64decode(given, validate=True)
    except ValueError:
        raise PydanticCustomError("base64", "Is not base64") from None


_Bytes = Annotated[bytes, BeforeValidator(_decoded)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    position: int


class _Public(_Line):
    recorded_at: AwareDatetime
    stream_id: UUID
    version: int
    name: str
    state: _Bytes


class _Private(_Line):
    private: _Bytes


L = TypeVar("L", bound=_Line)


def public_line(raw: RawEvent) -> str:
    """The event without its texts."""
    return json.dumps(
        {
            "position": raw.position,
            "recorded_at": raw.recorded_at.isoformat(),
            "stream_id": str(raw.stream_id),
            "version": raw.version,
            "name": raw.name,
            "state": base64.b64encode(raw.state).decode(),
        }
    )


def private_line(position: int, private: bytes) -> str:
    """The texts of the event at a position, and their salts."""
    return json.dumps({"position": position, "private": base64.b64encode(private).decode()})


def read_copy(public: Path, private: Path | None) -> Iterator[RawEvent]:
    """The events of a copy, in the order of its lines. Raises BadLine or OSError."""
    beside = iter(()) if private is None else _lines(private, _Private)
    texts = next(beside, None)
    for line in _lines(public, _Public):
        own = None
        if texts is not None and texts.position == line.position:
            own, texts = texts.private, next(beside, None)
        yield RawEvent(line.position, line.recorded_at, line.stream_id, line.version, line.name, line.state, own)
    if texts is not None:
        raise BadLine(f"{private}: the texts of position {texts.position} belong to no event, or are out of order")


def _lines(file: Path, kind: type[L]) -> Iterator[L]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield kind.model_validate_json(line)
            except ValidationError as error:
                (first, *_) = error.errors(include_input=False, include_url=False, include_context=False)
                where = ".".join(map(str, first["loc"]))
                raise BadLine(f"{file}, line {number}: {f'{where}: ' if where else ''}{first['msg']}") from None
