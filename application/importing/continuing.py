"""Importing: a row whose hazard is in the log: what it says beyond that follows, if the record may still say it.

Once anybody but an importer has moved a hazard on, no record adds a move to it: an importer dismisses and closes
without the consents and receipts that the loop asks of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from application.importing.comparing import compare
from application.importing.faults import TAKEN_OVER, UNREADABLE, Fault, Finding, RowRefused
from application.importing.telling import Made, Told, carry_out
from application.log import Recorded
from domain.actors import Role
from domain.event import DomainEvent
from domain.hazard.closing import TextsErased
from domain.hazard.hazard import Hazard
from domain.hazard.moves import Move
from domain.hazard.reporting import Corrected
from domain.refusals import Rule

MOVES_NOTHING_ON = (Corrected, TextsErased)
"""What people may do to a hazard that stays the record's."""


@dataclass(frozen=True, slots=True)
class Continued:
    """What a row adds to its hazard, if anything, and what there is to say about it."""

    events: Sequence[DomainEvent]
    findings: Sequence[Finding]


def continued(told: Told, recorded: Sequence[Recorded]) -> Continued:
    """What the row says beyond the log. Raises RowRefused."""
    there = [one.event for one in recorded if isinstance(one.event, DomainEvent)]
    compared = compare(told, there)
    if not compared.new:
        return Continued((), compared.findings)
    if len(there) < len(recorded):
        raise RowRefused([_fault(compared.new[0], UNREADABLE)])
    if any(one.by.role is not Role.IMPORTER and not isinstance(one, MOVES_NOTHING_ON) for one in there):
        raise RowRefused([_fault(compared.new[0], TAKEN_OVER)])
    hazard = Hazard.fold(there)
    assert hazard is not None, "a stream that is in the log has events"
    findings = list(compared.findings)
    for made in compared.new:
        assert isinstance(made.command, Move), "the report is always there"
        findings += carry_out(made.cells, made.command, made.act, hazard, there)
    return Continued([one for one in hazard.pending_events if isinstance(one, DomainEvent)], findings)


def _fault(made: Made, rule: Rule) -> Fault:
    return made.cells.fault("", rule)
