"""Duties as the tests expect them, by the rules shipped."""

from datetime import date

from domain.hazard.words import Recipient, ReportStage
from domain.rules.duties import Duty, DutyKey, DutyKind
from tests.domain.given import KUNSHAN, book

POLICY, LOOP, SHAANXI = "operator-policy@1", "hazardloop/loop@1", "cn-61/dual-report-2018@1"
OF_A_REPORT = {DutyKind.DUAL_REPORT, DutyKind.ACKNOWLEDGEMENT}

KEYS = [
    DutyKey(kind=kind, recipient=recipient, stage=stage)
    for kind in DutyKind
    for recipient in (Recipient if kind in OF_A_REPORT else [None])
    for stage in (ReportStage if kind in OF_A_REPORT else [None])
]
"""Every duty a round may have."""


def due(
    kind: DutyKind,
    day: date,
    recipient: Recipient | None = None,
    stage: ReportStage | None = None,
    *,
    pack: str = POLICY,
    provisional: bool = False,
) -> Duty:
    """A duty by a rule that counts working days."""
    rule = {DutyKind.DUAL_REPORT: f"dual_report.{stage}"}.get(kind, kind.value)
    return Duty(
        kind=kind,
        recipient=recipient,
        stage=stage,
        due=day,
        rule=rule,
        pack=pack,
        calendar=book(KUNSHAN).calendar.version,
        provisional=provisional,
    )


def deadline(day: date) -> Duty:
    """The duty to rectify by the day the plan sets."""
    kind = DutyKind.RECTIFICATION
    return Duty(kind=kind, due=day, rule="plan.deadline", pack=LOOP, calendar="none", provisional=False)


def to_both(day: date, stage: ReportStage) -> tuple[Duty, Duty]:
    """The duty to report a stage to either."""
    regulator, congress = (due(DutyKind.DUAL_REPORT, day, recipient, stage) for recipient in Recipient)
    return regulator, congress
