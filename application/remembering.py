"""Application: what one process remembers of the log, so that it need not read again what it has just decided on.

Only what can't mislead: that an enterprise is registered stays true for ever, and whoever decides on an aggregate that
has moved on elsewhere is told by the log that its version is stale.
"""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from domain.event import Aggregate

MOST_AGGREGATES = 5_000
MOST_ENTERPRISES = 20_000
"""How many a process remembers of each in one jurisdiction; what was not asked for the longest is forgotten first."""

A = TypeVar("A", bound=Aggregate)
K = TypeVar("K")
V = TypeVar("V")


class Remembered:
    """Aggregates as they stood when this process last appended to them, and enterprises known to be registered."""

    def __init__(self, most_aggregates: int = MOST_AGGREGATES, most_enterprises: int = MOST_ENTERPRISES) -> None:
        self._most_aggregates = most_aggregates
        self._most_enterprises = most_enterprises
        self._aggregates: dict[UUID, Aggregate] = {}
        self._enterprises: dict[str, None] = {}

    def take(self, stream_id: UUID, kind: type[A]) -> A | None:
        """The aggregate, for whoever decides on it alone: it is remembered again once `keep` gets it back."""
        aggregate = self._aggregates.pop(stream_id, None)
        return aggregate if isinstance(aggregate, kind) else None

    def keep(self, aggregate: Aggregate) -> None:
        """Remember an aggregate as the log has it: all its events are there."""
        self._aggregates[aggregate.id] = aggregate
        _forget_first(self._aggregates, self._most_aggregates)

    def is_registered(self, uscc: str) -> bool:
        """Whether the enterprise is known to be in the log; False may as well mean that nobody has looked."""
        if uscc not in self._enterprises:
            return False
        self.registered(uscc)
        return True

    def registered(self, uscc: str) -> None:
        """The enterprise is in the log."""
        self._enterprises.pop(uscc, None)
        self._enterprises[uscc] = None
        _forget_first(self._enterprises, self._most_enterprises)


def _forget_first(kept: dict[K, V], most: int) -> None:
    if len(kept) > most:
        del kept[next(iter(kept))]
