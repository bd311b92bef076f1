"""The workers are told, and a major hazard is reported to both who watch over it."""

import pytest

from domain.actors import Role
from domain.hazard import rules
from domain.hazard.dual_reporting import (
    RECEIVERS as BY_ROLE,
)
from domain.hazard.dual_reporting import (
    Acknowledge,
    DualReport,
    DualReportAcknowledged,
    DualReported,
    NotifyWorkers,
    WorkersNotified,
)
from domain.hazard.words import NoticeChannel, Recipient, ReportStage, Stage
from domain.refusals import NotAllowed, WrongStage
from tests.domain.given import ACTORS, did, given
from tests.domain.hazard.roads import (
    CONGRESS,
    FINAL,
    FINALS,
    GENERAL,
    INITIAL,
    MAJOR,
    PASSED,
    PHOTO,
    PROGRESS,
    REGULATOR,
    Past,
    Said,
    inspected,
    received,
    rectified,
    report_to,
    reported,
    road,
    sent,
    text,
)

HEAD, INSPECTOR, IMPORTER = (
    ACTORS[role] for role in (Role.MAIN_RESPONSIBLE_PERSON, Role.UNION_INSPECTOR, Role.IMPORTER)
)
FROM_SELF_INSPECTED = [
    Stage.SELF_INSPECTED,
    Stage.RECTIFYING,
    Stage.RECTIFIED,
    Stage.VERIFIED,
    Stage.DUAL_REPORTED,
]
VERIFIED = road(Stage.VERIFIED, MAJOR)
PLANNED_AT = 3


def said(report: DualReport) -> Said:
    return report.said()


@pytest.mark.parametrize("channel", list(NoticeChannel))
@pytest.mark.parametrize("stage", [Stage.REPORTED, *FROM_SELF_INSPECTED])
def test_given_an_open_hazard_when_the_workers_are_told_then_the_stage_is_unchanged(
    stage: Stage, channel: NoticeChannel
) -> None:
    said: Said = {"channel": channel, "note": text("by the gate"), "evidence": (PHOTO,)}
    outcome = given(road(stage, MAJOR)).when(NotifyWorkers(**said), by=ACTORS[Role.HIGHER_UNION])
    outcome.then(WorkersNotified, **said).at(stage)
    assert outcome.hazard.workers_notified


@pytest.mark.parametrize("recipient", list(Recipient))
@pytest.mark.parametrize("kind", [INITIAL, PROGRESS])
@pytest.mark.parametrize("stage", FROM_SELF_INSPECTED)
def test_given_a_major_hazard_when_reported_before_the_end_then_the_plan_is_named(
    stage: Stage, kind: ReportStage, recipient: Recipient
) -> None:
    plan = None if stage is Stage.SELF_INSPECTED else PLANNED_AT
    report = report_to(recipient, kind)
    given(road(stage, MAJOR)).when(report, by=HEAD).then(DualReported, **said(report), plan_version=plan).at(stage)


@pytest.mark.parametrize("recipient", list(Recipient))
def test_given_a_major_hazard_verified_when_the_final_report_goes_out_then_the_stage_waits_for_receipts(
    recipient: Recipient,
) -> None:
    report = report_to(recipient, FINAL)
    given(VERIFIED).when(report, by=HEAD).then(DualReported, **said(report), plan_version=PLANNED_AT).at(Stage.VERIFIED)


@pytest.mark.parametrize("stage", sorted(set(FROM_SELF_INSPECTED) - {Stage.VERIFIED}))
def test_given_it_is_not_verified_when_the_final_report_goes_out_then_refused(stage: Stage) -> None:
    given(road(stage, MAJOR)).when(report_to(REGULATOR, FINAL), by=HEAD).refused(
        rules.FINAL_AT_VERIFIED, "stage", WrongStage
    )


@pytest.mark.parametrize("kind", list(ReportStage))
def test_given_a_general_hazard_when_dual_reported_then_refused(kind: ReportStage) -> None:
    given(road(Stage.VERIFIED, GENERAL)).when(report_to(REGULATOR, kind), by=HEAD).refused(rules.MAJOR_ONLY)


@pytest.mark.parametrize("recipient", list(Recipient))
@pytest.mark.parametrize("kind", [INITIAL, FINAL])
def test_given_a_report_was_sent_when_sent_again_then_refused_and_the_other_may_go_out(
    kind: ReportStage, recipient: Recipient
) -> None:
    past = [*VERIFIED, sent(recipient, kind)]
    given(past).when(report_to(recipient, kind), by=HEAD).refused(rules.SENT_ALREADY, "stage")
    (other,) = set(Recipient) - {recipient}
    assert given(past).when(report_to(other, kind), by=HEAD).refusal is None


