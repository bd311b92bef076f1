"""Benchmarks: rectification steps recorded over HTTP: the hazard is read, the rules decide, the event is appended."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import uuid4

from benchmarks import over_http
from benchmarks.load import request
from benchmarks.measuring import Findings, Goal, in_turn
from benchmarks.ours import served
from benchmarks.peers import sqlalchemy_service
from benchmarks.serving import serving
from benchmarks.stand import Stand
from benchmarks.town import CODE, enterprises

NAME = "step"
STEP = {"note": "防护罩已安装，待调试"}

SQLALCHEMY = Goal("POST a rectification step, 32 connections: FastAPI + SQLAlchemy", "requests/s", 5)
GOALS: Sequence[Goal] = (SQLALCHEMY,)


def run(stand: Stand) -> Findings:
    """The row."""
    found = in_turn(stand.sizes.rounds, {"ours": partial(ours, stand), "sqlalchemy": partial(sqlalchemy, stand)})
    return Findings([SQLALCHEMY.result(ours=found["ours"], peer=found["sqlalchemy"])], notes=[over_http.ceiling(stand)])


def ours(stand: Stand) -> float:
    """`hazardloop serve`, each step by an officer of the hazard's own enterprise."""
    with served(stand, waiting=stand.sizes.stepped) as place:
        requests = [
            request("POST", f"/v1/{CODE}/hazards/{id}/rectification-steps", token=place.officers[code], body=STEP)
            for code, id in place.waiting
        ]
        return over_http.rate(stand, place.server, requests, stand.sizes.requests)


def sqlalchemy(stand: Stand) -> float:
    """The service on SQLAlchemy."""
    ids = [uuid4() for _ in range(stand.sizes.stepped)]
    with stand.database() as url:
        sqlalchemy_service.fill(url, enterprises(stand.sizes.enterprises), ids)
        with serving([*sqlalchemy_service.SERVE, url]) as server:
            requests = [request("POST", f"/hazards/{id}/rectification-steps", body=STEP) for id in ids]
            return over_http.rate(stand, server, requests, stand.sizes.peer_requests)
