"""Benchmarks: hazards reported over HTTP, from the request to the acknowledged event."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from benchmarks import over_http
from benchmarks.load import request
from benchmarks.measuring import Findings, Goal, in_turn
from benchmarks.ours import served
from benchmarks.peers import sqlalchemy_service
from benchmarks.serving import serving
from benchmarks.stand import Stand
from benchmarks.town import CODE, enterprises

NAME = "report"

SQLALCHEMY = Goal("POST a hazard, 32 connections: FastAPI + SQLAlchemy, a row and an audit row", "requests/s", 8)
BARE = Goal("POST a hazard, 32 connections: FastAPI's async route, no database", "requests/s", 0.45)
GOALS: Sequence[Goal] = (SQLALCHEMY, BARE)


def run(stand: Stand) -> Findings:
    """Both rows."""
    measures = {"ours": ours, "sqlalchemy": sqlalchemy, "bare": bare}
    found = in_turn(stand.sizes.rounds, {name: partial(measure, stand) for name, measure in measures.items()})
    return Findings(
        [
            SQLALCHEMY.result(ours=found["ours"], peer=found["sqlalchemy"]),
            BARE.result(ours=found["ours"], peer=found["bare"]),
        ],
        notes=[over_http.ceiling(stand)],
    )


def ours(stand: Stand) -> float:
    """`hazardloop serve`: token, rules, event, log."""
    with served(stand) as place:
        requests = [
            request(
                "POST", f"/v1/{CODE}/hazards", token=place.inspector, body={"enterprise_uscc": code, **over_http.REPORT}
            )
            for code in place.codes
        ]
        return over_http.rate(stand, place.server, requests, stand.sizes.requests)


def sqlalchemy(stand: Stand) -> float:
    """The service on SQLAlchemy."""
    codes = enterprises(stand.sizes.enterprises)
    with stand.database() as url:
        sqlalchemy_service.fill(url, codes, [])
        with serving([*sqlalchemy_service.SERVE, url]) as server:
            return over_http.rate(stand, server, _reports(stand), stand.sizes.peer_requests)


def bare(stand: Stand) -> float:
    """FastAPI alone."""
    return over_http.bare(stand, _reports(stand))


def _reports(stand: Stand) -> list[bytes]:
    codes = enterprises(stand.sizes.enterprises)
    return [request("POST", "/hazards", body={"enterprise_uscc": code, **over_http.REPORT}) for code in codes]
