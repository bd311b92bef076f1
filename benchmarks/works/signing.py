"""Benchmarks: what signing costs whoever appends, how soon an event is signed, and what a proof of it costs.

The cost is a few per cent, and two runs apart differ by more. So it is measured on one log, in many short slices, in
turn with a sequencer and without, each begun when all is signed, and a while after the writers have.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from random import Random
from statistics import quantiles

import psycopg
import uvloop

from api.running import Running
from application.jurisdiction import Jurisdiction
from application.log import Append, Receipt
from application.proof import verify_inclusion
from application.sequencing import INTERVAL_SECONDS
from benchmarks.events import encoded, first_events, shared_out
from benchmarks.measuring import Findings, Goal, in_turn, spared_by_the_collector
from benchmarks.ours import SCHEMA, product
from benchmarks.sequencer import sequencing
from benchmarks.stand import Stand
from benchmarks.town import CODE
from benchmarks.works.append import WRITERS, appends_per_second
from domain.event import DomainEvent

NAME = "signing"

APPEND = Goal("append, 40 writers, with the sequencer at work: without", "events/s", 0.95)
SIGNED = Goal("acknowledged → in a signed checkpoint, 8 writers, p99: the interval", "ms", round(1 / 3, 3))
PROVED = Goal("inclusion proof at 1,000,000 events, from PostgreSQL, p99: 1 ms", "ms", 1)
GOALS: Sequence[Goal] = (APPEND, SIGNED, PROVED)

FEW_WRITERS = 8
LOOK_SECONDS = 0.002
"""How often to look for a newer checkpoint."""

_FILL = f"""
INSERT INTO {SCHEMA}.events
SELECT gen_random_uuid(), 1, n, timestamptz '2026-03-02 09:00Z' + n * interval '1 ms', %s, %s
FROM generate_series(1, %s) n
"""


def run(stand: Stand) -> Findings:
    """The three rows."""
    with stand.database() as url:
        slices = {"with": partial(_appends, stand, url, True), "without": partial(_appends, stand, url, False)}
        found = in_turn(stand.sizes.pairs, slices)
    signed = in_turn(stand.sizes.rounds, {"signed": partial(_signed_after, stand)})["signed"]
    return Findings(
        [
            APPEND.result(ours=found["with"], peer=found["without"]),
            SIGNED.result(ours=signed, peer=1000 * INTERVAL_SECONDS),
            PROVED.result(ours=_proofs(stand), peer=1),
        ],
        notes=[f"proofs at {stand.sizes.logs[-1]:,} events; events signed within {signed:.0f} ms, of every hundred 99"],
    )


def _appends(stand: Stand, url: str, signs: bool) -> float:
    """Events a second, by 40 writers."""

    async def measure() -> float:
        async with product(url, stand.folder) as service:
            place = service.jurisdiction(CODE)
            await place.sequencer.sign()
            run_in, counted = (shared_out(count, WRITERS) for count in (stand.sizes.run_in, stand.sizes.sliced))
            stand.settle()
            with sequencing(url, stand.folder) if signs else nullcontext():
                await appends_per_second(place.log, run_in)
                return await appends_per_second(place.log, counted)

    return uvloop.run(measure())


def _signed_after(stand: Stand) -> float:
    """Milliseconds from an acknowledgement until a checkpoint covers it, of which 99 of 100 are shorter."""
    with stand.database() as url:

        async def measure() -> float:
            async with product(url, stand.folder) as service:
                with sequencing(url, stand.folder):
                    return await _p99_until_signed(service.jurisdiction(CODE), stand.sizes.appends)

        return uvloop.run(measure())


async def _p99_until_signed(place: Jurisdiction, count: int) -> float:
    acknowledged: list[tuple[int, float]] = []
    published: list[tuple[int, float]] = []

    async def write(part: Sequence[DomainEvent]) -> None:
        for event in part:
            (outcome,) = await place.log.append([Append([event])])
            assert isinstance(outcome, Receipt)
            acknowledged.append((outcome.position, time.perf_counter()))

    async def look() -> None:
        while not published or published[-1][0] < FEW_WRITERS * (count // FEW_WRITERS):
            newest = await place.proofs.trees.checkpoint()
            if newest is not None and (not published or newest.size > published[-1][0]):
                published.append((newest.size, time.perf_counter()))
            await asyncio.sleep(LOOK_SECONDS)

    with spared_by_the_collector():
        await asyncio.gather(look(), *(write(part) for part in shared_out(count, FEW_WRITERS)))
    took, sizes = [], iter(published)
    size, at = next(sizes)
    for position, since in sorted(acknowledged):
        while size < position:
            size, at = next(sizes)
        took.append(max(0.0, at - since))
    return 1000 * quantiles(took, n=100)[98]


def _proofs(stand: Stand) -> float:
    """Milliseconds for a proof, one after the other, of which 99 of 100 are shorter."""
    count = stand.sizes.logs[-1]
    with stand.database() as url:

        async def measure() -> float:
            async with product(url, stand.folder) as service:
                _fill(url, count)
                await service.jurisdiction(CODE).sequencer.sign()
                stand.vacuum(url)
                return await _p99_of_proofs(service, stand.sizes.proofs)

        return uvloop.run(measure())


def _fill(url: str, count: int) -> None:
    row = encoded(first_events(1)[0])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_FILL.encode(), [row.name, row.state, count])


async def _p99_of_proofs(service: Running, count: int) -> float:
    proofs, chance, took = service.jurisdiction(CODE).proofs, Random(1), []
    checkpoint = await proofs.checkpoint()
    with spared_by_the_collector():  # as whoever serves is: what was there when it started is not looked through
        for position in (chance.randint(1, checkpoint.size) for _ in range(WRITERS + count)):
            began = time.perf_counter()
            found = await proofs.inclusion(position)
            took.append(time.perf_counter() - began)
            if len(took) <= WRITERS:
                (raw,) = await service.raw_log(CODE).read_after(position - 1, 1)
                verify_inclusion(raw.row.leaf, position - 1, checkpoint.size, found.path, checkpoint.root)
    return 1000 * quantiles(took[WRITERS:], n=100)[98]
