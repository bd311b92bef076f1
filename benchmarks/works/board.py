"""Benchmarks: the board of an enterprise over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from benchmarks import over_http
from benchmarks.load import request
from benchmarks.measuring import Findings, Goal, in_turn
from benchmarks.ours import served
from benchmarks.stand import Stand
from benchmarks.town import CODE, enterprises

NAME = "board"
HAZARDS_EACH = 24

BARE = Goal("GET an enterprise board, 32 connections: FastAPI's async route, no database", "requests/s", 0.4)
GOALS: Sequence[Goal] = (BARE,)


def run(stand: Stand) -> Findings:
    """The row."""
    found = in_turn(stand.sizes.rounds, {"ours": partial(ours, stand), "bare": partial(bare, stand)})
    return Findings([BARE.result(ours=found["ours"], peer=found["bare"])], notes=[over_http.ceiling(stand)])


def ours(stand: Stand) -> float:
    """`hazardloop serve`: token, two dozen hazards counted, position."""
    with served(stand, hazards=HAZARDS_EACH * stand.sizes.enterprises) as place:
        requests = [
            request("GET", f"/v1/{CODE}/enterprises/{code}/board", token=place.inspector) for code in place.codes
        ]
        return over_http.rate(stand, place.server, requests, stand.sizes.requests)


def bare(stand: Stand) -> float:
    """FastAPI alone."""
    codes = enterprises(stand.sizes.enterprises)
    return over_http.bare(stand, [request("GET", f"/enterprises/{code}/board") for code in codes])
