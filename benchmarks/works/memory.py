"""Benchmarks: what the serving process holds in memory after many requests, of what it held after a few."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks import over_http
from benchmarks.load import request
from benchmarks.measuring import Findings, Goal
from benchmarks.ours import served
from benchmarks.stand import Stand
from benchmarks.town import CODE

NAME = "memory"

GOAL = Goal("resident memory of the server after 100,000 requests: after 1,000", "MB", round(1 / 1.1, 3))
GOALS: Sequence[Goal] = (GOAL,)


def run(stand: Stand) -> Findings:
    """The row: reports and boards in turn, views kept up in the same process."""
    sizes = stand.sizes
    with served(stand) as place:
        requests = []
        for code in place.codes:
            report = {"enterprise_uscc": code, **over_http.REPORT}
            requests.append(request("POST", f"/v1/{CODE}/hazards", token=place.inspector, body=report))
            requests.append(request("GET", f"/v1/{CODE}/enterprises/{code}/board", token=place.inspector))
        stand.generator.send(place.server.port, requests, sizes.requests_before)
        before = place.server.resident_megabytes
        stand.generator.send(place.server.port, requests, sizes.requests_after - sizes.requests_before)
        return Findings([GOAL.result(ours=place.server.resident_megabytes, peer=before)])
