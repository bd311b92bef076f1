"""Benchmarks, peer: the eventsourcing library's ProjectionRunner keeping up one view, the ledger of hazards.

Aggregates, events, transcoder and recorders are the library's own; a hazard has four events, as ours do on average.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

TEXT = "二车间安全出口被货物堵塞，东侧防火门无法打开，夜班期间无人值守。"
EVENTS_EACH = 4
TOGETHER = 100
LONGEST_SECONDS = 600.0


class Hazard(Aggregate):
    """A hazard as the library would have it."""

    class Reported(Aggregate.Created):
        """It was found."""

        enterprise_uscc: str
        description: str
        place: str
        channel: str

    class SelfInspected(Aggregate.Event):
        """It was graded."""

        grade: str
        cause: str

    class Planned(Aggregate.Event):
        """It is being rectified."""

        goals: str
        deadline: str

    class StepRecorded(Aggregate.Event):
        """A step was done."""

        note: str
        cost: str

    @event(Reported)
    def __init__(self, enterprise_uscc: str, description: str, place: str, channel: str) -> None:
        self.enterprise_uscc = enterprise_uscc
        self.stage = "reported"

    @event(SelfInspected)
    def self_inspect(self, grade: str, cause: str) -> None:
        """Inspect and grade it."""
        self.stage = "self_inspected"

    @event(Planned)
    def plan(self, goals: str, deadline: str) -> None:
        """Plan the rectification."""
        self.stage = "rectifying"

    @event(StepRecorded)
    def record_step(self, note: str, cost: str) -> None:
        """Record a step of the rectification."""


class Ledger(PostgresTrackingRecorder):
    """The view: a row for each hazard."""

    def __init__(self, datastore: PostgresDatastore, **settings: Any) -> None:
        super().__init__(datastore, **settings)
        table = Identifier(datastore.schema, "ledger")
        self._insert = SQL("INSERT INTO {} VALUES (%s, %s, %s, %s, NULL, 'reported', 1)").format(table)
        self._update = SQL("UPDATE {} SET stage = %s, grade = coalesce(%s, grade), version = %s WHERE id = %s").format(
            table
        )
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS {} (id uuid PRIMARY KEY, enterprise_uscc text, description text,"
                " place text, grade text, stage text, version bigint)"
            ).format(table)
        )

    def insert(self, tracking: Tracking, *row: Any) -> None:
        """A new row, with the position it comes from."""
        self._change(self._insert, row, tracking)

    def update(self, tracking: Tracking, *changes: Any) -> None:
        """What changed in a row, with the position that comes from."""
        self._change(self._update, changes, tracking)

    def _change(self, statement: Any, values: Sequence[Any], tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(statement, values, prepare=True)
            self._insert_tracking(cursor, tracking)


class LedgerProjection(Projection[Ledger]):
    """Each event changes a row."""

    name = "ledger"

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Change the row as the event says."""
        raise NotImplementedError(type(domain_event))

    @process_event.register
    def _(self, happened: Hazard.Reported, tracking: Tracking) -> None:
        place = happened.place
        self.view.insert(tracking, happened.originator_id, happened.enterprise_uscc, happened.description, place)

    @process_event.register
    def _(self, happened: Hazard.SelfInspected, tracking: Tracking) -> None:
        self._advance(tracking, happened, "self_inspected", happened.grade)

    @process_event.register
    def _(self, happened: Hazard.Planned, tracking: Tracking) -> None:
        self._advance(tracking, happened, "rectifying")

    @process_event.register
    def _(self, happened: Hazard.StepRecorded, tracking: Tracking) -> None:
        self._advance(tracking, happened, "rectifying")

    def _advance(self, tracking: Tracking, happened: Any, stage: str, grade: str | None = None) -> None:
        self.view.update(tracking, stage, grade, happened.originator_version, happened.originator_id)


def environment(url: str) -> dict[str, str]:
    """How the library is told where its database is."""
    place = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": place["dbname"],
        "POSTGRES_HOST": place["host"],
        "POSTGRES_PORT": place["port"],
        "POSTGRES_USER": place["user"],
        "POSTGRES_PASSWORD": "",
    }


def fill(url: str, events: int) -> int:
    """Append about so many events of hazards; the last position."""
    application: Application[UUID] = Application(env=environment(url))
    with application:
        hazards = [_hazard(number) for number in range(events // EVENTS_EACH)]
        for first in range(0, len(hazards), TOGETHER):
            application.save(*hazards[first : first + TOGETHER])
        return application.recorder.max_notification_id() or 0


def events_per_second(url: str, head: int) -> float:
    """Project the whole log."""
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=Application,
        projection_class=LedgerProjection,
        view_class=Ledger,
        env=environment(url),
    ) as runner:
        runner.wait(head, LONGEST_SECONDS)
        return head / (time.perf_counter() - began)


def _hazard(number: int) -> Hazard:
    hazard = Hazard(f"91320583MA{number:08d}", TEXT, "二车间东侧", "snap")
    hazard.self_inspect("general", "设备老化")
    hazard.plan("更换防护罩", "2026-12-31")
    hazard.record_step("已订购", "1200.00")
    return hazard
