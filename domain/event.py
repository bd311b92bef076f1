"""Domain: what every event carries, and the catalogue of stable names it is stored under.

A stored name (`hazard.reported.v1`) is for ever; Python paths never reach the log.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.domain import BaseAggregate, CanMutateAggregate
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.actors import Actor, By

if TYPE_CHECKING:
    from domain.rules.rulebook import Rulebook


class DomainEvent(BaseModel, CanMutateAggregate[UUID]):
    """A frozen fact. Stream and version lie in columns of their own, not in the encoded state."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    """The registered name, `subject.happened.vN`."""

    originator_id: UUID = Field(default=UUID(int=0), exclude=True)
    originator_version: int = Field(default=0, exclude=True)
    by: By
    occurred_at: AwareDatetime
    """When it is said to have happened; when it was recorded is the recorder's to say."""
    correlation_id: UUID
    causation_id: UUID | None = None
    """What in the log led to it (`id_in_log`); None for what somebody did of their own accord."""

    timestamp: ClassVar[property] = property(lambda event: event.occurred_at)  # type: ignore[misc]
    """The library's word for the claimed time; a class variable, lest pydantic take it for a field."""

    def placed(self, stream_id: UUID, version: int) -> Self:
        """Say where it lies: for whoever has just decoded it, as long as nobody else has seen it."""
        fields = self.__dict__
        fields["originator_id"], fields["originator_version"] = stream_id, version
        return self


PLACE = frozenset({"originator_id", "originator_version"})
"""The fields that say where an event lies; no state may."""


def id_in_log(code: str, position: int) -> UUID:
    """What a causation_id calls the event at a position of a jurisdiction's log."""
    return uuid5(NAMESPACE_URL, f"hazardloop:{code}/events/{position}")


class Act(NamedTuple):
    """The circumstances of one command: who, when, in which chain of causes, under which rules."""

    by: Actor
    now: datetime
    occurred_at: datetime
    correlation_id: UUID
    rules: Rulebook
    causation_id: UUID | None = None


E = TypeVar("E", bound=DomainEvent)


class Aggregate(BaseAggregate[UUID]):
    """The library's aggregate, with the id and the time passed in instead of made up."""

    def __init__(self) -> None:
        """Fields start empty here; only events fill them."""

    @classmethod
    def begin(cls, id: UUID, at: datetime) -> Self:
        """An aggregate nothing has happened to yet (version 0)."""
        aggregate = cls.__new__(cls)
        aggregate.__base_init__(id, 0, at)
        aggregate.__init__()  # type: ignore[misc]
        return aggregate

    @abstractmethod
    def visible_to(self, actor: Actor) -> bool:
        """Whether the actor may see it: people of an enterprise see only their own enterprise's."""

    @classmethod
    def fold(cls, events: Sequence[DomainEvent]) -> Self | None:
        """The aggregate after these events, or None where there are none."""
        if not events:
            return None
        aggregate = cls.begin(events[0].originator_id, events[0].occurred_at)
        for event in events:
            event.mutate(aggregate)
        return aggregate

    def happen(self, kind: type[E], act: Act, **what: object) -> E:
        """Make the next event of this stream, apply it and keep it for the log."""
        event = kind(
            originator_id=self.id,
            originator_version=self.version + 1,
            by=act.by.by,
            occurred_at=act.occurred_at,
            correlation_id=act.correlation_id,
            causation_id=act.causation_id,
            **what,
        )
        event.mutate(self)
        self.pending_events.append(event)
        return event
