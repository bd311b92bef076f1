"""Benchmarks: 40 writers append one 400-byte event at a time, each waiting until it is acknowledged.

Ours goes through the port the use cases go through: events are checked and encoded on the way. The library's recorder
and pgbench get bytes. All three write the same rows to the same server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial

import uvloop
from eventsourcing.persistence import StoredEvent

from application.log import Append, EventLog, Receipt
from benchmarks.events import encoded, first_events, shared_out
from benchmarks.measuring import Chart, Findings, Goal, Series, in_turn, spared_by_the_collector
from benchmarks.ours import SCHEMA, product
from benchmarks.peers import pgbench, stock_recorder
from benchmarks.stand import Stand
from benchmarks.town import CODE
from domain.event import DomainEvent

NAME = "append"
WRITERS = 40
MOST_EACH = 5_000
"""Events a writer appends at most in one measure."""

STOCK = Goal("append, 40 writers, 400-byte events: the library's stock recorder", "events/s", 12)
PGBENCH = Goal("append, 40 writers, 400-byte events: pgbench, one-row INSERT, 40 clients", "events/s", 0.8)
GOALS: Sequence[Goal] = (STOCK, PGBENCH)


def run(stand: Stand) -> Findings:
    """Both rows, and the chart of throughput against writers."""
    measures = {"ours": ours, "stock": stock, "pgbench": bare}
    at_40 = in_turn(stand.sizes.rounds, {name: partial(measure, stand, WRITERS) for name, measure in measures.items()})
    return Findings(
        [
            STOCK.result(ours=at_40["ours"], peer=at_40["stock"]),
            PGBENCH.result(ours=at_40["ours"], peer=at_40["pgbench"]),
        ],
        [_chart(stand)],
    )


def ours(stand: Stand, writers: int) -> float:
    """Events a second through our log."""
    with stand.database() as url:

        async def measure() -> float:
            async with product(url, stand.folder) as service:
                parts = shared_out(_count(stand, writers), writers)
                return await appends_per_second(service.jurisdiction(CODE).log, parts)

        return uvloop.run(measure())


async def appends_per_second(log: EventLog, parts: Sequence[Sequence[DomainEvent]]) -> float:
    """Each part appended by a writer of its own, one event at a time; all have written before it counts."""

    async def write(part: Sequence[DomainEvent]) -> None:
        for event in part:
            (outcome,) = await log.append([Append([event])])
            assert isinstance(outcome, Receipt)

    await asyncio.gather(*(write([event]) for event in first_events(len(parts))))
    with spared_by_the_collector():
        began = time.perf_counter()
        await asyncio.gather(*(write(part) for part in parts))
        return sum(map(len, parts)) / (time.perf_counter() - began)


def stock(stand: Stand, writers: int) -> float:
    """Events a second through the library's recorder."""
    with stand.database() as url:
        parts = [[_stored(event) for event in part] for part in shared_out(stand.sizes.peer_appends, writers)]
        with spared_by_the_collector():
            return stock_recorder.appends_per_second(url, parts)


def bare(stand: Stand, writers: int) -> float:
    """Rows a second by pgbench."""
    row = encoded(first_events(1)[0])
    with stand.database() as url:

        async def make_schema() -> None:
            async with product(url, stand.folder):
                pass

        uvloop.run(make_schema())
        count = _count(stand, writers)
        script = stand.folder / "row.sql"
        return pgbench.inserts_per_second(
            stand.pgbench, url, SCHEMA, script, clients=writers, rows=count, topic=row.name, state=row.state
        )


def _count(stand: Stand, writers: int) -> int:
    """Few writers append fewer, or it would take minutes."""
    return min(stand.sizes.appends, writers * MOST_EACH)


def _stored(event: DomainEvent) -> StoredEvent:
    row = encoded(event)
    return StoredEvent(row.stream_id, row.version, row.name, row.state)


def _chart(stand: Stand) -> Chart:
    lines = (
        ("hazardloop", ours, stand.sizes.writers),
        ("pgbench, one-row INSERT", bare, [few for few in stand.sizes.writers if few <= pgbench.MOST_CLIENTS]),
        ("stock recorder", stock, stand.sizes.writers),
    )
    series = [Series(name, {one: measure(stand, one) for one in writers}) for name, measure, writers in lines]
    return Chart("append_by_writers.svg", "Events appended a second", "concurrent writers", series)
