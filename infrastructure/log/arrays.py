"""Infrastructure: arrays packed as PostgreSQL reads them in binary.

A batch is sent as arrays. The driver finds out type and size anew for each list, at three times the
cost, and may come to another type from one batch to the next: another prepared statement each time.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

import psycopg
from psycopg import postgres, pq
from psycopg.adapt import Dumper

_HEAD = struct.Struct("!iiIii")  # dimensions, nulls allowed, type of the elements, how many, lower bound
_LENGTH = struct.Struct("!i")
_INT = struct.Struct("!i")
_BIGINT = struct.Struct("!q")
_FIRST_DAY = date(2000, 1, 1)
_FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NULL = _LENGTH.pack(-1)


class Array:
    """A one-dimensional array of one type; None is null."""

    __slots__ = ("packed",)
    element: ClassVar[str]

    def __init__(self, elements: Sequence[bytes | None]) -> None:
        parts = [_HEAD.pack(1, 1, postgres.types[self.element].oid, len(elements), 1)]
        for element in elements:
            if element is None:
                parts.append(_NULL)
            else:
                parts += (_LENGTH.pack(len(element)), element)
        self.packed = b"".join(parts)


class Ints(Array):
    """int[]."""

    element = "int4"

    def __init__(self, values: Iterable[int]) -> None:
        super().__init__([_INT.pack(value) for value in values])


class Bigints(Array):
    """bigint[]."""

    element = "int8"

    def __init__(self, values: Iterable[int]) -> None:
        super().__init__([_BIGINT.pack(value) for value in values])


class Dates(Array):
    """date[]."""

    element = "date"

    def __init__(self, values: Iterable[date]) -> None:
        super().__init__([_INT.pack((value - _FIRST_DAY).days) for value in values])


class Times(Array):
    """timestamptz[], of times with an offset."""

    element = "timestamptz"

    def __init__(self, values: Iterable[datetime]) -> None:
        super().__init__([_BIGINT.pack((value - _FIRST_MOMENT) // _MICROSECOND) for value in values])


class Uuids(Array):
    """uuid[]."""

    element = "uuid"

    def __init__(self, values: Iterable[UUID | None]) -> None:
        super().__init__([None if value is None else value.bytes for value in values])


class Texts(Array):
    """text[]."""

    element = "text"

    def __init__(self, values: Iterable[str]) -> None:
        super().__init__([value.encode() for value in values])


class Bools(Array):
    """boolean[]."""

    element = "bool"

    def __init__(self, values: Iterable[bool]) -> None:
        super().__init__([b"\x01" if value else b"\x00" for value in values])


class Byteas(Array):
    """bytea[]."""

    element = "bytea"


class ArrayDumper(Dumper):
    """Hands the driver what is packed already."""

    format = pq.Format.BINARY

    def dump(self, obj: Array) -> bytes:
        """The array's bytes."""
        return obj.packed


def _register(array: type[Array]) -> None:
    info = postgres.types[array.element]
    psycopg.adapters.register_dumper(array, type(f"{array.__name__}Dumper", (ArrayDumper,), {"oid": info.array_oid}))


for _array in (Ints, Bigints, Dates, Times, Uuids, Texts, Bools, Byteas):
    _register(_array)
