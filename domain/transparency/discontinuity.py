"""Domain: where the checkpoints of a log do not follow on those before, and somebody answers for it.

A restored backup is an older log: what was signed since is gone, and nothing new may be signed as if it were not.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.actors import Actor, Role
from domain.command import Command, Fields, Sha256, require
from domain.erasable import Erasable
from domain.event import Act, Aggregate, DomainEvent
from domain.hazard.rules import ROLE
from domain.refusals import NotAllowed


class DiscontinuityFields(Fields):
    """Which checkpoint nothing follows on, as far as one is known, and why that is so."""

    lost_size: int | None = None
    """Events under the last checkpoint that was known."""
    lost_root: Sha256 | None = None
    reason: Erasable


class DiscontinuityAcknowledged(DomainEvent, DiscontinuityFields):
    """The log does not follow on a checkpoint that was signed, and somebody answers for it."""

    name: ClassVar[str] = "log.discontinuity_acknowledged.v1"

    def apply(self, aggregate: Discontinuities) -> None:
        """Change the discontinuities as this event says."""
        aggregate.last = self
        if self.lost_size is not None and self.lost_root is not None:
            aggregate.lost.add((self.lost_size, self.lost_root))


class Discontinuities(Aggregate):
    """Those of one log."""

    def __init__(self) -> None:
        self.last: DiscontinuityAcknowledged | None = None
        self.lost: set[tuple[int, str]] = set()

    def visible_to(self, actor: Actor) -> bool:
        """Nobody reads them by themselves; the log shows them."""
        return actor.role is Role.SERVICE


class AcknowledgeDiscontinuity(Command, DiscontinuityFields):
    """Answer for a discontinuity."""

    roles: ClassVar[frozenset[Role]] = frozenset({Role.ADMINISTRATOR})

    def decide(self, discontinuities: Discontinuities, act: Act) -> None:
        """Let it be known. Raises Refusal."""
        require(act.by.role in self.roles, ROLE, refusal=NotAllowed)
        discontinuities.happen(DiscontinuityAcknowledged, act, **self.said())


def stream_of(code: str) -> UUID:
    """The stream of a jurisdiction's discontinuities."""
    return uuid5(NAMESPACE_URL, f"hazardloop:{code}/discontinuities")