def test_given_progress_was_reported_when_there_is_more_then_it_is_reported_and_acknowledged_again() -> None:
    past = [*VERIFIED, sent(CONGRESS, PROGRESS), received(CONGRESS, PROGRESS)]
    again = report_to(CONGRESS, PROGRESS)
    given(past).when(again, by=HEAD).then(DualReported, **said(again), plan_version=PLANNED_AT)
    given([*past, sent(CONGRESS, PROGRESS)]).when(
        Acknowledge(recipient=CONGRESS, stage=PROGRESS), by=ACTORS[Role.WORKERS_CONGRESS]
    ).then(DualReportAcknowledged, recipient=CONGRESS, stage=PROGRESS)


def test_given_an_imported_record_without_a_plan_when_the_final_report_goes_out_then_it_brings_the_plan() -> None:
    took_over = [did(IMPORTER, one.command) for one in (reported(), inspected(MAJOR), rectified(), PASSED)]
    report = report_to(REGULATOR, FINAL)
    given(took_over).when(report, by=HEAD).refused(rules.PLAN_FIRST, "evidence")
    given(took_over).when(report.model_copy(update={"evidence": (PHOTO,)}), by=HEAD).then(
        DualReported, **said(report) | {"evidence": (PHOTO,)}
    )


@pytest.mark.parametrize("recipient", list(Recipient))
@pytest.mark.parametrize("kind", list(ReportStage))
def test_given_a_report_was_sent_when_its_recipient_acknowledges_then_so_it_is(
    kind: ReportStage, recipient: Recipient
) -> None:
    receipt: Said = {"recipient": recipient, "stage": kind, "note": text("received")}
    given(VERIFIED, sent(recipient, kind)).when(Acknowledge(**receipt), by=ACTORS[BY_ROLE[recipient]]).then(
        DualReportAcknowledged, **receipt
    ).at(Stage.VERIFIED)


@pytest.mark.parametrize("first", list(Recipient))
def test_given_both_finals_are_out_when_the_second_receipt_comes_then_dual_reported(first: Recipient) -> None:
    (second,) = set(Recipient) - {first}
    past = [*VERIFIED, sent(first), sent(second), received(first)]
    given(past).when(Acknowledge(recipient=second, stage=FINAL), by=ACTORS[BY_ROLE[second]]).then(
        DualReportAcknowledged, recipient=second, stage=FINAL
    ).at(Stage.DUAL_REPORTED)


NOTHING_TO_ACKNOWLEDGE: dict[str, Past] = {
    "nothing sent": [],
    "another stage": [sent(REGULATOR, INITIAL)],
    "another recipient": [sent(CONGRESS)],
    "acknowledged already": [sent(REGULATOR), received(REGULATOR)],
    "both finals acknowledged": list(FINALS),
}


@pytest.mark.parametrize("past", NOTHING_TO_ACKNOWLEDGE.values(), ids=NOTHING_TO_ACKNOWLEDGE)
def test_given_no_such_report_waits_when_acknowledged_then_refused(past: Past) -> None:
    given(VERIFIED, past).when(Acknowledge(recipient=REGULATOR, stage=FINAL), by=ACTORS[Role.REGULATOR]).refused(
        rules.NOT_SENT, "stage"
    )


@pytest.mark.parametrize("recipient", list(Recipient))
def test_given_a_report_was_sent_when_somebody_else_acknowledges_then_refused(recipient: Recipient) -> None:
    (other,) = set(Recipient) - {recipient}
    receipt = Acknowledge(recipient=recipient, stage=FINAL, evidence=(PHOTO,))
    given(VERIFIED, sent(recipient)).when(receipt, by=ACTORS[BY_ROLE[other]]).refused(
        rules.THAT_RECIPIENT, "recipient", NotAllowed
    )


@pytest.mark.parametrize("recipient", list(Recipient))
def test_given_a_paper_receipt_when_an_inspector_records_it_then_only_with_evidence(recipient: Recipient) -> None:
    receipt: Said = {"recipient": recipient, "stage": FINAL}
    story = given(VERIFIED, sent(recipient))
    story.when(Acknowledge(**receipt), by=INSPECTOR).refused(rules.PAPER_RECEIPT, "evidence")
    story.when(Acknowledge(**receipt, evidence=(PHOTO,)), by=INSPECTOR).then(
        DualReportAcknowledged, **receipt, evidence=(PHOTO,)
    )
