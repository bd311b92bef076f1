"""Benchmarks: requests a second over 32 kept-open connections, after a warm-up."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.load import request
from benchmarks.serving import Server, serving
from benchmarks.stand import Stand

REPORT = {"description": "二车间安全出口被货物堵塞", "place": "二车间东侧", "channel": "snap"}
"""The body of a report, the enterprise left out."""


def rate(stand: Stand, server: Server, requests: Sequence[bytes], count: int) -> float:
    """Requests answered a second. Raises RuntimeError unless each succeeds."""
    stand.generator.send(server.port, requests, stand.sizes.warm_up)
    return stand.generator.send(server.port, requests, count)


def bare(stand: Stand, requests: Sequence[bytes]) -> float:
    """The same by FastAPI's asynchronous routes with nothing behind them."""
    with serving(["-m", "benchmarks.peers.bare_service"]) as server:
        return rate(stand, server, requests, stand.sizes.requests)


def ceiling(stand: Stand) -> str:
    """What the load generator does against a server that does nothing."""
    with serving(["-m", "benchmarks.peers.echo"]) as server:
        per_second = rate(stand, server, [request("GET", "/")], stand.sizes.requests)
    return f"the load generator alone, against a server that reads nothing: {per_second:,.0f} requests/s"
