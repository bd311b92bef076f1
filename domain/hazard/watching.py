"""Domain: a hazard's duty stream, in which the clock says which duty was missed or rescheduled.

It is a stream of its own, so that the clock never competes with people for a hazard's version.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID, uuid5

from domain.actors import Actor, Role
from domain.event import Act, Aggregate, DomainEvent
from domain.rules.duties import Duty


class WatchEvent(DomainEvent):
    """Something the clock noticed about a hazard's duties."""

    hazard_id: UUID
    round: int
    duty: Duty

    def apply(self, aggregate: DutyWatch) -> None:
        """Change the watch as this event says."""


class DutyMissed(WatchEvent):
    """A duty was not met by the end of its day; told to `escalated_to`, one level at a time."""

    name: ClassVar[str] = "duty.missed.v1"

    escalated_to: Role

    def apply(self, aggregate: DutyWatch) -> None:
        aggregate.missed.add((self.round, self.duty, self.escalated_to))


class DutyRescheduled(WatchEvent):
    """A later rule pack or calendar gives the duty another day. `duty` is as it is now."""

    name: ClassVar[str] = "duty.rescheduled.v1"

    was: Duty

    def apply(self, aggregate: DutyWatch) -> None:
        aggregate.replaced.add((self.round, self.was))
        aggregate.replaced.discard((self.round, self.duty))


class DutyWatch(Aggregate):
    """What has been noticed about one hazard's duties."""

    def __init__(self) -> None:
        self.missed: set[tuple[int, Duty, Role]] = set()
        self.replaced: set[tuple[int, Duty]] = set()
        """The duties, each of its round, that have another day by now."""

    def visible_to(self, actor: Actor) -> bool:
        """Nobody reads a watch by itself; the duties view shows it."""
        return actor.role is Role.SERVICE

    def miss(self, hazard_id: UUID, round: int, duty: Duty, escalated_to: Role, act: Act) -> bool:
        """Note a missed duty, once for each it is escalated to; whether it was news."""
        if (round, duty, escalated_to) in self.missed or (round, duty) in self.replaced:
            return False
        self.happen(DutyMissed, act, hazard_id=hazard_id, round=round, duty=duty, escalated_to=escalated_to)
        return True

    def reschedule(self, hazard_id: UUID, round: int, was: Duty, duty: Duty, act: Act) -> bool:
        """Note that a duty has another day now; whether it was news."""
        if was == duty or (round, was) in self.replaced:
            return False
        self.happen(DutyRescheduled, act, hazard_id=hazard_id, round=round, was=was, duty=duty)
        return True


def stream_of(hazard_id: UUID) -> UUID:
    """The id of a hazard's duty stream."""
    return uuid5(hazard_id, "duties")
