"""Application: what a log is called, and where its checkpoints do not follow on those before, as operators know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from application.log import Append, EventLog, Receipt, Recorded, Unavailable, readable
from domain.event import Act, DomainEvent
from domain.transparency.discontinuity import AcknowledgeDiscontinuity, Discontinuities, stream_of


class Origin(NamedTuple):
    """The name checkpoints are signed under: two histories never bear the same one."""

    name: str
    since: int
    """The position of the last acknowledgement; 0 where there was none."""
    lost: frozenset[tuple[int, str]]
    """Size and root, in hex, of the checkpoints it is known that nothing follows on."""


@dataclass(frozen=True, slots=True)
class Origins:
    """What one log is called: the operator's name for the service, and the jurisdiction's code."""

    log: EventLog
    code: str
    service: str

    async def look(self) -> Origin:
        """As it is now. Raises Unavailable."""
        recorded, found = await self._read()
        name = f"{self.service}/{self.code}"
        if found is None or found.last is None:
            return Origin(name, 0, frozenset())
        since = recorded[-1].position
        # What is lost as well, or else the command: a log set back twice to one position has two histories behind it.
        own = found.last.lost_root[:8] if found.last.lost_root else found.last.correlation_id.hex[-8:]
        return Origin(f"{name}/{since}-{own}", since, frozenset(found.lost))

    async def acknowledge(self, command: AcknowledgeDiscontinuity, act: Act) -> Receipt:
        """Let it be known that the log does not follow on a checkpoint. Raises Refusal, Unavailable."""
        _, found = await self._read()
        discontinuities = found or Discontinuities.begin(stream_of(self.code), act.occurred_at)
        command.decide(discontinuities, act)
        pending = [event for event in discontinuities.collect_events() if isinstance(event, DomainEvent)]
        (outcome,) = await self.log.append([Append(pending)])
        if not isinstance(outcome, Receipt):
            raise Unavailable
        return outcome

    async def _read(self) -> tuple[list[Recorded], Discontinuities | None]:
        recorded = list(await self.log.read(stream_of(self.code)))
        return recorded, Discontinuities.fold(readable(recorded))
