"""Application: what one process remembers of its logs, so that it need not read again what it has just decided on.

That an enterprise is registered stays true for ever, and whoever decides on an aggregate that has moved on elsewhere is
told by the log that its version is stale. A log that was out of reach may come back as another, older one: then nothing
is remembered any more.
"""

from __future__ import annotations

from typing import Generic, TypeVar
from uuid import UUID

from domain.event import Aggregate

MOST_AGGREGATES = 5_000
MOST_ENTERPRISES = 20_000
"""How many of each are remembered, of all jurisdictions; what was not asked for the longest is forgotten first."""

A = TypeVar("A", bound=Aggregate)
V = TypeVar("V")


class Remembered:
    """Aggregates as they stood when this process last appended to them, and enterprises known to be registered.

    Each by the jurisdiction's code and the stream: what is of one jurisdiction is nothing to another.
    """

    def __init__(self, most_aggregates: int = MOST_AGGREGATES, most_enterprises: int = MOST_ENTERPRISES) -> None:
        self._aggregates = _Latest[Aggregate](most_aggregates)
        self._enterprises = _Latest[None](most_enterprises)

    def take(self, code: str, stream_id: UUID, kind: type[A]) -> A | None:
        """The aggregate, for whoever decides on it alone: it is remembered again once `keep` gets it back."""
        aggregate = self._aggregates.pop((code, stream_id), None)
        return aggregate if isinstance(aggregate, kind) else None

    def keep(self, code: str, aggregate: Aggregate) -> None:
        """Remember an aggregate as the log has it: all its events are there."""
        self._aggregates.put((code, aggregate.id), aggregate)

    def is_registered(self, code: str, stream_id: UUID) -> bool:
        """Whether the enterprise is known to be in the log; False may as well mean that nobody has looked."""
        if (code, stream_id) not in self._enterprises:
            return False
        self.registered(code, stream_id)
        return True

    def registered(self, code: str, stream_id: UUID) -> None:
        """The enterprise is in the log."""
        self._enterprises.put((code, stream_id), None)

    def forget(self) -> None:
        """All of it."""
        self._aggregates.clear()
        self._enterprises.clear()


class _Latest(dict[tuple[str, UUID], V], Generic[V]):
    """So many things at most, those that were put in last."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def put(self, key: tuple[str, UUID], value: V) -> None:
        """Put it in as the last one."""
        self.pop(key, None)
        self[key] = value
        if len(self) > self._most:
            del self[next(iter(self))]
