"""Application: what led to an event, and what it led to.

Three things tell: the causation_id an event bears, the duties it started, ended or let be missed, and the
correlation_id of all that was done in one go. Whoever did something of their own accord was caused by nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from application.answers import Answer, DutyState, LoggedEvent
from application.log import EventLog, Recorded, Unreadable, readable
from application.views.hazard_file import everything_about
from application.views.hazard_memory import HazardMemory, hazard_of
from domain.actors import By
from domain.event import id_in_log
from domain.refusals import CONTRACT, Rule

NO_EVENT = Rule("event.unknown", "the log has no event at this position", CONTRACT)


class Relation(StrEnum):
    """How one event led to another. But for `causation`, by a duty that the one started and the other ended so."""

    CAUSATION = "causation"
    DUTY_MET = "duty_met"
    DUTY_LAPSED = "duty_lapsed"
    DUTY_RESCHEDULED = "duty_rescheduled"
    DUTY_TRANSFERRED = "duty_transferred"
    DUTY_MISSED = "duty_missed"


class CausalEvent(LoggedEvent):
    """An event, and who it was."""

    by: By | None
    """Null where this release can't read the event."""


class Link(CausalEvent):
    """The event at the other end."""

    relation: Relation
    duty: str | None = None


class Causation(Answer):
    """An event with what led to it and what it led to, each in the log's order."""

    event: CausalEvent
    causes: tuple[Link, ...]
    effects: tuple[Link, ...]
    together: tuple[CausalEvent, ...]
    """The others under its correlation_id."""


class _Arrow(NamedTuple):
    cause: int
    effect: int
    relation: Relation
    duty: str | None = None


_ENDED = {
    DutyState.MET: Relation.DUTY_MET,
    DutyState.LAPSED: Relation.DUTY_LAPSED,
    DutyState.RESCHEDULED: Relation.DUTY_RESCHEDULED,
    DutyState.TRANSFERRED: Relation.DUTY_TRANSFERRED,
}


def related(one: Recorded, to: Recorded, code: str) -> bool:
    """Whether two events may have to do with each other: of one hazard, in one go, or one naming the other."""
    if one.stream_id == to.stream_id:
        return True
    if isinstance(one.event, Unreadable) or isinstance(to.event, Unreadable):
        return False
    hazard = hazard_of(to.event)
    of_one = hazard is not None and hazard == hazard_of(one.event)
    in_one_go = one.event.correlation_id == to.event.correlation_id
    names = one.event.causation_id == id_in_log(code, to.position)
    return of_one or in_one_go or names or to.event.causation_id == id_in_log(code, one.position)


async def causation_of(log: EventLog, code: str, position: int) -> Causation | None:
    """The same of an event in a log, among those of its hazard or of its own stream. None where there is no event.

    Raises Unavailable, also where this release can't read one of them.
    """
    found = await log.read_after(position - 1, 1)
    if not found:
        return None
    (event,) = readable(found)
    hazard = hazard_of(event)
    events = await (log.read(found[0].stream_id) if hazard is None else everything_about(log, hazard))
    readable(events)
    return causation(events, position, code)


def causation(events: Sequence[Recorded], position: int, code: str) -> Causation:
    """What led to the event at a position and what it led to, as far as these events tell, which are in order.

    All of its hazard have to be among them.
    """
    by_position = {one.position: one for one in events}
    here = by_position[position]
    arrows = dict.fromkeys([*_by_duties(events, here), *_by_id(events, code)])
    causes = [(arrow.cause, arrow) for arrow in arrows if arrow.effect == position and arrow.cause in by_position]
    effects = [(arrow.effect, arrow) for arrow in arrows if arrow.cause == position and arrow.effect in by_position]
    linked = {position, *(other for other, _ in causes + effects)}
    return Causation(
        event=_event(here),
        causes=tuple(_link(by_position[other], arrow) for other, arrow in sorted(causes)),
        effects=tuple(_link(by_position[other], arrow) for other, arrow in sorted(effects)),
        together=tuple(
            _event(one) for one in events if one.position not in linked and _correlation(one) == _correlation(here)
        ),
    )


def _by_duties(events: Sequence[Recorded], here: Recorded) -> Iterator[_Arrow]:
    """From each event that started a duty to those that ended it or told that it was missed."""
    assert not isinstance(here.event, Unreadable)
    hazard = hazard_of(here.event)
    memory: HazardMemory | None = None
    for one in events:
        if hazard is not None and not isinstance(one.event, Unreadable) and hazard_of(one.event) == hazard:
            memory = memory or HazardMemory.of(one)
            memory.take(one)
    for held in memory.duties.held.values() if memory else ():
        duty = str(held.duty.key)
        if held.ended is not None:
            yield _Arrow(held.begun.position, held.ended.position, _ENDED[held.state], duty)
        for told in held.escalations:
            yield _Arrow(held.begun.position, told.when.position, Relation.DUTY_MISSED, duty)


def _by_id(events: Sequence[Recorded], code: str) -> Iterator[_Arrow]:
    named = {id_in_log(code, one.position): one.position for one in events}
    for one in events:
        cause = None if isinstance(one.event, Unreadable) else one.event.causation_id
        if cause in named:
            yield _Arrow(named[cause], one.position, Relation.CAUSATION)


def _correlation(one: Recorded) -> UUID | None:
    return None if isinstance(one.event, Unreadable) else one.event.correlation_id


def _event(one: Recorded) -> CausalEvent:
    by = None if isinstance(one.event, Unreadable) else one.event.by
    return CausalEvent(by=by, **{name: getattr(one, name) for name in LoggedEvent.model_fields})


def _link(one: Recorded, arrow: _Arrow) -> Link:
    return Link(relation=arrow.relation, duty=arrow.duty, **dict(_event(one)))
