"""Domain: a grade is challenged, answered, and changed. An enterprise never lowers one."""

from __future__ import annotations

from typing import ClassVar

from domain.actors import ENTERPRISE, Role
from domain.command import Fields, Label, require
from domain.erasable import Erasable
from domain.event import Act
from domain.hazard import rules
from domain.hazard.hazard import Hazard, HazardEvent, Obliging, counted_from
from domain.hazard.inspecting import to_be_planned
from domain.hazard.moves import Move
from domain.hazard.reporting import initial_reports
from domain.hazard.words import FROM_SELF_INSPECTED, Grade, Stage
from domain.refusals import NotAllowed, WrongStage
from domain.rules.duties import Duty, DutyKey, DutyKind

SUPERVISORS = frozenset({Role.UNION_INSPECTOR, Role.REGULATOR})


class ReasonsFields(Fields):
    """Reasons, and the clause of the criteria they rest on."""

    reasons: Erasable
    criteria_clause: Label | None = None


class ChallengeFields(ReasonsFields, Obliging):
    """Why the grade is doubted."""

    def obliges(self, hazard: Hazard, act: Act) -> tuple[Duty, ...]:
        duty = act.rules.duty(DutyKind.ANSWER, counted_from(act))
        return (duty,) if duty else ()


class GradeChallenged(HazardEvent, ChallengeFields):
    """Somebody who watches over the enterprise doubts the grade; the enterprise has to answer."""

    name: ClassVar[str] = "hazard.grade_challenged.v1"

    def apply(self, aggregate: Hazard) -> None:
        aggregate.challenged = True


class ChallengeGrade(Move, ChallengeFields):
    """Challenge the grade. The employer must study it and answer promptly (安全生产法 Art 60)."""

    roles: ClassVar[frozenset[Role]] = SUPERVISORS | {Role.WORKERS_CONGRESS}
    stages: ClassVar[frozenset[Stage]] = FROM_SELF_INSPECTED

    def decide(self, hazard: Hazard, act: Act) -> None:
        require(hazard.grade is not None, rules.NOT_GRADED, refusal=WrongStage)
        hazard.happen(GradeChallenged, act, duties=self.obliges(hazard, act), **self.said())


class GradeChallengeAnswered(HazardEvent, ReasonsFields):
    """The enterprise answered and keeps its grade."""

    name: ClassVar[str] = "hazard.grade_challenge_answered.v1"

    def apply(self, aggregate: Hazard) -> None:
        aggregate.challenged = False

    def meets(self, duty: DutyKey) -> bool:
        return duty.kind is DutyKind.ANSWER


class AnswerChallenge(Move, ReasonsFields):
    """Answer a challenge without changing the grade; to follow it, regrade."""

    roles: ClassVar[frozenset[Role]] = ENTERPRISE
    stages: ClassVar[frozenset[Stage]] = FROM_SELF_INSPECTED

    def decide(self, hazard: Hazard, act: Act) -> None:
        require(hazard.challenged, rules.NO_CHALLENGE)
        hazard.happen(GradeChallengeAnswered, act, **self.said())


class RegradeFields(ReasonsFields, Obliging):
    """The grade it gets, and why."""

    grade: Grade

    def obliges(self, hazard: Hazard, act: Act) -> tuple[Duty, ...]:
        return to_be_planned(act) + initial_reports(act, self.grade)


class Regraded(HazardEvent, RegradeFields):
    """The grade changed; the hazard is to be planned anew, and what was reported of the old grade counts no more."""

    name: ClassVar[str] = "hazard.regraded.v1"

    def apply(self, aggregate: Hazard) -> None:
        aggregate.stage = Stage.SELF_INSPECTED
        aggregate.grade = self.grade
        aggregate.challenged = False
        aggregate.planned_at_version = None
        aggregate.deadline = None
        aggregate.sent.clear()
        aggregate.acknowledged.clear()

    def meets(self, duty: DutyKey) -> bool:
        return duty.kind is DutyKind.ANSWER and self.by.role in ENTERPRISE

    def lapses(self, duty: DutyKey) -> bool:
        return True


class Regrade(Move, RegradeFields):
    """Change the grade: up by the enterprise, an inspector or the regulator; down never by the enterprise."""

    roles: ClassVar[frozenset[Role]] = ENTERPRISE | SUPERVISORS
    stages: ClassVar[frozenset[Stage]] = FROM_SELF_INSPECTED
    replaces: ClassVar[bool] = True

    def decide(self, hazard: Hazard, act: Act) -> None:
        require(self.grade is not hazard.grade, rules.SAME_GRADE, "grade")
        down = hazard.major and not self.grade.is_major
        require(not (down and act.by.role in ENTERPRISE), rules.NEVER_DOWN, "grade", refusal=NotAllowed)
        hazard.happen(Regraded, act, duties=self.obliges(hazard, act), **self.said())
