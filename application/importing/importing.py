"""Importing: a whole ledger into the log, a batch of rows at a time.

A row is one item of an append, all or none, whose id follows from the row itself: killed anywhere
and started again, an import puts no row in twice and leaves none out.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import islice
from typing import Protocol
from uuid import UUID

from application.importing.continuing import continued
from application.importing.faults import CONFLICT, Fault, Finding, RowRefused
from application.importing.table import Row
from application.importing.telling import Telling, Told
from application.log import Append, Outcome, Receipt, Recorded, Unavailable
from application.ports import Clock
from domain.event import Aggregate, DomainEvent

BATCH = 200
"""How many rows go into one transaction."""

TOLD_AT_ONCE = 10
"""Rows told before others have their turn: the batch before this one is on its way meanwhile."""

REMEMBERED = 10_000
"""How many streams met in this run are kept in mind; more only cost a question each."""

ATTEMPTS = 5
"""How often a row is compared anew while its hazard moves on in between."""


class Log(Protocol):
    """What an import asks of the log: EventLog has it, and so has a rehearsal."""

    async def read(self, stream_id: UUID) -> Sequence[Recorded]:
        """A stream from its first event; empty where there is none."""

    async def append(self, items: Sequence[Append]) -> Sequence[Outcome]:
        """Append item by item in one transaction; a refused item fails alone. Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A row that was refused, and why."""

    row: Row
    faults: Sequence[Fault]


@dataclass
class Counts:
    """What became of rows: each is imported, known, continued or refused."""

    rows: int = 0
    imported: int = 0
    known: int = 0
    continued: int = 0
    """Their hazards were in the log already, and moves followed."""
    refused: int = 0
    conflicts: int = 0
    """Cells that contradict the log."""
    findings: int = 0
    """Cells that are odd in another way."""
    events: Counter[str] = field(default_factory=Counter)
    """Events appended, by name."""

    def add(self, batch: Counts) -> None:
        """Count a batch in."""
        for one in fields(Counts):
            setattr(self, one.name, getattr(self, one.name) + getattr(batch, one.name))


@dataclass
class Tally(Counts):
    """What became of the rows of a batch, and what there is to say of them. A ledger may have any number of these."""

    returned: Sequence[Returned] = ()
    found: Sequence[Finding] = ()


class Importing:
    """One run over one ledger. Its memory does not grow with the number of rows."""

    def __init__(self, telling: Telling, log: Log, clock: Clock) -> None:
        self._telling = telling
        self._log = log
        self._clock = clock
        self._registered: set[UUID] = set()

    async def batches(self, rows: Iterable[Row]) -> AsyncIterator[Tally]:
        """Import the rows; after each batch, what became of it. Raises Unavailable, and NotATable as the rows do.

        While a batch is on its way the next one is told.
        """
        rest = iter(rows)
        on_its_way: asyncio.Task[Tally] | None = None
        try:
            while batch := list(islice(rest, BATCH)):
                running = _Batch(batch)
                await running.tell(self._telling, self._clock.now())
                if on_its_way is not None:
                    yield await on_its_way
                on_its_way = asyncio.create_task(self._write(running))
            if on_its_way is not None:
                yield await on_its_way
        finally:
            if on_its_way is not None and not on_its_way.done():
                on_its_way.cancel()
                await asyncio.wait([on_its_way])

    async def _write(self, batch: _Batch) -> Tally:
        there: list[Told] = []
        for told, outcome in zip(batch.told, await self._append(batch), strict=True):
            if isinstance(outcome, Receipt):
                batch.tally.imported += 1
                batch.found += told.findings
            else:
                there.append(told)
        await asyncio.gather(*(self._continue(told, batch) for told in there))
        return batch.finished()

    async def _append(self, batch: _Batch) -> Sequence[Outcome]:
        """Append the hazards, each after its enterprise, and count the events; the outcomes of the hazards."""
        aggregates: list[Aggregate] = []
        for one in batch.told:
            if one.enterprise is not None and self._is_new(one.enterprise.id):
                aggregates.append(one.enterprise)
            aggregates.append(one.hazard)
        if not aggregates:
            return ()
        items = [Append(pending(aggregate)) for aggregate in aggregates]
        outcomes = await self._log.append(items)
        for item, outcome in zip(items, outcomes, strict=True):
            batch.count(item.events, outcome)
        hazards = {id(one.hazard) for one in batch.told}
        return [outcome for one, outcome in zip(aggregates, outcomes, strict=True) if id(one) in hazards]

    def _is_new(self, enterprise_id: UUID) -> bool:
        """Whether this run has not met the enterprise yet; if it is registered already, the log says so."""
        if enterprise_id in self._registered:
            return False
        if len(self._registered) >= REMEMBERED:
            self._registered.clear()
        self._registered.add(enterprise_id)
        return True

    async def _continue(self, told: Told, batch: _Batch) -> None:
        """Let follow what the row says beyond the log; decided anew if somebody was faster. Raises Unavailable."""
        for _ in range(ATTEMPTS):
            try:
                more = continued(told, await self._log.read(told.hazard.id))
            except RowRefused as refused:
                batch.refuse(told.row, refused)
                return
            if more.events:
                (outcome,) = await self._log.append([Append(more.events)])
                batch.count(more.events, outcome)
                if not isinstance(outcome, Receipt):
                    continue
                batch.tally.continued += 1
            else:
                batch.tally.known += 1
            batch.found += more.findings
            return
        raise Unavailable


class _Batch:
    """Some rows on their way into the log."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self.told: list[Told] = []
        self.tally = Tally(rows=len(rows))
        self.found: list[Finding] = []
        self._returned: list[Returned] = []

    async def tell(self, telling: Telling, now: datetime) -> None:
        for some in _portions(self._rows):
            for row in some:
                try:
                    self.told.append(telling.tell(row, now))
                except RowRefused as refused:
                    self.refuse(row, refused)
            await asyncio.sleep(0)

    def refuse(self, row: Row, refused: RowRefused) -> None:
        self._returned.append(Returned(row, refused.faults))

    def count(self, events: Sequence[DomainEvent], outcome: Outcome) -> None:
        if isinstance(outcome, Receipt):
            self.tally.events.update(event.name for event in events)

    def finished(self) -> Tally:
        tally, nth = self.tally, {id(row): number for number, row in enumerate(self._rows)}
        tally.returned = sorted(self._returned, key=lambda one: nth[id(one.row)])
        tally.refused = len(tally.returned)
        places = {(row.sheet, row.number): number for number, row in enumerate(self._rows)}
        tally.found = sorted(self.found, key=lambda one: places[one.sheet, one.row])
        tally.conflicts = sum(one.rule == CONFLICT.id for one in tally.found)
        tally.findings = len(tally.found) - tally.conflicts
        return tally


def _portions(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[first : first + TOLD_AT_ONCE] for first in range(0, len(rows), TOLD_AT_ONCE))


def pending(aggregate: Aggregate) -> Sequence[DomainEvent]:
    """Its events that the log has yet to be given."""
    return [event for event in aggregate.pending_events if isinstance(event, DomainEvent)]
