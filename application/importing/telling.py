"""Importing: tells what one row says as the events of one hazard, through the same decisions as every command."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from uuid import NAMESPACE_URL, UUID, uuid5

from application.commands import enterprise_stream
from application.importing.cells import Reading
from application.importing.faults import DEADLINE, IDENTITY, LINES, ORDER, Finding, RowRefused
from application.importing.mapping import EnterprisePart, LedgerMapping, MovePart
from application.importing.moves import AFTER_REPORT, MOVES, REGISTRATION, MoveName, targets
from application.importing.saying import Cells, fault
from application.importing.table import Row, lines_in
from domain.actors import Actor, Role
from domain.command import Command
from domain.enterprise.enterprise import Enterprise, Register
from domain.event import Act, DomainEvent
from domain.hazard.hazard import Hazard
from domain.hazard.moves import Move
from domain.hazard.rectifying import Extend, Plan
from domain.hazard.reporting import Report
from domain.refusals import Refusal
from domain.rules.rulebook import Rulebook
from domain.uscc import placeholder

MOST_LINES = 100
"""Of a cell in which every line is a move."""


@dataclass(frozen=True, slots=True)
class Made:
    """A move a row makes: what it says, from which cells, under which circumstances, and the event it comes to."""

    cells: Cells
    command: Command
    act: Act
    event: DomainEvent
    findings: Sequence[Finding] = ()


@dataclass(slots=True)
class Told:
    """What a row comes to: its hazard, and the enterprise responsible, both with their events pending."""

    row: Row
    hazard: Hazard
    enterprise: Enterprise | None
    made: list[Made] = field(default_factory=list)

    @property
    def findings(self) -> Sequence[Finding]:
        """What is odd about the moves it makes."""
        return [finding for made in self.made for finding in made.findings]


class Telling:
    """One record read under one mapping, into one jurisdiction."""

    def __init__(
        self,
        mapping: LedgerMapping,
        code: str,
        rules: Rulebook,
        correlation_id: UUID,
        registered: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`registered`: the codes of enterprises by name, for a mapping that goes by names."""
        self.mapping = mapping
        self._registered = registered
        self._code = code
        self._rules = rules
        self._correlation_id = correlation_id
        self._reading = Reading(mapping.dates.formats, mapping.dates.zone or rules.zone)
        self._importer = Actor(uuid5(NAMESPACE_URL, f"hazardloop:{code}/importers/{mapping.source}"), Role.IMPORTER)

    def tell(self, row: Row, now: datetime) -> Told:
        """The row as events. Raises RowRefused."""
        id = self._identity(row)
        enterprise = self._enterprise(row, now, self.mapping.enterprise) if self.mapping.enterprise else None
        first, *later = self.mapping.moves
        told = self._report(row, now, first, id, enterprise)
        for part in later:
            for one in _line_by_line(row, part.each_line, part.move) if part.each_line else (row,):
                if all(condition.holds(one.cells) for condition in part.when):
                    told.made.append(self._move(one, now, part, told))
        return told

    def _identity(self, row: Row) -> UUID:
        """The same for the same row whenever it comes, so that a second import finds it in the log."""
        columns = self.mapping.identity
        faults = [fault(row, [name], IDENTITY, "identity") for name in columns if not row.cells[name]]
        if faults:
            raise RowRefused(faults)
        key = json.dumps([self.mapping.source, *(row.cells[name] for name in columns)], ensure_ascii=False)
        return uuid5(NAMESPACE_URL, f"hazardloop:{self._code}/imports/{key}")

    def _enterprise(self, row: Row, now: datetime, part: EnterprisePart) -> Enterprise | None:
        """None where the row names no enterprise; that hazard's has yet to be found."""
        cells = Cells(row, "enterprise", self._reading)
        said = cells.fields(part.fields, REGISTRATION)
        if "uscc" not in said and part.by_name and said.get("enterprise_name") in self._registered:
            said["uscc"] = self._registered[said["enterprise_name"]]
        if "uscc" not in said:
            keys = [row.cells[name] for name in part.placeholder]
            if not any(keys):
                return None
            said["uscc"] = placeholder(json.dumps([self._code, self.mapping.source, *keys], ensure_ascii=False))
        register = cells.command(Register, said)
        try:
            return register.open(enterprise_stream(self._code, register.uscc), self._act(now, now))
        except Refusal as refusal:
            raise cells.refused(refusal) from None

    def _report(self, row: Row, now: datetime, part: MovePart, id: UUID, enterprise: Enterprise | None) -> Told:
        cells = Cells(row, part.move, self._reading)
        occurred_at = cells.moment(part.occurred_at)
        said = cells.fields(part.fields, targets(Report)) | {"occurred_at": occurred_at}
        if enterprise is not None:
            said["enterprise_uscc"] = enterprise.uscc
        report = cells.command(Report, said)
        act = self._act(now, occurred_at)
        try:
            hazard = report.open(id, act)
        except Refusal as refusal:
            raise cells.refused(refusal) from None
        return Told(row, hazard, enterprise, [Made(cells, report, act, _last(hazard))])

    def _move(self, row: Row, now: datetime, part: MovePart, told: Told) -> Made:
        cells = Cells(row, part.move, self._reading, part.when)
        occurred_at = cells.moment(part.occurred_at)
        said = cells.fields(part.fields, targets(MOVES[part.move])) | {"occurred_at": occurred_at}
        if part.move is MoveName.CLOSE_BEFORE_IMPORT:
            said["source"] = self.mapping.source
        move: Move = cells.command(AFTER_REPORT[part.move], said)
        act = self._act(now, occurred_at)
        findings = carry_out(cells, move, act, told.hazard)
        return Made(cells, move, act, _last(told.hazard), findings)

    def _act(self, now: datetime, occurred_at: datetime) -> Act:
        return Act(self._importer, now, occurred_at, self._correlation_id, self._rules)


def carry_out(
    cells: Cells, move: Move, act: Act, hazard: Hazard, there: Sequence[DomainEvent] = ()
) -> Sequence[Finding]:
    """Make the move on the hazard, of which `there` is in the log; what is odd about its times. Raises RowRefused."""
    latest = max(event.occurred_at for event in (*there, *hazard.pending_events) if isinstance(event, DomainEvent))
    try:
        hazard.carry_out(move, act)
    except Refusal as refusal:
        raise cells.refused(refusal) from None
    findings = [cells.finding("occurred_at", ORDER)] if act.occurred_at < latest else []
    for kind, name in ((Plan, "deadline"), (Extend, "new_deadline")):
        deadline = getattr(move, name) if isinstance(move, kind) else None
        if deadline is not None and deadline < act.occurred_at.date():
            findings.append(cells.finding(name, DEADLINE))
    return findings


def _line_by_line(row: Row, columns: Sequence[str], move: MoveName) -> Iterator[Row]:
    """The row as it is each time it makes the move: with one line in each of the cells that have several."""
    lines = {name: lines_in(row.cells[name]) for name in columns}
    numbers = {len(found) for found in lines.values() if found} or {0}
    number = max(numbers)
    if len(numbers) > 1 or number > MOST_LINES:
        raise RowRefused([fault(row, columns, LINES, f"{move}.each_line")])
    if number == 0:
        yield row
    for at in range(number):
        yield replace(row, cells={**row.cells, **{name: found[at] for name, found in lines.items() if found}})


def _last(hazard: Hazard) -> DomainEvent:
    event = hazard.pending_events[-1]
    assert isinstance(event, DomainEvent)
    return event
