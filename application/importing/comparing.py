"""Importing: compares what a row says with what the log has of its hazard: said already, otherwise, or not yet.

Only what a row states is compared: what a later copy leaves blank contradicts nothing, and what was erased is held
against nobody. A failed re-inspection sends a hazard back, so what came before it may come again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from application.importing.faults import CONFLICT, Finding
from application.importing.telling import Made, Told
from domain.erasable import Erasable
from domain.event import DomainEvent
from domain.hazard.closing import ClosedOut, Closing
from domain.hazard.rectifying import RectificationPlanned, RectificationStepRecorded, Rectified
from domain.hazard.reinspecting import Reinspected
from domain.hazard.reporting import Corrected
from domain.hazard.words import Result
from domain.uscc import is_placeholder

COMES_AGAIN = (RectificationPlanned, RectificationStepRecorded, Rectified, Reinspected)
"""What may be there once more after a re-inspection has failed."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The moves of a row that the log does not have yet; the cells it contradicts, and what is odd in the log's too."""

    new: Sequence[Made]
    findings: Sequence[Finding]


def compare(told: Told, there: Sequence[DomainEvent]) -> Compared:
    """Look for each of the row's moves among the events of the hazard."""
    left = list(there)
    unmatched: list[Made] = []
    findings: list[Finding] = []
    for made in told.made:
        same = next((event for event in left if _says(event, made)), None)
        if same is None:
            unmatched.append(made)
        else:
            left.remove(same)
            findings += made.findings if type(same) is type(made.event) else ()
    new: list[Made] = []
    for made in unmatched:
        event = next((event for event in left if _stands_for(event, made, there)), None)
        if event is None:
            new.append(made)
        else:
            left.remove(event)
            findings += _conflicts(made, event, there)
    return Compared(new, findings)


def _says(event: DomainEvent, made: Made) -> bool:
    """Whether the log's event says what the row says; that it was closed, it may say by the loop's own closing."""
    if isinstance(event, ClosedOut) and isinstance(made.event, Closing):
        return True
    return type(event) is type(made.event) and not _differing(made, event)


def _stands_for(event: DomainEvent, made: Made, there: Sequence[DomainEvent]) -> bool:
    """Whether the log's event is the one the row speaks of, in other words."""
    if isinstance(made.event, Closing):
        return isinstance(event, Closing)
    if type(event) is not type(made.event):
        return False
    if isinstance(event, COMES_AGAIN):
        failed = _failures(there)
        return not any(event.originator_version <= one.originator_version for one in failed) or not any(
            made.act.occurred_at > one.occurred_at for one in failed
        )
    return True


def _failures(there: Sequence[DomainEvent]) -> Sequence[DomainEvent]:
    return [one for one in there if isinstance(one, Reinspected) and one.result is Result.FAILED]


def _conflicts(made: Made, event: DomainEvent, there: Sequence[DomainEvent]) -> Iterator[Finding]:
    corrected = {(one.field.value, one.value.value) for one in there if isinstance(one, Corrected)}
    for name in _differing(made, event):
        here = getattr(made.event, name)
        if isinstance(here, Erasable) and (name, here.value) in corrected:
            continue
        yield made.cells.finding(name, CONFLICT, _shown(getattr(event, name, None)))


def _differing(made: Made, event: DomainEvent) -> Sequence[str]:
    """The fields the row states and the event has otherwise."""
    stated = made.command.model_fields_set | {"occurred_at"}
    return [name for name in sorted(stated) if not _equal(getattr(event, name, None), getattr(made.event, name))]


def _equal(there: Any, here: Any) -> bool:
    if isinstance(there, Erasable) and there.value is None:
        return True
    if isinstance(there, str) and isinstance(here, str) and is_placeholder(there) != is_placeholder(here):
        return True  # a name is no code: who it stands for was found out before or since
    return bool(there == here)


def _shown(value: Any) -> str:
    """A value of the log, as a ledger would have it."""
    match value:
        case None:
            return ""
        case Erasable():
            return value.value or ""
        case datetime():
            return value.isoformat(" ") if value.time() != time.min else value.date().isoformat()
    return str(value)
