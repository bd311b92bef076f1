"""Infrastructure: the rows of the hazard tables, made from a memory and read back into one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from application.answers import DutyState
from application.views.duty_book import Escalation, HeldDuty
from application.views.hazard_memory import HazardMemory, Standing, Texts
from application.views.keeping import kept
from application.views.search import bigrams, searchable
from application.views.times import When, storable
from domain.hazard.words import Grade, Recipient, ReportStage, Stage
from domain.rules.duties import Duty, DutyKind
from infrastructure.log.arrays import Texts as TextArray

NOT_YET = datetime(9999, 1, 1, tzinfo=UTC)
"""Later than any time a view keeps."""

Values = tuple[Any, ...]

HAZARD = {
    "id": "uuid",
    "opened": "int8",
    "version": "int8",
    "position": "int8",
    "enterprise": "text",
    "stage": "text",
    "grade": "text",
    "round": "int8",
    "reporter": "uuid",
    "category": "text",
    "channel": "text",
    "reported_as": "text",
    "found_at": "timestamptz",
    "deadline": "date",
    "next_due": "date",
    "suspended": "bool",
    "closed_before_import": "bool",
    "texts": "int8",
    "updated_at": "timestamptz",
    "kept": "text",
}

TIMELINE = {
    "hazard_id": "uuid",
    "position": "int8",
    "opened": "int8",
    "version": "int8",
    "enterprise": "text",
    "stage": "text",
    "grade": "text",
    "round": "int8",
    "deadline": "date",
    "next_due": "date",
    "suspended": "bool",
    "closed_before_import": "bool",
    "texts": "int8",
    "recorded_from": "timestamptz",
    "recorded_to": "timestamptz",
    "occurred_from": "timestamptz",
    "occurred_to": "timestamptz",
}

TEXT = {
    "hazard_id": "uuid",
    "version": "int8",
    "description": "text",
    "place": "text",
    "searched": "text",
    "bigrams": "text[]",
}

DUTY = {
    "hazard_id": "uuid",
    "number": "int8",
    "enterprise": "text",
    "round": "int8",
    "kind": "text",
    "recipient": "text",
    "stage": "text",
    "due": "date",
    "rule": "text",
    "pack": "text",
    "calendar": "text",
    "provisional": "bool",
    "since": "timestamptz",
    "state": "text",
    "begun_position": "int8",
    "begun_recorded": "timestamptz",
    "begun_occurred": "timestamptz",
    "ended_position": "int8",
    "ended_recorded": "timestamptz",
    "ended_occurred": "timestamptz",
    "ended_at": "timestamptz",
    "escalations": "text",
}

ESCALATIONS = TypeAdapter(tuple[Escalation, ...])


def hazard_values(memory: HazardMemory) -> Values:
    """The ledger row."""
    hazard, now = memory.hazard, memory.now
    assert hazard.found_at is not None
    return (
        hazard.id,
        memory.first_position,
        now.version,
        now.position,
        now.enterprise,
        now.stage,
        now.grade,
        now.round,
        hazard.reporter,
        memory.category,
        memory.channel,
        hazard.reported_as,
        storable(hazard.found_at),
        now.deadline,
        now.next_due,
        now.suspended,
        now.closed_before_import,
        now.texts,
        now.since.recorded,
        kept(memory),
    )


def timeline_values(memory: HazardMemory, standing: Standing) -> Values:
    """One row of the timeline."""
    until = standing.until
    return (
        memory.hazard.id,
        standing.position,
        memory.first_position,
        standing.version,
        standing.enterprise,
        standing.stage,
        standing.grade,
        standing.round,
        standing.deadline,
        standing.next_due,
        standing.suspended,
        standing.closed_before_import,
        standing.texts,
        standing.since.recorded,
        until.recorded if until else NOT_YET,
        standing.since.occurred,
        until.occurred if until else NOT_YET,
    )


def text_values(hazard_id: UUID, texts: Texts) -> Values:
    """What one version said, and how it is found."""
    searched = searchable((texts.description, texts.place))
    return (hazard_id, texts.version, texts.description, texts.place, searched, TextArray(bigrams(searched)))


def duty_values(hazard_id: UUID, held: HeldDuty) -> Values:
    """One duty."""
    duty, ended = held.duty, held.ended
    return (
        hazard_id,
        held.number,
        held.enterprise,
        held.round,
        duty.kind,
        duty.recipient,
        duty.stage,
        duty.due,
        duty.rule,
        duty.pack,
        duty.calendar,
        duty.provisional,
        held.since,
        held.state,
        held.begun.position,
        held.begun.recorded,
        held.begun.occurred,
        ended.position if ended else None,
        ended.recorded if ended else NOT_YET,
        ended.occurred if ended else NOT_YET,
        held.ended_at,
        ESCALATIONS.dump_json(held.escalations).decode() if held.escalations else "[]",
    )


def standings_of(rows: list[dict[str, Any]]) -> list[Standing]:
    """A hazard's rows of the timeline, the first first, as they were remembered."""
    standings = []
    for at, row in enumerate(rows):
        last = at + 1 == len(rows)
        until = None if last else When(rows[at + 1]["position"], _utc(row["recorded_to"]), _utc(row["occurred_to"]))
        standings.append(
            Standing(
                position=row["position"],
                version=row["version"],
                stage=Stage(row["stage"]),
                grade=Grade(row["grade"]) if row["grade"] else None,
                round=row["round"],
                enterprise=row["enterprise"],
                suspended=row["suspended"],
                closed_before_import=row["closed_before_import"],
                deadline=row["deadline"],
                next_due=row["next_due"],
                texts=row["texts"],
                since=When(row["position"], _utc(row["recorded_from"]), _utc(row["occurred_from"])),
                until=until,
            )
        )
    return standings


def duty_of(row: dict[str, Any]) -> HeldDuty:
    """A row of the duties, as it was remembered."""
    duty = Duty(
        kind=DutyKind(row["kind"]),
        recipient=Recipient(row["recipient"]) if row["recipient"] else None,
        stage=ReportStage(row["stage"]) if row["stage"] else None,
        **{name: row[name] for name in ("due", "rule", "pack", "calendar", "provisional")},
    )
    ended = None
    if row["ended_position"] is not None:
        ended = When(row["ended_position"], _utc(row["ended_recorded"]), _utc(row["ended_occurred"]))
    return HeldDuty(
        number=row["number"],
        enterprise=row["enterprise"],
        round=row["round"],
        duty=duty,
        since=_utc(row["since"]),
        begun=When(row["begun_position"], _utc(row["begun_recorded"]), _utc(row["begun_occurred"])),
        state=DutyState(row["state"]),
        ended=ended,
        ended_at=_utc(row["ended_at"]) if row["ended_at"] else None,
        escalations=ESCALATIONS.validate_json(row["escalations"]),
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
