"""Benchmarks: a log is folded from its first event into every view; the peer folds it into the ledger alone."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

import uvloop

from benchmarks.measuring import Findings, Goal, in_turn
from benchmarks.ours import append_all, product
from benchmarks.peers import ledger_projection
from benchmarks.stand import Stand
from benchmarks.town import CODE, EVENTS_OF_A_HAZARD, Town, enterprises

NAME = "projecting"

GOAL = Goal("projecting the log into all views: ProjectionRunner doing the ledger alone", "events/s", 15)
GOALS: Sequence[Goal] = (GOAL,)


def run(stand: Stand) -> Findings:
    """The row."""
    found = in_turn(stand.sizes.rounds, {"ours": partial(ours, stand), "peer": partial(peer, stand)})
    return Findings([GOAL.result(ours=found["ours"], peer=found["peer"])])


def ours(stand: Stand) -> float:
    """Events a second into ledger, timeline, duties and boards."""
    with stand.database() as url:

        async def measure() -> float:
            async with product(url, stand.folder) as service:
                place = service.jurisdiction(CODE)
                now = service.clock.now()
                town = Town(place.commands.rules, service.chance, enterprises(stand.sizes.enterprises))
                await append_all(place.log, town.registrations(now))
                hazards = town.hazards(stand.sizes.projected // EVENTS_OF_A_HAZARD, [now])
                await append_all(place.log, (item for _, item in hazards))
                head = await place.log.head()
                stand.settle()
                began = time.perf_counter()
                await service.projector(CODE).catch_up()
                return head / (time.perf_counter() - began)

        return uvloop.run(measure())


def peer(stand: Stand) -> float:
    """Events a second into the library's ledger."""
    with stand.database() as url:
        head = ledger_projection.fill(url, stand.sizes.peer_projected)
        stand.settle()
        return ledger_projection.events_per_second(url, head)
