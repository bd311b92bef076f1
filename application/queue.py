"""Application: who is at a log just now, and who waits for it, whatever process they belong to.

What waits within a process is that process's own metric; this is what waits in the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Session:
    """A session of the database that has, or waits for, what only one has at a time."""

    pid: int | None
    """The server's process; None for a prepared transaction, which has none."""
    application: str
    """What it calls itself: of this product, with the id of its process."""
    state: str
    """What it does: `active`, or `idle in transaction` where it has begun and asks nothing."""
    waits_for: str | None
    """The kind of lock it waits for itself, where it does."""
    seconds: float
    """How long ago its transaction began."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue of one log. A batch is what one process appends together."""

    holding: Sequence[Session]
    """Who has the head: whoever appends just now, one at a time."""
    waiting: Sequence[Session]
    """Who waits to append a batch, the longest first."""
    clock: Sequence[Session]
    """Who makes the clock's pass, if it is being made."""


class Queues(Protocol):
    """Looks at the queue of one log."""

    async def look(self) -> Queue:
        """The queue just now. Raises Unavailable."""
