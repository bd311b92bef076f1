"""Benchmarks: a made-up jurisdiction: its enterprises, and hazards that go through the loop's own moves.

Every day's stories are decided once by the real aggregates under the real rules; hazards of that day are copies of them
with ids and an enterprise of their own, or a million events would take minutes to decide. A third of the hazards is
dismissed, a third is closed on the spot, a third is still being rectified: four events each on average.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from application.commands import enterprise_stream
from application.log import Append
from application.ports import Chance
from domain.actors import Actor, Role
from domain.enterprise.enterprise import Register
from domain.erasable import Erasable
from domain.event import Act, DomainEvent
from domain.hazard.closing import CloseOut
from domain.hazard.dual_reporting import NotifyWorkers
from domain.hazard.inspecting import Dismiss, SelfInspect
from domain.hazard.moves import Move
from domain.hazard.rectifying import Plan, RecordStep, Rectify
from domain.hazard.reinspecting import Reinspect
from domain.hazard.reporting import Report
from domain.hazard.words import Channel, Grade, NoticeChannel, Result
from domain.rules.rulebook import Rulebook
from domain.uscc import check_digit

CODE = "320583"
EVENTS_OF_A_HAZARD = 4
PHOTO = "0" * 64
TEXT, PLACE = Erasable("二车间安全出口被货物堵塞"), Erasable("二车间东侧")


def enterprises(count: int) -> Sequence[str]:
    """So many valid codes."""
    bodies = (f"91320583MA{number:07d}" for number in range(count))
    return [body + check_digit(body) for body in bodies]


@dataclass(frozen=True, slots=True)
class Town:
    """Who lives there and by which rules."""

    rules: Rulebook
    chance: Chance
    codes: Sequence[str]

    def registrations(self, at: datetime) -> Iterator[Append]:
        """Every enterprise is registered."""
        inspector = Actor(self.chance.id(), Role.UNION_INSPECTOR)
        for code in self.codes:
            register = Register(uscc=code, enterprise_name=f"示例企业 {code}", industry_code="34")
            enterprise = register.open(enterprise_stream(CODE, code), self._act(inspector, at))
            yield Append([event for event in enterprise.collect_events() if isinstance(event, DomainEvent)])

    def hazards(self, count: int, days: Sequence[datetime]) -> Iterator[tuple[datetime, Append]]:
        """So many hazards spread over these days, each with its whole story and when that was told.

        Every enterprise has one in its turn.
        """
        told: datetime | None = None
        stories: Sequence[Sequence[DomainEvent]] = ()
        for number in range(count):
            day = days[number * len(days) // count]
            if day != told:
                told, stories = day, (self._dismissed(day), self._closed(day), self._rectifying(day))
            yield day, self._retold(stories[number % len(stories)], self.codes[number % len(self.codes)])

    def waiting(self, count: int, day: datetime) -> Iterator[tuple[str, Append]]:
        """So many hazards that wait for their next step, and whose they are."""
        story = self._rectifying(day)
        for number in range(count):
            code = self.codes[number % len(self.codes)]
            yield code, self._retold(story, code)

    def _retold(self, story: Sequence[DomainEvent], code: str) -> Append:
        id = self.chance.id()
        first, *later = story
        told = [first.model_copy(update={"originator_id": id, "enterprise_uscc": code})]
        return Append(told + [event.model_copy(update={"originator_id": id}) for event in later])

    def _dismissed(self, at: datetime) -> Sequence[DomainEvent]:
        return self._story(at, Dismiss(reason=Erasable("已核实，不存在该隐患")))

    def _closed(self, at: datetime) -> Sequence[DomainEvent]:
        return self._story(
            at,
            SelfInspect(grade=Grade.GENERAL, cause=Erasable("临时堆放")),
            Rectify(on_the_spot=True, evidence=(PHOTO,)),
            Reinspect(result=Result.PASSED),
            NotifyWorkers(channel=NoticeChannel.NOTICE_BOARD),
            CloseOut(),
        )

    def _rectifying(self, at: datetime) -> Sequence[DomainEvent]:
        return self._story(
            at,
            SelfInspect(grade=Grade.GENERAL, cause=Erasable("设备老化")),
            Plan(goals_and_tasks=Erasable("更换防护罩"), deadline=(at + timedelta(days=30)).date()),
            RecordStep(note=Erasable("已订购"), cost=Decimal("1200.00")),
        )

    def _story(self, at: datetime, *moves: Move) -> Sequence[DomainEvent]:
        code = self.codes[0]
        officer = Actor(self.chance.id(), Role.ENTERPRISE_OFFICER, code)
        checker = Actor(self.chance.id(), Role.UNION_INSPECTOR)
        report = Report(enterprise_uscc=code, description=TEXT, place=PLACE, channel=Channel.SNAP)
        hazard = report.open(self.chance.id(), self._act(checker, at))
        for move in moves:
            hazard.carry_out(move, self._act(checker if isinstance(move, Reinspect) else officer, at))
        return [event for event in hazard.collect_events() if isinstance(event, DomainEvent)]

    def _act(self, by: Actor, at: datetime) -> Act:
        return Act(by, at, at, self.chance.id(), self.rules)
