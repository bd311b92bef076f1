"""Which open duties an event meets, and which fall away with it."""

from collections.abc import Callable
from datetime import date
from fnmatch import fnmatch

import pytest

from domain.actors import Actor, Role
from domain.hazard.closing import CloseBeforeImport, CloseOut, EraseTexts, Reopen
from domain.hazard.dual_reporting import Acknowledge
from domain.hazard.grading import AnswerChallenge, ChallengeGrade, Regrade
from domain.hazard.hazard import HazardEvent
from domain.hazard.inspecting import Dismiss, SelfInspect
from domain.hazard.moves import Move
from domain.hazard.rectifying import Extend, Plan, RecordStep, Rectify
from domain.hazard.reinspecting import ApproveResumption
from domain.hazard.reporting import Correct, CorrectableField, Transfer
from domain.hazard.words import Recipient, ReportStage, Stage
from domain.rules.duties import DutyKey
from tests.domain.given import ACTORS, THEIRS, did, given
from tests.domain.hazard.duties import KEYS
from tests.domain.hazard.roads import (
    DEADLINE,
    FAIL,
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
    Past,
    report_to,
    reported,
    road,
    sent,
    text,
)

OFFICER, HEAD, INSPECTOR, AUTHORITY, IMPORTER, ADMINISTRATOR = (
    ACTORS[role]
    for role in (
        Role.ENTERPRISE_OFFICER,
        Role.MAIN_RESPONSIBLE_PERSON,
        Role.UNION_INSPECTOR,
        Role.REGULATOR,
        Role.IMPORTER,
        Role.ADMINISTRATOR,
    )
)
why = text("for a reason")
NONE = ""
ALL = "*"
TO_THEM = Transfer(enterprise_uscc=THEIRS, reason=why)
CHALLENGED = did(INSPECTOR, ChallengeGrade(reasons=why))

ENDED: dict[str, tuple[Past, Actor, Move, str, str]] = {
    "graded general": (
        road(Stage.REPORTED),
        OFFICER,
        SelfInspect(grade=GENERAL, cause=why),
        "self_inspection",
        "dual_report*",
    ),
    "graded major": (road(Stage.REPORTED), OFFICER, SelfInspect(grade=MAJOR, cause=why), "self_inspection", NONE),
    "dismissed": (road(Stage.REPORTED), OFFICER, Dismiss(reason=why), NONE, ALL),
    "transferred": (road(Stage.REPORTED), AUTHORITY, TO_THEM, NONE, "self_inspection"),
    "transferred, reported as major": (
        [reported(reported_as=MAJOR)],
        AUTHORITY,
        TO_THEM,
        NONE,
        "self_inspection dual_report.initial.*",
    ),
    "transferred later": (road(Stage.RECTIFYING), AUTHORITY, TO_THEM, NONE, NONE),
    "corrected": (
        road(Stage.RECTIFYING),
        INSPECTOR,
        Correct(field=CorrectableField.PLACE, value=why, reason=why),
        NONE,
        NONE,
    ),
    "planned": (road(Stage.SELF_INSPECTED), OFFICER, Plan(deadline=DEADLINE), "plan", NONE),
    "extended": (
        road(Stage.RECTIFYING),
        OFFICER,
        Extend(new_deadline=date(2026, 5, 31), reason=why),
        NONE,
        "rectification",
    ),
    "step": (road(Stage.RECTIFYING), OFFICER, RecordStep(note=why), NONE, NONE),
    "rectified": (road(Stage.RECTIFYING), OFFICER, Rectify(evidence=(PHOTO,)), "rectification", "plan"),
    "passed": (road(Stage.RECTIFIED, MAJOR), INSPECTOR, PASS, NONE, "plan rectification"),
    "failed": (road(Stage.RECTIFIED, MAJOR), INSPECTOR, FAIL, NONE, NONE),
    "resumed": (road(Stage.VERIFIED, suspended=True), AUTHORITY, ApproveResumption(), NONE, NONE),
    "workers told": (road(Stage.VERIFIED), OFFICER, NOTICE, NONE, NONE),
    "closed out": ([*road(Stage.VERIFIED), NOTIFIED], OFFICER, CloseOut(), NONE, ALL),
    "reopened": (road(Stage.CLOSED), AUTHORITY, Reopen(reason=why), NONE, NONE),
    "challenged": (road(Stage.VERIFIED), INSPECTOR, ChallengeGrade(reasons=why), NONE, NONE),
    "answered": ([*road(Stage.VERIFIED), CHALLENGED], OFFICER, AnswerChallenge(reasons=why), "answer", NONE),
    "regraded by the enterprise": (
        road(Stage.VERIFIED),
        OFFICER,
        Regrade(grade=MAJOR, reasons=why),
        "answer",
        "[!a]* ack*",
    ),
    "regraded up from outside": (road(Stage.VERIFIED), AUTHORITY, Regrade(grade=MAJOR, reasons=why), NONE, ALL),
    "regraded down": (road(Stage.VERIFIED, MAJOR), AUTHORITY, Regrade(grade=GENERAL, reasons=why), NONE, ALL),
    "closed before import": (road(Stage.RECTIFYING), IMPORTER, CloseBeforeImport(source="a ledger"), NONE, ALL),
    "texts erased": (road(Stage.RECTIFYING), ADMINISTRATOR, EraseTexts(legal_basis="Art 47"), NONE, NONE),
}


def those(does: Callable[[DutyKey], bool]) -> set[str]:
    return {str(key) for key in KEYS if does(key)}


def named(patterns: str) -> set[str]:
    return {str(key) for key in KEYS for pattern in patterns.split() if fnmatch(str(key), pattern)}


def check(event: object, met: str, lapsed: str) -> None:
    assert isinstance(event, HazardEvent)
    assert those(event.meets) == named(met)
    assert those(event.lapses) - those(event.meets) == named(lapsed)


@pytest.mark.parametrize(("past", "by", "move", "met", "lapsed"), ENDED.values(), ids=ENDED)
def test_given_open_duties_when_something_happens_then_these_are_met_and_those_lapse(
    past: Past, by: Actor, move: Move, met: str, lapsed: str
) -> None:
    (event,) = given(past).when(move, by=by).events
    check(event, met, lapsed)


@pytest.mark.parametrize("recipient", list(Recipient))
@pytest.mark.parametrize("kind", list(ReportStage))
def test_given_open_duties_when_dual_reported_and_acknowledged_then_only_this_report_is_met(
    kind: ReportStage, recipient: Recipient
) -> None:
    verified = road(Stage.VERIFIED, MAJOR)
    (report,) = given(verified).when(report_to(recipient, kind), by=HEAD).events
    check(report, f"dual_report.{kind}.{recipient}", NONE)
    receipt = Acknowledge(recipient=recipient, stage=kind, evidence=(PHOTO,))
    (received,) = given(verified, sent(recipient, kind)).when(receipt, by=INSPECTOR).events
    check(received, f"acknowledgement.{kind}.{recipient}", NONE)


def test_given_the_keys_of_duties_then_each_is_named_once() -> None:
    assert len({str(key) for key in KEYS}) == len(KEYS) == 16
    assert str(DutyKey(kind=KEYS[0].kind)) == "self_inspection"
    assert {f"dual_report.{kind}.{REGULATOR}" for kind in (INITIAL, PROGRESS, FINAL)} < {str(key) for key in KEYS}
