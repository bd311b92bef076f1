"""The detector: what the log holds, against what was acknowledged. The controls prove that it detects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

import psycopg

from tests.conftest import JURISDICTION
from tests.faults.asking import Book, Done

_STORED = f"""
SELECT notification_id, recorded_at, originator_id, originator_version,
       (convert_from(state, 'UTF8')::jsonb ->> 'correlation_id')::uuid
FROM hazardloop_{JURISDICTION}.events ORDER BY notification_id
"""


@dataclass(frozen=True)
class Stored:
    """An event of the log, and the request it came of."""

    position: int
    recorded_at: datetime
    stream_id: UUID
    version: int
    request: UUID

    @property
    def done(self) -> Done:
        """How it should have been acknowledged."""
        return Done(self.stream_id, self.version, self.position)


@dataclass(frozen=True)
class Findings:
    """What can't be. All empty: an acknowledged request is one event, where it was said to be, in an ordered log."""

    lost: tuple[UUID, ...] = ()
    """Requests that were acknowledged, and of which nothing is stored."""
    elsewhere: tuple[UUID, ...] = ()
    """Requests whose event is not where the acknowledgement said, or that were answered in two ways."""
    doubled: tuple[UUID, ...] = ()
    """Requests of which more than one event came."""
    gaps: tuple[int, ...] = ()
    """Positions that are missing."""
    backwards: tuple[int, ...] = ()
    """Positions recorded earlier than the one before them."""


NOTHING = Findings()


def compare(stored: Sequence[Stored], book: Book) -> Findings:
    """The log against the book."""
    times = Counter(one.request for one in stored)
    where = {one.request: one.done for one in stored}
    elsewhere = {id for id, done in book.done.items() if id in where and times[id] == 1 and where[id] != done}
    return Findings(
        lost=tuple(id for id in book.done if id not in where),
        elsewhere=tuple(elsewhere | book.differing),
        doubled=tuple(id for id, number in times.items() if number > 1),
        gaps=missing(one.position for one in stored),
        backwards=tuple(after.position for before, after in pairwise(stored) if after.recorded_at < before.recorded_at),
    )


def missing(positions: Iterable[int]) -> tuple[int, ...]:
    """What is left out of 1, 2, 3 … up to the highest."""
    seen = set(positions)
    return tuple(position for position in range(1, max(seen, default=0) + 1) if position not in seen)


async def stored(url: str) -> Sequence[Stored]:
    """The log as it lies there, read past the product."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        return [Stored(*row) for row in await (await connection.execute(_STORED)).fetchall()]


async def found(url: str, book: Book) -> Findings:
    """What is wrong with the log."""
    return compare(await stored(url), book)
