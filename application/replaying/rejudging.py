"""Application: what if other rules had held? The same events start other duties; who did what when stays as it was.

Only the packs differ: each duty is the one that would have been stored, and it is never put off, as the clock that
does so knows the rules of the day alone. A deadline a plan set is no rule's, and stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from uuid import UUID

from application.answers import Answer, DutyState
from application.log import Recorded
from application.replaying.folding import Judge, Replay
from application.views.duty_book import HeldDuty
from application.views.hazard_memory import HazardMemory
from application.views.times import local_day
from domain.actors import Actor
from domain.event import Act
from domain.hazard.hazard import HazardEvent, Obliging
from domain.hazard.watching import WatchEvent
from domain.rules.duties import DutyKey
from domain.rules.pack import POLICY_NOT_LAW, is_policy
from domain.rules.rulebook import Rulebook


class Verdict(StrEnum):
    """A duty by the rules that held, and by the others. One there is not is not missed."""

    WOULD_HAVE_BEEN_MISSED = "would_have_been_missed"
    WOULD_NOT_HAVE_BEEN_MISSED = "would_not_have_been_missed"
    MISSED_EITHER_WAY = "missed_either_way"
    MISSED_NEITHER_WAY = "missed_neither_way"


class Judged(Answer):
    """A duty by one set of rules."""

    due: date
    rule: str
    pack: str
    mark: str | None
    """*policy, not law*, or nothing."""
    state: DutyState
    missed: bool
    """Its day had passed when it ended, or at the time asked for; of one put off, also an earlier day of it."""


class RejudgedDuty(Answer):
    """A duty by both. Null: these rules give no number for it."""

    hazard_id: UUID
    enterprise_uscc: str | None
    round: int
    duty: str
    since_position: int
    """The event that started it."""
    verdict: Verdict
    was: Judged | None
    would_be: Judged | None


def by(rules: Rulebook) -> Judge:
    """The judge who goes by other rules. What the clock said of the duties there were is passed over."""

    def judge(memory: HazardMemory, recorded: Recorded) -> Recorded | None:
        event = recorded.event
        if isinstance(event, WatchEvent):
            return None
        done: object = event
        if not isinstance(event, HazardEvent) or not isinstance(done, Obliging):
            return recorded
        by = Actor(event.by.actor_id, event.by.role)
        act = Act(by, recorded.recorded_at, event.occurred_at, event.correlation_id, rules)
        duties = done.obliges(memory.hazard, act)
        return recorded if duties == event.duties else recorded.telling(_with(event, duties))

    return judge


def _with(event: HazardEvent, duties: object) -> HazardEvent:
    return event.model_copy(update={"duties": duties})


def rejudged(was: Replay, would_be: Replay) -> Iterator[RejudgedDuty]:
    """Every duty of two replays of the same log, in the order the duties were started."""
    found: list[RejudgedDuty] = []
    for memory in was.hazards():
        other = would_be.hazard(memory.hazard.id)
        assert other is not None, "the same events count in both"
        courses, others = _courses(memory), _courses(other)
        names = dict.fromkeys([*courses, *others])
        found += (_compared(memory.hazard.id, name, courses[name], others[name], was) for name in names)
    yield from sorted(found, key=lambda one: (one.since_position, one.duty))


Name = tuple[int, DutyKey]
"""Where a duty was started, and which it is."""


def _courses(memory: HazardMemory) -> defaultdict[Name, list[HeldDuty]]:
    """A hazard's duties, each with the rows in which it went on on another day."""
    found: defaultdict[Name, list[HeldDuty]] = defaultdict(list)
    put_off: dict[Name, Name] = {}
    for held in memory.duties.held.values():
        here = held.begun.position, held.duty.key
        first = put_off.get(here, here)
        found[first].append(held)
        if held.state is DutyState.RESCHEDULED and held.ended is not None:
            put_off[held.ended.position, held.duty.key] = first
    return found


def _compared(id: UUID, name: Name, was: list[HeldDuty], would_be: list[HeldDuty], asked: Replay) -> RejudgedDuty:
    first = (was or would_be)[0]
    judged = _judged(was, asked), _judged(would_be, asked)
    match [one is not None and one.missed for one in judged]:
        case [False, True]:
            verdict = Verdict.WOULD_HAVE_BEEN_MISSED
        case [True, False]:
            verdict = Verdict.WOULD_NOT_HAVE_BEEN_MISSED
        case [True, True]:
            verdict = Verdict.MISSED_EITHER_WAY
        case _:
            verdict = Verdict.MISSED_NEITHER_WAY
    return RejudgedDuty(
        hazard_id=id,
        enterprise_uscc=first.enterprise,
        round=first.round,
        duty=str(name[1]),
        since_position=name[0],
        verdict=verdict,
        was=judged[0],
        would_be=judged[1],
    )


def _judged(rows: list[HeldDuty], asked: Replay) -> Judged | None:
    if not rows:
        return None
    last = rows[-1]
    missed = any(local_day(row.ended_at or asked.at, asked.zone) > row.duty.due for row in rows)
    mark = POLICY_NOT_LAW if is_policy(last.duty.pack) else None
    duty = last.duty
    return Judged(due=duty.due, rule=duty.rule, pack=duty.pack, mark=mark, state=last.state, missed=missed)
