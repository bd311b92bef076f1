"""A second opinion on a hazard: read off its events alone, by the design's words and none of the aggregate's code."""

from __future__ import annotations

from collections.abc import Sequence

from domain.actors import ENTERPRISE, Role
from domain.event import DomainEvent
from domain.hazard.closing import ClosedBeforeImport, ClosedOut, Reopened
from domain.hazard.dual_reporting import DualReportAcknowledged, DualReported, WorkersNotified
from domain.hazard.grading import Regraded
from domain.hazard.inspecting import Dismissed, SelfInspected
from domain.hazard.rectifying import RectificationPlanned, Rectified
from domain.hazard.reinspecting import Reinspected, ResumptionApproved
from domain.hazard.words import Grade, Recipient, ReportStage, Result, Stage

Events = Sequence[DomainEvent]
STAGE_AFTER = {
    Reopened: Stage.REPORTED,
    SelfInspected: Stage.SELF_INSPECTED,
    Regraded: Stage.SELF_INSPECTED,
    RectificationPlanned: Stage.RECTIFYING,
    Rectified: Stage.RECTIFIED,
    ClosedOut: Stage.CLOSED,
    ClosedBeforeImport: Stage.CLOSED,
    Dismissed: Stage.DISMISSED,
}


def since(events: Events, *kinds: type[DomainEvent]) -> Events:
    """What came after the last of these; everything where there was none."""
    last = max((n for n, event in enumerate(events) if isinstance(event, kinds)), default=-1)
    return events[last + 1 :]


def grade(events: Events) -> Grade | None:
    """The grade given last; a general one does not outlive its round."""
    given = [event.grade for event in events if isinstance(event, SelfInspected | Regraded) and event.grade]
    this_round = since(events, Reopened)
    in_this_round = [one for one in this_round if isinstance(one, SelfInspected | Regraded) and one.grade]
    return given[-1] if given and (in_this_round or given[-1] is Grade.MAJOR) else None


def receipts(events: Events) -> set[tuple[Recipient, ReportStage]]:
    """The reports of this round and grade that were sent, and acknowledged afterwards."""
    waiting, received = set(), set()
    for event in since(events, Reopened, Regraded):
        if isinstance(event, DualReported):
            waiting.add((event.recipient, event.stage))
            received.discard((event.recipient, event.stage))
        elif isinstance(event, DualReportAcknowledged) and (event.recipient, event.stage) in waiting:
            received.add((event.recipient, event.stage))
    return received


def both_finals(events: Events) -> bool:
    """Whether both recipients acknowledged a final report that followed the last passed re-inspection."""
    finals = {(recipient, ReportStage.FINAL) for recipient in Recipient}
    return finals <= receipts(events) and finals <= receipts(since(events, Reinspected))


def suspended(events: Events) -> bool:
    """Whether a suspension was recorded and none approved the resumption since, whatever the round."""
    return any(isinstance(event, SelfInspected) and event.suspended for event in since(events, ResumptionApproved))


def stage(events: Events) -> Stage:
    """Where it stands."""
    for n in range(len(events) - 1, -1, -1):
        event, past = events[n], events[: n + 1]
        if type(event) in STAGE_AFTER:
            return STAGE_AFTER[type(event)]
        if isinstance(event, DualReportAcknowledged) and both_finals(past):
            return Stage.DUAL_REPORTED
        if isinstance(event, Reinspected):
            planned = any(isinstance(one, RectificationPlanned) for one in since(past, Reopened, Regraded))
            failed = Stage.RECTIFYING if planned else Stage.SELF_INSPECTED
            return Stage.VERIFIED if event.result is Result.PASSED else failed
    return Stage.REPORTED


def sound(events: Events) -> None:
    """What must hold of the last event, whoever did whatever before."""
    *past, last = events
    who = last.by.role
    this_round = since(past, Reopened)
    if isinstance(last, ClosedOut):
        assert any(isinstance(event, WorkersNotified) for event in this_round), "closed out, and no worker was told"
        assert not suspended(past), "closed out under suspension"
        if grade(past) is Grade.MAJOR:
            assert both_finals(past), "promise 6: a major hazard closed out without both receipts of this round"
            assert who in {Role.REGULATOR, Role.UNION_INSPECTOR}
        else:
            assert grade(past) is Grade.GENERAL, "closed out, and nobody had graded it"
            assert who in ENTERPRISE
    if isinstance(last, Reinspected) and who is not Role.IMPORTER:
        rectifiers = {event.by.actor_id for event in this_round if isinstance(event, Rectified)}
        assert last.by.actor_id not in rectifiers, "whoever rectified it re-inspected it"
        assert grade(past) is not Grade.MAJOR or who not in ENTERPRISE, "the enterprise accepted its own major hazard"
    if grade(past) is Grade.MAJOR and grade(events) is not Grade.MAJOR:
        assert isinstance(last, Regraded), "a major grade went away without being regraded"
        assert who in {Role.REGULATOR, Role.UNION_INSPECTOR}, "an enterprise lowered a grade"
    if isinstance(last, DualReportAcknowledged):
        assert who.value in (last.recipient.value, "union_inspector"), "acknowledged by somebody else"
        assert receipts(events) - receipts(past) == {(last.recipient, last.stage)}, "acknowledged, but never sent"
