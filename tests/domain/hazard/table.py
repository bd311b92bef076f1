"""The loop's table as the design writes it, by hand: the tests hold the code to it, never the other way round.

`importer` is added where a record may tell of a move, `of_records` where it may from more stages. Report and the clock
are no moves: they stand elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from domain.actors import Actor, Role
from domain.hazard import rules
from domain.hazard.closing import CloseBeforeImport, CloseOut, EraseTexts, Reopen
from domain.hazard.dual_reporting import Acknowledge
from domain.hazard.grading import AnswerChallenge, ChallengeGrade, Regrade
from domain.hazard.inspecting import Dismiss, SelfInspect
from domain.hazard.moves import Move
from domain.hazard.rectifying import Extend, Plan, RecordStep, Rectify
from domain.hazard.reinspecting import ApproveResumption
from domain.hazard.reporting import Correct, CorrectableField, Transfer
from domain.hazard.words import Grade, Stage
from domain.refusals import Rule
from tests.domain.given import ACTORS, THEIRS, Did, did
from tests.domain.hazard.roads import (
    CONGRESS,
    CONSENT,
    FINAL,
    GENERAL,
    INITIAL,
    MAJOR,
    NOTICE,
    NOTIFIED,
    PASS,
    PHOTO,
    PROGRESS,
    REGULATOR,
    REINSPECTOR,
    SIX_ITEMS,
    report_to,
    road,
    sent,
    text,
)

WORDS = {
    "enterprise": "enterprise_officer main_responsible_person",
    "union": "union_inspector higher_union",
    "open": "reported self_inspected rectifying rectified verified dual_reported",
    "from_self_inspected": "self_inspected rectifying rectified verified dual_reported",
    "any": "reported self_inspected rectifying rectified verified dual_reported closed dismissed",
}


def spelled_out(words: str) -> list[str]:
    return [word for short in words.split() for word in WORDS.get(short, short).split()]


@dataclass(frozen=True)
class Row:
    """A move for hazards of one grade: `special` stages and roles are refused by a rule with a name of its own."""

    name: str
    grade: Grade
    move: Move
    stages: frozenset[Stage]
    roles: frozenset[Role]
    prepared: Sequence[Did] = ()
    suspended: bool = False
    special_stages: frozenset[Stage] = frozenset()
    special_roles: dict[Role, Rule] = field(default_factory=dict)
    of_records: frozenset[Stage] = frozenset()
    """Further stages from which a record may tell of it."""

    def __str__(self) -> str:
        return f"{self.name} ({self.grade})"

    @property
    def by(self) -> Actor:
        """Somebody who may make the move; a person where people may."""
        return ACTORS[min(self.roles - {Role.IMPORTER} or self.roles)]

    def at(self, stage: Stage) -> Sequence[Did]:
        """The hazard at a stage, with whatever else the move asks for."""
        past = road(stage, self.grade, suspended=self.suspended and stage is not Stage.CLOSED)
        return [*past, *(self.prepared if stage in self.stages else ())]


ROWS: list[Row] = []


def row(
    name: str,
    move: Move | Callable[[Grade], Move],
    from_: str,
    by: str,
    *,
    grades: Sequence[Grade] = (GENERAL, MAJOR),
    prepared: Sequence[Did] = (),
    suspended: bool = False,
    special: str = "",
    special_roles: dict[str, Rule] | None = None,
    of_records: str = "",
) -> None:
    for grade in grades:
        stages = {Stage(word) for word in spelled_out(from_)}
        ROWS.append(
            Row(
                name=name,
                grade=grade,
                move=move if isinstance(move, Move) else move(grade),
                stages=frozenset(stages if grade is MAJOR else stages - {Stage.DUAL_REPORTED}),
                roles=frozenset(Role(word) for word in spelled_out(by)),
                prepared=prepared,
                suspended=suspended,
                of_records=frozenset(Stage(word) for word in spelled_out(of_records)),
                special_stages=frozenset(Stage(word) for word in spelled_out(special)),
                special_roles={
                    Role(word): rule for words, rule in (special_roles or {}).items() for word in spelled_out(words)
                },
            )
        )


why = text("for a reason")

row("self-inspect", lambda grade: SelfInspect(grade=grade, cause=why), "reported", "enterprise importer")
row(
    "dismiss",
    Dismiss(reason=why, consent=CONSENT),
    "reported self_inspected",
    "enterprise importer",
    of_records="open",
)
row("transfer", Transfer(enterprise_uscc=THEIRS, reason=why), "open", "union regulator")
row(
    "correct the report",
    Correct(field=CorrectableField.PLACE, value=why, reason=why),
    "open",
    "union",
    special_roles={"enterprise": rules.WHO_DECIDES},
)
row(
    "correct the self-inspection",
    Correct(field=CorrectableField.CAUSE, value=why, reason=why),
    "open",
    "enterprise",
    special_roles={"union": rules.WHO_DECIDES},
)
row("plan", Plan(deadline=date(2026, 4, 30), **SIX_ITEMS), "self_inspected rectifying", "enterprise importer")
row(
    "extend",
    Extend(new_deadline=date(2026, 5, 31), reason=why, consent=CONSENT),
    "rectifying",
    "enterprise importer",
)
row("step", RecordStep(note=why), "rectifying", "enterprise importer")
row("rectify", Rectify(evidence=(PHOTO,)), "rectifying", "enterprise importer", special="self_inspected")
row(
    "rectify on the spot",
    Rectify(evidence=(PHOTO,), on_the_spot=True),
    "self_inspected",
    "enterprise importer",
    grades=[GENERAL],
    special="rectifying",
)
row(
    "re-inspect",
    PASS,
    "rectified",
    "enterprise union_inspector importer",
    grades=[GENERAL],
    of_records="self_inspected rectifying",
)
row(
    "re-inspect",
    PASS,
    "rectified",
    "regulator union_inspector importer",
    grades=[MAJOR],
    special_roles={"enterprise": rules.MAJOR_ACCEPTANCE},
    of_records="self_inspected rectifying",
)
row(
    "resume",
    ApproveResumption(evidence=(PHOTO,)),
    "verified dual_reported",
    "regulator union_inspector",
    suspended=True,
)
row("notify workers", NOTICE, "open", "enterprise union importer")
row(
    "dual-report, initial",
    report_to(REGULATOR, INITIAL),
    "from_self_inspected",
    "main_responsible_person",
    grades=[MAJOR],
)
row(
    "dual-report, progress",
    report_to(CONGRESS, PROGRESS),
    "from_self_inspected",
    "main_responsible_person",
    grades=[MAJOR],
)
row(
    "dual-report, final",
    report_to(REGULATOR, FINAL),
    "verified",
    "main_responsible_person",
    grades=[MAJOR],
    special="self_inspected rectifying rectified dual_reported",
)
for recipient, receiver, other in (
    (REGULATOR, "regulator", "workers_congress"),
    (CONGRESS, "workers_congress", "regulator"),
):
    row(
        f"acknowledge as {receiver}",
        Acknowledge(recipient=recipient, stage=INITIAL, evidence=(PHOTO,)),
        "from_self_inspected",
        f"{receiver} union_inspector",
        grades=[MAJOR],
        prepared=[sent(recipient, INITIAL)],
        special_roles={other: rules.THAT_RECIPIENT},
    )
row(
    "close out",
    CloseOut(),
    "verified",
    "enterprise",
    grades=[GENERAL],
    prepared=[NOTIFIED],
    special_roles={"union_inspector regulator": rules.ROLE},
)
row(
    "close out",
    CloseOut(),
    "dual_reported",
    "regulator union_inspector",
    grades=[MAJOR],
    prepared=[NOTIFIED],
    special="verified",
    special_roles={"enterprise": rules.MAJOR_CLOSER},
)
row("reopen", Reopen(reason=why), "closed dismissed", "union regulator")
row("challenge grade", ChallengeGrade(reasons=why), "from_self_inspected", "union_inspector regulator workers_congress")
row(
    "answer a challenge",
    AnswerChallenge(reasons=why),
    "from_self_inspected",
    "enterprise",
    prepared=[did(REINSPECTOR, ChallengeGrade(reasons=why))],
)
row(
    "regrade up",
    Regrade(grade=MAJOR, reasons=why),
    "from_self_inspected",
    "enterprise union_inspector regulator",
    grades=[GENERAL],
)
row(
    "regrade down",
    Regrade(grade=GENERAL, reasons=why),
    "from_self_inspected",
    "union_inspector regulator",
    grades=[MAJOR],
    special_roles={"enterprise": rules.NEVER_DOWN},
)
row("import a closing", CloseBeforeImport(source="OSHA 2019"), "any", "importer")
row("erase texts", EraseTexts(legal_basis="个人信息保护法 Art 47"), "any", "administrator")
