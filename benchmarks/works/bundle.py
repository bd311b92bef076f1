"""Benchmarks: what it takes an auditor to verify a bundle, of what it takes to read and hash the same bytes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

import uvloop

from api.wiring import new_bundle
from application.exporting import Exporting
from benchmarks.measuring import Findings, Goal, in_turn
from benchmarks.ours import append_all, product
from benchmarks.stand import Stand
from benchmarks.town import CODE, EVENTS_OF_A_HAZARD, Town, enterprises

NAME = "bundle"

GOAL = Goal("full verification of a bundle of 1,000,000 events: reading and hashing its bytes", "s", 1 / 4)
GOALS: Sequence[Goal] = (GOAL,)

_AT_ONCE = 1 << 20


def run(stand: Stand) -> Findings:
    """The row: a log of whole stories, with all its texts, in a folder."""
    bundle = stand.folder / "bundle"
    try:
        events = _export(stand, bundle)
        found = in_turn(
            stand.sizes.rounds, {"verified": partial(_verified, bundle, events), "hashed": partial(_hashed, bundle)}
        )
        size = sum(file.stat().st_size for file in bundle.iterdir())
    finally:
        rmtree(bundle, ignore_errors=True)
    return Findings(
        [GOAL.result(ours=found["verified"], peer=found["hashed"])],
        notes=[f"a bundle of {events:,} events with their texts, {size / 1e6:,.0f} MB, in the page cache"],
    )


def _export(stand: Stand, bundle: Path) -> int:
    with stand.database() as url:

        async def export() -> int:
            async with product(url, stand.folder) as service:
                place, now = service.jurisdiction(CODE), service.clock.now()
                town = Town(place.commands.rules, service.chance, enterprises(stand.sizes.log_enterprises))
                await append_all(place.log, town.registrations(now))
                hazards = town.hazards(stand.sizes.logs[-1] // EVENTS_OF_A_HAZARD, [now])
                await append_all(place.log, (item for _, item in hazards))
                await place.sequencer.sign()
                exporting = await Exporting.begin(place, service.raw_log(CODE))
                with new_bundle(bundle) as sink:
                    part = exporting.everything()
                    return await exporting.export(
                        part, sink, texts=True, evidence=False, saved=None, tell=lambda position: None
                    )

        return uvloop.run(export())


def _verified(bundle: Path, events: int) -> float:
    began = time.perf_counter()
    verify = [sys.executable, "-m", "application.bundle", str(bundle)]
    ran = subprocess.run(verify, stdout=subprocess.PIPE, text=True, check=True)
    took = time.perf_counter() - began
    assert f"{events} events, of which {events} are proved" in ran.stdout, ran.stdout
    return took


def _hashed(bundle: Path) -> float:
    began = time.perf_counter()
    for file in bundle.iterdir():
        digest = sha256()
        with file.open("rb") as bytes_of_it:
            while some := bytes_of_it.read(_AT_ONCE):
                digest.update(some)
    return time.perf_counter() - began
