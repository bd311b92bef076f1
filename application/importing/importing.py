"""Importing: a whole ledger into the log, a batch of rows at a time.

A row is one item of an append, all or none, whose id follows from the row itself: killed anywhere
and started again, an import puts no row in twice and leaves none out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol
from uuid import UUID

from application.importing.faults import DIFFERS, Fault, RowRefused
from application.importing.saying import fault
from application.importing.table import Row
from application.importing.telling import Telling, Told
from application.log import Append, Outcome, Receipt, Recorded, Unreadable
from application.ports import Clock
from domain.erasable import Erasable
from domain.event import Aggregate, DomainEvent

BATCH = 200
"""How many rows go into one transaction."""

REMEMBERED = 10_000
"""How many streams met in this run are kept in mind; more only cost a question each."""


class Log(Protocol):
    """What an import asks of the log: EventLog has it, and so has a rehearsal."""

    async def read(self, stream_id: UUID) -> Sequence[Recorded]:
        """A stream from its first event; empty where there is none."""

    async def append(self, items: Sequence[Append]) -> Sequence[Outcome]:
        """Append item by item in one transaction; a refused item fails alone. Raises Unavailable."""


@dataclass
class Tally:
    """What became of rows: each is imported, known or refused."""

    rows: int = 0
    imported: int = 0
    known: int = 0
    refused: int = 0
    events: Counter[str] = field(default_factory=Counter)
    """Events appended, by name."""
    faults: Sequence[Fault] = ()

    def add(self, batch: Tally) -> None:
        """Count a batch in. Its faults are not kept: a ledger may have any number of them."""
        self.rows += batch.rows
        self.imported += batch.imported
        self.known += batch.known
        self.refused += batch.refused
        self.events += batch.events


class Importing:
    """One run over one ledger. Its memory does not grow with the number of rows."""

    def __init__(self, telling: Telling, log: Log, clock: Clock) -> None:
        self._telling = telling
        self._log = log
        self._clock = clock
        self._registered: set[UUID] = set()

    async def batches(self, rows: Iterable[Row]) -> AsyncIterator[Tally]:
        """Import the rows; after each batch, what became of it. Raises Unavailable, and NotATable as the rows do."""
        rest = iter(rows)
        while batch := list(islice(rest, BATCH)):
            yield await self._import(batch)

    async def _import(self, rows: Sequence[Row]) -> Tally:
        told: list[Told] = []
        faults: list[Fault] = []
        now = self._clock.now()
        for row in rows:
            try:
                told.append(self._telling.tell(row, now))
            except RowRefused as refused:
                faults += refused.faults
        tally = Tally(rows=len(rows), refused=len(rows) - len(told))
        for one, outcome in zip(told, await self._append(told, tally.events), strict=True):
            if isinstance(outcome, Receipt):
                tally.imported += 1
            elif await self._says_the_same(one.hazard):
                tally.known += 1
            else:
                tally.refused += 1
                faults.append(fault(one.row, self._telling.mapping.identity, DIFFERS, "identity"))
        tally.faults = sorted(faults, key=lambda one: one.row)
        return tally

    async def _append(self, told: Sequence[Told], events: Counter[str]) -> Sequence[Outcome]:
        """Append the hazards, each after its enterprise, and count the events; the outcomes of the hazards."""
        aggregates: list[Aggregate] = []
        for one in told:
            if one.enterprise is not None and self._is_new(one.enterprise.id):
                aggregates.append(one.enterprise)
            aggregates.append(one.hazard)
        if not aggregates:
            return ()
        items = [Append(_pending(aggregate)) for aggregate in aggregates]
        outcomes = await self._log.append(items)
        events.update(
            event.name
            for item, outcome in zip(items, outcomes, strict=True)
            if isinstance(outcome, Receipt)
            for event in item.events
        )
        hazards = {id(one.hazard) for one in told}
        return [outcome for one, outcome in zip(aggregates, outcomes, strict=True) if id(one) in hazards]

    def _is_new(self, enterprise_id: UUID) -> bool:
        """Whether this run has not met the enterprise yet; if it is registered already, the log says so."""
        if enterprise_id in self._registered:
            return False
        if len(self._registered) >= REMEMBERED:
            self._registered.clear()
        self._registered.add(enterprise_id)
        return True

    async def _says_the_same(self, hazard: Aggregate) -> bool:
        """Whether the log has of this hazard, first of all, what the row says. Later events are none of the row's."""
        there = [recorded.event for recorded in await self._log.read(hazard.id)]
        here = _pending(hazard)
        return len(there) >= len(here) and all(map(_same, there, here))


def _pending(aggregate: Aggregate) -> Sequence[DomainEvent]:
    return [event for event in aggregate.pending_events if isinstance(event, DomainEvent)]


_OF_THE_RUN = frozenset({"originator_id", "originator_version", "by", "correlation_id", "causation_id", "duties"})
"""What an event says of the run that wrote it and the rules it was written under."""


def _same(there: DomainEvent | Unreadable, here: DomainEvent) -> bool:
    """Whether two events say the same. What was erased, or can't be read, is not held against the row."""
    if isinstance(there, Unreadable):
        return True
    if type(there) is not type(here):
        return False
    names = type(here).model_fields.keys() - _OF_THE_RUN
    return all(_equal(getattr(there, name), getattr(here, name)) for name in names)


def _equal(there: object, here: object) -> bool:
    return there == here or (isinstance(there, Erasable) and there.value is None)
