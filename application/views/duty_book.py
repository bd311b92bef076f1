"""Application: a hazard's duties as its events leave them: begun, met, lapsed, put off, passed on.

A duty that gets another day or another enterprise ends and goes on in a row of its own, so that at
any time, by either clock, each row says by itself whether it was open and by when it was due.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from application.answers import DutyState
from application.views.times import When, storable
from domain.actors import Role
from domain.hazard.hazard import HazardEvent
from domain.hazard.reporting import Reported, Transferred
from domain.hazard.watching import DutyMissed, DutyRescheduled
from domain.hazard.words import ReportStage
from domain.rules.duties import Duty, DutyKind


class NoSuchDuty(Exception):
    """The clock speaks of a duty that never began."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Whom the clock told that a duty was missed."""

    to: Role
    when: When


@dataclass(slots=True)
class HeldDuty:
    """One duty, from its beginning to what became of it."""

    number: int
    enterprise: str | None
    round: int
    duty: Duty
    since: datetime
    begun: When
    state: DutyState = DutyState.OPEN
    ended: When | None = None
    ended_at: datetime | None = None
    """The time by which it is judged whether it was late."""
    escalations: tuple[Escalation, ...] = ()

    def end(self, state: DutyState, when: When, judged_at: datetime) -> None:
        """It is open no longer."""
        self.state, self.ended, self.ended_at = state, when, judged_at

    def clamp(self, occurred: datetime) -> None:
        """Something later in the hazard occurred at `occurred`: none of this counts as having occurred after it."""
        self.begun = self.begun.at_most(occurred)
        if self.ended is not None:
            self.ended = self.ended.at_most(occurred)
        self.escalations = tuple(Escalation(one.to, one.when.at_most(occurred)) for one in self.escalations)


@dataclass(slots=True)
class DutyBook:
    """The duties of one hazard: the open ones always, the others where they are asked for."""

    begun: int = 0
    held: dict[int, HeldDuty] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    """The numbers of those begun or changed since the book was opened."""

    def open(self) -> Iterator[HeldDuty]:
        """The open ones, in the order they began."""
        return (held for held in self.held.values() if held.state is DutyState.OPEN)

    @property
    def next_due(self) -> date | None:
        """The earliest due day of an open duty."""
        earliest = None
        for held in self.held.values():
            if held.state is DutyState.OPEN and (earliest is None or held.duty.due < earliest):
                earliest = held.duty.due
        return earliest

    def happened(self, event: HazardEvent, enterprise: str | None, round: int, when: When) -> None:
        """End what the event meets or lets lapse, then begin what it starts."""
        if self.held and _ends_any(type(event)):
            self._end_those(event, enterprise, when)
        for duty in event.duties:
            self._begin(duty, enterprise, round, _counted_since(event, duty, when), when)

    def _end_those(self, event: HazardEvent, enterprise: str | None, when: When) -> None:
        judged_at = storable(event.occurred_at) if _imported(event) else when.recorded
        for held in list(self.open()):
            if event.meets(held.duty.key):
                self._end(held, DutyState.MET, when, judged_at)
            elif event.lapses(held.duty.key):
                self._end(held, DutyState.LAPSED, when, judged_at)
            elif isinstance(event, Transferred):
                self._end(held, DutyState.TRANSFERRED, when, judged_at)
                self._begin(held.duty, enterprise, held.round, held.since, when)

    def missed(self, event: DutyMissed, when: When) -> None:
        """Note whom the clock told; it may have been met or put off by the time the clock was heard."""
        held = self._find(event.round, event.duty)
        held.escalations = (*held.escalations, Escalation(event.escalated_to, when))
        self.touched.add(held.number)

    def rescheduled(self, event: DutyRescheduled, when: When) -> bool:
        """Give a duty another day; whether it was still open."""
        held = self._find(event.round, event.was)
        if held.state is not DutyState.OPEN:
            return False
        self._end(held, DutyState.RESCHEDULED, when, when.recorded)
        self._begin(event.duty, held.enterprise, held.round, held.since, when)
        return True

    def clamp(self, occurred: datetime) -> None:
        """See HeldDuty.clamp."""
        for held in self.held.values():
            held.clamp(occurred)
            self.touched.add(held.number)

    def _begin(self, duty: Duty, enterprise: str | None, round: int, since: datetime, when: When) -> None:
        self.begun += 1
        self.held[self.begun] = HeldDuty(self.begun, enterprise, round, duty, since, when)
        self.touched.add(self.begun)

    def _end(self, held: HeldDuty, state: DutyState, when: When, judged_at: datetime) -> None:
        held.end(state, when, judged_at)
        self.touched.add(held.number)

    def _find(self, round: int, duty: Duty) -> HeldDuty:
        """The open one of this name, or the last there was."""
        same = [held for held in self.held.values() if held.round == round and held.duty == duty]
        if not same:
            raise NoSuchDuty
        return max(same, key=lambda held: (held.state is DutyState.OPEN, held.number))


@cache
def _ends_any(kind: type[HazardEvent]) -> bool:
    """Whether an event of this class ever ends a duty; most do not, and asking them is dear."""
    return kind.meets is not HazardEvent.meets or kind.lapses is not HazardEvent.lapses


def _imported(event: HazardEvent) -> bool:
    return event.by.role is Role.IMPORTER


def _counted_since(event: HazardEvent, duty: Duty, when: When) -> datetime:
    """What the duty's days are counted from (design §8): the claimed finding for a report as major, else now."""
    found = isinstance(event, Reported) and duty.kind is DutyKind.DUAL_REPORT and duty.stage is ReportStage.INITIAL
    return storable(event.occurred_at) if found or _imported(event) else when.recorded
