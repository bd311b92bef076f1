"""How a hazard gets to each stage, by people who do nothing else in the tests: the actors there are others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from domain.actors import Role
from domain.erasable import Erasable
from domain.hazard.closing import CloseOut
from domain.hazard.dual_reporting import Acknowledge, DualReport, NotifyWorkers
from domain.hazard.inspecting import Dismiss, SelfInspect
from domain.hazard.moves import Consent
from domain.hazard.rectifying import Plan, Rectify
from domain.hazard.reinspecting import Reinspect
from domain.hazard.reporting import Report
from domain.hazard.words import Channel, Grade, NoticeChannel, Recipient, ReportStage, Result, Stage
from tests.domain.given import OURS, Did, did, somebody

text = Erasable
Said = dict[str, Any]
"""The fields of a command and of the event it leads to."""
Past = Sequence[Did]
PHOTO = "a" * 64
DEADLINE = date(2026, 4, 30)

GENERAL, MAJOR = Grade.GENERAL, Grade.MAJOR
REGULATOR, CONGRESS = Recipient.REGULATOR, Recipient.WORKERS_CONGRESS
INITIAL, PROGRESS, FINAL = ReportStage.INITIAL, ReportStage.PROGRESS, ReportStage.FINAL

REPORTER = somebody(Role.WORKER, "the reporter")
RECTIFIER = somebody(Role.ENTERPRISE_OFFICER, "the officer who rectified it")
HEAD = somebody(Role.MAIN_RESPONSIBLE_PERSON, "the head who reported it")
REINSPECTOR = somebody(Role.UNION_INSPECTOR, "the inspector who re-inspected it")
RECEIVERS = {
    REGULATOR: somebody(Role.REGULATOR, "the regulator who received it"),
    CONGRESS: somebody(Role.WORKERS_CONGRESS, "the congress that received it"),
}

SIX_ITEMS: Said = {
    "goals_and_tasks": text("no leak"),
    "methods_and_measures": text("replace the valve"),
    "funds_and_materials": text("8,000 CNY"),
    "organisation_and_people": text("the maintenance team"),
    "time_and_requirements": text("by the end of April"),
    "safety_measures_and_emergency_plan": text("gas alarm, evacuation"),
}
CONSENT = Consent(by=Role.REGULATOR, reference="2026-17", evidence=(PHOTO,))

NOTICE = NotifyWorkers(channel=NoticeChannel.NOTICE_BOARD)
PASS = Reinspect(result=Result.PASSED, evidence=(PHOTO,))
FAIL = Reinspect(result=Result.FAILED, findings=text("it still leaks"))


def reported(**what: Any) -> Did:
    said: Said = {"enterprise_uscc": OURS, "description": text("gas cylinder leaks"), "channel": Channel.SNAP}
    return did(REPORTER, Report(**(said | what)))


def inspected(grade: Grade = GENERAL, **what: Any) -> Did:
    said: Said = {"grade": grade, "cause": text("worn valve")}
    return did(RECTIFIER, SelfInspect(**(said | what)))


def planned() -> Did:
    return did(RECTIFIER, Plan(deadline=DEADLINE, **SIX_ITEMS))


def rectified(**what: Any) -> Did:
    return did(RECTIFIER, Rectify(**({"evidence": (PHOTO,)} | what)))


def report_to(recipient: Recipient, stage: ReportStage) -> DualReport:
    four: Said = {name: text(name) for name in ("present_state", "cause", "harm", "difficulty")}
    return DualReport(recipient=recipient, stage=stage, **four)


def sent(recipient: Recipient, stage: ReportStage = FINAL) -> Did:
    return did(HEAD, report_to(recipient, stage))


def received(recipient: Recipient, stage: ReportStage = FINAL) -> Did:
    return did(RECEIVERS[recipient], Acknowledge(recipient=recipient, stage=stage))


NOTIFIED = did(RECTIFIER, NOTICE)
PASSED = did(REINSPECTOR, PASS)
FAILED = did(REINSPECTOR, FAIL)
FINALS = (sent(REGULATOR), sent(CONGRESS), received(REGULATOR), received(CONGRESS))


def road(to: Stage, grade: Grade = GENERAL, *, suspended: bool = False) -> Sequence[Did]:
    """The straight way to a stage. A general hazard never is dual-reported."""
    assert grade is MAJOR or to is not Stage.DUAL_REPORTED
    found = (reported(), inspected(grade, suspended=suspended))
    if to is Stage.DISMISSED:
        reason = text("it is no hazard")
        return (*found, did(RECTIFIER, Dismiss(reason=reason, consent=CONSENT)))
    straight: list[tuple[Stage, Sequence[Did]]] = [
        (Stage.REPORTED, found[:1]),
        (Stage.SELF_INSPECTED, found[1:]),
        (Stage.RECTIFYING, (planned(),)),
        (Stage.RECTIFIED, (rectified(),)),
        (Stage.VERIFIED, (PASSED,)),
    ]
    if grade is MAJOR:
        straight.append((Stage.DUAL_REPORTED, FINALS))
    closer = REINSPECTOR if grade is MAJOR else RECTIFIER
    straight.append((Stage.CLOSED, (NOTIFIED, did(closer, CloseOut()))))
    names = [stage for stage, _ in straight]
    return [done for _, part in straight[: names.index(to) + 1] for done in part]
