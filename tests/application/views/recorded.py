"""Events as they come from the log: where they lie, and when they were recorded."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from application.log import Recorded
from domain.enterprise.enterprise import Enterprise
from domain.event import Act, DomainEvent
from domain.hazard.hazard import Hazard
from domain.hazard.watching import DutyWatch, stream_of
from domain.rules.duties import Duty
from tests.domain.given import ACTORS, KUNSHAN, NOW, Did, book, id_of

LATER = timedelta(minutes=1)


def recorded(*past: Did | Sequence[Did]) -> list[Recorded]:
    """What this story wrote: each command at its own time, in the order told, from position 1."""
    aggregate: Hazard | Enterprise | None = None
    written: list[Recorded] = []
    for one in [one for some in past for one in ([some] if isinstance(some, Did) else some)]:
        aggregate = one.on(aggregate, book(KUNSHAN))
        written += [lie(event, len(written) + 1, one.at) for event in _pending(aggregate)]
    return written


def lie(event: DomainEvent, position: int, at: datetime) -> Recorded:
    """An event in the log."""
    id, version = event.originator_id, event.originator_version
    return Recorded(lambda _: event, position, at, id, version, type(event).name, b"{}")


def moved(one: Recorded, position: int) -> Recorded:
    """The same event at another place."""
    assert isinstance(one.event, DomainEvent)
    return lie(one.event, position, one.recorded_at)


def watched(
    log: Sequence[Recorded], duty: Duty, at: datetime, *, now_due: Duty | None = None, watch: DutyWatch | None = None
) -> list[Recorded]:
    """The same log, after the clock has said of a duty that it was missed, or that it is due on another day now."""
    id = id_of("stream")
    said = watch or DutyWatch.begin(stream_of(id), at)
    act = Act(ACTORS["service"], at, at, id_of("correlation"), book(KUNSHAN))
    if now_due is None:
        said.miss(id, 1, duty, ACTORS["union_inspector"].role, act)
    else:
        said.reschedule(id, 1, duty, now_due, act)
    return [*log, *(lie(event, len(log) + 1, at) for event in _pending(said))]


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def _pending(aggregate: Hazard | Enterprise | DutyWatch) -> list[DomainEvent]:
    return [event for event in aggregate.collect_events() if isinstance(event, DomainEvent)]
