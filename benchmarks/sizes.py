"""Benchmarks: how much of each work is done. `QUICK` shows that everything runs; its ratios mean little."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Counts of what is done in one measure, unless said otherwise."""

    rounds: int
    appends: int
    """Events appended by us, and by pgbench."""
    pairs: int
    """Slices with a sequencer, and as many without."""
    sliced: int
    """Events appended in a slice."""
    run_in: int
    """Events appended before those, as a sequencer that waited for them is told of each batch at first."""
    peer_appends: int
    """Events appended by the library's stock recorder, which takes about as long over them."""
    writers: tuple[int, ...]
    """Concurrent writers along the chart."""
    enterprises: int
    """Registered before anything is measured over HTTP."""
    stepped: int
    """Hazards that wait for a step; each gets a few."""
    warm_up: int
    """Requests sent before those that count."""
    requests: int
    peer_requests: int
    """Requests to the service on SQLAlchemy, which takes about as long over them."""
    projected: int
    peer_projected: int
    """Events folded by us, and by the library's ProjectionRunner."""
    imported: int
    """Rows of a spreadsheet that is imported; each comes to four events."""
    logs: tuple[int, ...]
    """Events in the logs that are compared, the smallest first."""
    log_enterprises: int
    boards: int
    """Boards asked for, one after the other."""
    proofs: int
    """Inclusion proofs made, one after the other."""
    requests_before: int
    requests_after: int
    """Requests after which the server's memory is read, first and last."""


FULL = Sizes(
    rounds=5,
    appends=60_000,
    pairs=25,
    sliced=30_000,
    run_in=15_000,
    peer_appends=4_000,
    writers=(1, 2, 5, 10, 20, 40, 80, 200),
    enterprises=100,
    stepped=4_000,
    warm_up=1_000,
    requests=20_000,
    peer_requests=2_000,
    projected=100_000,
    peer_projected=5_000,
    imported=100_000,
    logs=(10_000, 100_000, 1_000_000),
    log_enterprises=10_000,
    boards=2_000,
    proofs=10_000,
    requests_before=1_000,
    requests_after=100_000,
)

QUICK = Sizes(
    rounds=1,
    appends=2_000,
    pairs=1,
    sliced=2_000,
    run_in=400,
    peer_appends=400,
    writers=(1, 40),
    enterprises=10,
    stepped=100,
    warm_up=50,
    requests=500,
    peer_requests=200,
    projected=2_000,
    peer_projected=400,
    imported=2_000,
    logs=(500, 2_000),
    log_enterprises=100,
    boards=100,
    proofs=500,
    requests_before=100,
    requests_after=500,
)
