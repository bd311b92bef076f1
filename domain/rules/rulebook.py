"""Domain: the rules that reach one jurisdiction, and what they make due there and then.

Law goes before the policy of a government or a union, and that before the operator's; within each
the most local goes first, then the newest in force. docs/rules.md says so to people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.hazard.words import Recipient, ReportStage
from domain.rules.duties import Duty, DutyKind
from domain.rules.pack import (
    POLICY_NOT_LAW,
    UNVERIFIED,
    CountedIn,
    Escalation,
    Origin,
    Provision,
    RulePack,
    Seen,
    Switch,
    Term,
)
from domain.rules.working_days import Counted, WorkingCalendar, add_days, add_working_days

LOOP_PACK = "hazardloop/loop@1"
"""The pack named by a deadline that a plan set, not a rule."""
PLAN_DEADLINE = "plan.deadline"
NO_CALENDAR = "none"

_RANK = {
    Origin.STATUTE: 0,
    Origin.LOCAL_REGULATION: 0,
    Origin.DEPARTMENT_ORDER: 0,
    Origin.GOVERNMENT_POLICY: 1,
    Origin.UNION_POLICY: 1,
    Origin.OPERATOR_POLICY: 2,
}


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """A rule together with the pack it stands in."""

    pack: RulePack
    rule: Provision

    @property
    def mark(self) -> str | None:
        """What must be said wherever the rule is shown: *policy, not law*, *unverified*, or nothing."""
        if self.rule.source is None:
            return POLICY_NOT_LAW
        return UNVERIFIED if self.rule.source.seen is Seen.RECALLED else None

    @property
    def citation(self) -> str:
        """Law and article, or the policy's title, with the mark in brackets."""
        source, title = self.rule.source, self.pack.title
        text = f"{title.zh} ({title.en})" if source is None else f"{source.law} {source.article}".strip()
        return text if self.mark is None else f"{text} ({self.mark})"


class Rulebook:
    """All packs that reach `area`, counted in `zone` over `calendar`. Pure; one for each jurisdiction."""

    def __init__(self, packs: Iterable[RulePack], calendar: WorkingCalendar, zone: ZoneInfo, area: str) -> None:
        self.calendar = calendar
        self.zone = zone
        self.area = area
        self._rules = [
            RuleInForce(pack, rule)
            for pack in sorted((pack for pack in packs if area.startswith(pack.area)), key=_precedence)
            for rule in sorted(pack.rules, key=_precision)
        ]
        self._terms = [(found, found.rule.due) for found in self._rules if found.rule.due is not None]
        self._duty_of_day = lru_cache(maxsize=1024)(self._duty_begun_on)  # the same all day

    def duty(
        self,
        kind: DutyKind,
        since: datetime,
        *,
        recipient: Recipient | None = None,
        stage: ReportStage | None = None,
    ) -> Duty | None:
        """The duty that began at `since`, under the rules in force on that day; None where nothing gives a number.

        An initial dual report counts from the claimed finding if it was reported as major, else from grading:
        the caller passes that moment.
        """
        return self._duty_of_day(kind, self.day(since), recipient, stage)

    def _duty_begun_on(
        self, kind: DutyKind, day: date, recipient: Recipient | None, stage: ReportStage | None
    ) -> Duty | None:
        for found, term in self._terms:
            if term.fits(kind, recipient, stage) and found.pack.in_force(day):
                due, provisional = self._count(term, day)
                return Duty(
                    kind=kind,
                    recipient=recipient,
                    stage=stage,
                    due=due,
                    rule=found.rule.id,
                    pack=found.pack.name,
                    calendar=self.calendar.version if term.counted_in is CountedIn.WORKING_DAYS else NO_CALENDAR,
                    provisional=provisional,
                )
        return None

    def duty_until(
        self,
        kind: DutyKind,
        due: date,
        *,
        recipient: Recipient | None = None,
        stage: ReportStage | None = None,
    ) -> Duty:
        """A duty whose day a plan or an extension names, whatever the rules say."""
        return Duty(
            kind=kind,
            recipient=recipient,
            stage=stage,
            due=due,
            rule=PLAN_DEADLINE,
            pack=LOOP_PACK,
            calendar=NO_CALENDAR,
            provisional=False,
        )

    def reschedule(self, duty: Duty, since: datetime) -> Duty:
        """The duty that began at `since` as these packs and this calendar have it.

        The very same one where neither the day nor its certainty differs, so that a new release of a
        calendar alone moves nothing, and where a plan set the day or nothing gives a number any more.
        """
        if duty.rule == PLAN_DEADLINE:
            return duty
        now = self.duty(duty.kind, since, recipient=duty.recipient, stage=duty.stage)
        if now is None or (now.due, now.provisional) == (duty.due, duty.provisional):
            return duty
        return now

    def day(self, moment: datetime) -> date:
        """The day of a moment in the jurisdiction's time zone."""
        try:
            return moment.astimezone(self.zone).date()
        except OverflowError:  # within a day of the first or last moment there is
            return moment.date()

    def missed(self, duty: Duty, now: datetime) -> bool:
        """Whether the midnight after the due day has passed."""
        return self.day(now) > duty.due

    def regulator_is_told(self, duty: Duty, now: datetime) -> bool:
        """Whether a duty that is still open is told to the regulator too by now, under the rules in force now.

        Where none says so, it never is: no law gives a number.
        """
        day = self.day(now)
        after = next((found.rule.escalation for found in self._in_force(day) if found.rule.escalation), None)
        return after is not None and day > self._count(after, duty.due).day

    def regulator_accepts_major(self, on: datetime) -> bool:
        """Whether a pack in force names acceptance of every major hazard's rectification by the regulator.

        None that is shipped does: 安全生产法 Art 65 and the coal rules speak of resumption (docs/rules.md).
        """
        return any(found.rule.switch is Switch.MAJOR_ACCEPTANCE_BY_REGULATOR for found in self._in_force(self.day(on)))

    def listed_as_major(self, clause: str, on: date) -> RuleInForce | None:
        """The rule in force on a day that lists the clause among those that make a hazard major, if one does."""
        lists = ((found, found.rule.major_clauses) for found in self._in_force(on))
        return next((found for found, clauses in lists if clauses is not None and clauses.hold(clause)), None)

    def rules_in_force(self, on: date) -> Sequence[RuleInForce]:
        """Every rule in force on a day, first the one that goes before the others."""
        return tuple(self._in_force(on))

    def _in_force(self, on: date) -> Iterator[RuleInForce]:
        return (found for found in self._rules if found.pack.in_force(on))

    def _count(self, term: Term | Escalation, day: date) -> Counted:
        if term.counted_in is CountedIn.WORKING_DAYS:
            return add_working_days(day, term.days, self.calendar)
        return Counted(add_days(day, term.days), False)


def _precedence(pack: RulePack) -> tuple[int, int, int, str, int]:
    return (_RANK[pack.origin], -len(pack.area), -pack.in_force_from.toordinal(), pack.id, -pack.version)


def _precision(rule: Provision) -> int:
    """A term that names recipient or stage goes before one of its pack that names neither."""
    return 0 if rule.due is None else -((rule.due.recipient is not None) + (rule.due.stage is not None))
