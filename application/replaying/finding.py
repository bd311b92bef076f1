"""Application: what the clocks and the grades of a log give away by themselves, one event after the other.

A finding is no verdict: it says what stands in the log, by which rule it is worth a look, and how far that rule is law.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from application.answers import Answer
from application.auditing import PAGE
from application.log import EventLog, Recorded
from application.views.times import storable
from domain.actors import By, Role
from domain.event import DomainEvent
from domain.hazard.closing import ClosedBeforeImport
from domain.hazard.grading import Regraded
from domain.hazard.inspecting import SelfInspected
from domain.hazard.rectifying import DeadlineExtended
from domain.hazard.watching import DutyRescheduled
from domain.hazard.words import Grade
from domain.refusals import LOOP
from domain.rules.pack import POLICY_NOT_LAW
from domain.rules.rulebook import Rulebook

LATE_AFTER_DAYS = 7
"""After how many days an entry counts as recorded long after it occurred, unless whoever asks says otherwise."""

MOST_LOOKED_AT = 5_000
"""Events looked at for one page: about a third of a second's work."""


class FindingKind(StrEnum):
    """What was found."""

    RECORDED_LATE = "recorded_late"
    DEADLINE_MOVED_LATE = "deadline_moved_late"
    CLOSED_BEFORE_IMPORT = "closed_before_import"
    GENERAL_BY_MAJOR_CLAUSE = "general_by_major_clause"


class Finding(Answer):
    """What one event gives away."""

    kind: FindingKind
    position: int
    stream_id: UUID
    version: int
    name: str
    by: By
    imported: bool
    """Told by an importer: a record from elsewhere, recorded when it was taken in."""
    occurred_at: datetime
    recorded_at: datetime
    days: int | None = None
    """How many whole days later it was recorded, or the deadline had passed."""
    deadline: date | None = None
    """The one that was moved."""
    moved_to: date | None = None
    clause: str | None = None
    source: str
    mark: str | None = None
    """What has to be said of it: *policy, not law*, or *unverified*."""


class Findings(Answer):
    """A page. `position` is how far the log was looked at: the next page's `after`, until it has reached `head`."""

    items: Sequence[Finding]
    position: int
    head: int


@dataclass(frozen=True, slots=True)
class Looking:
    """How a jurisdiction's log is looked at, and for what: every kind, or some."""

    rules: Rulebook
    late_after_days: int = LATE_AFTER_DAYS
    kinds: frozenset[FindingKind] = frozenset(FindingKind)
    imported: bool | None = None
    """Only what an importer told, or only what was said here; by default both."""

    def findings(self, recorded: Recorded) -> Iterator[Finding]:
        """What this event gives away. One this release can't read gives away nothing (`hazardloop verify` names it)."""
        event = recorded.event
        if isinstance(event, DomainEvent) and self.imported in (None, _is_imported(event)):
            found = (self._late(recorded), self._moved(recorded), self._imported(recorded), self._general(recorded))
            yield from (one for one in found if one is not None and one.kind in self.kinds)

    def _late(self, recorded: Recorded) -> Finding | None:
        days = (recorded.recorded_at - storable(_event(recorded).occurred_at)).days
        if days < self.late_after_days:
            return None
        source = f"a threshold of {self.late_after_days} days; no law gives one"
        return _found(FindingKind.RECORDED_LATE, recorded, source, POLICY_NOT_LAW, days=days)

    def _moved(self, recorded: Recorded) -> Finding | None:
        match recorded.event:
            case DeadlineExtended(old_deadline=was, new_deadline=now):
                pass
            case DutyRescheduled(was=duty, duty=moved) if moved.due > duty.due:
                was, now = duty.due, moved.due
            case _:
                return None
        event = _event(recorded)
        moved_on = self.rules.day(event.occurred_at if _is_imported(event) else recorded.recorded_at)
        days = (moved_on - was).days
        if days <= 0:
            return None
        said = {"days": days, "deadline": was, "moved_to": now}
        return _found(FindingKind.DEADLINE_MOVED_LATE, recorded, f"{LOOP}: what is late stays late", None, **said)

    def _imported(self, recorded: Recorded) -> Finding | None:
        event = recorded.event
        if not isinstance(event, ClosedBeforeImport):
            return None
        return _found(FindingKind.CLOSED_BEFORE_IMPORT, recorded, f"{event.source}: only the record says so", None)

    def _general(self, recorded: Recorded) -> Finding | None:
        event = recorded.event
        if not isinstance(event, SelfInspected | Regraded) or event.grade is not Grade.GENERAL:
            return None
        clause = event.criteria_clause
        rule = self.rules.listed_as_major(clause, self.rules.day(event.occurred_at)) if clause else None
        if rule is None:
            return None
        return _found(FindingKind.GENERAL_BY_MAJOR_CLAUSE, recorded, rule.citation, rule.mark, clause=clause)


async def look(log: EventLog, looking: Looking, after: int, limit: int) -> Findings:
    """The findings past a position, until there are `limit` or so many events were looked at. Raises Unavailable."""
    found: list[Finding] = []
    position, head = after, await log.head()
    while position < min(head, after + MOST_LOOKED_AT):
        page = await log.read_after(position, PAGE)
        if not page:  # It was set back meanwhile.
            return Findings(items=found, position=position, head=position)
        head = max(head, page[-1].position)
        for recorded in page:
            position = recorded.position
            found += looking.findings(recorded)
            if len(found) >= limit:
                return Findings(items=found, position=position, head=head)
    return Findings(items=found, position=position, head=head)


def _found(kind: FindingKind, recorded: Recorded, source: str, mark: str | None, **said: object) -> Finding:
    event = _event(recorded)
    return Finding.model_validate(
        {
            "kind": kind,
            **{name: getattr(recorded, name) for name in ("position", "stream_id", "version", "name", "recorded_at")},
            "by": event.by,
            "imported": _is_imported(event),
            "occurred_at": event.occurred_at,
            "source": source,
            "mark": mark,
            **said,
        }
    )


def _event(recorded: Recorded) -> DomainEvent:
    assert isinstance(recorded.event, DomainEvent)
    return recorded.event


def _is_imported(event: DomainEvent) -> bool:
    return event.by.role is Role.IMPORTER
