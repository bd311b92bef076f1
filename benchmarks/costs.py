"""Benchmarks: what an event costs, from the request to the views: processor time, bytes, fsyncs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import psycopg
import uvloop

from benchmarks import over_http
from benchmarks.events import shared_out
from benchmarks.load import request
from benchmarks.meter import Meter, Spent, counting_fsyncs, family
from benchmarks.ours import SCHEMA, Served, append_all, product, served
from benchmarks.stand import Stand
from benchmarks.town import CODE, EVENTS_OF_A_HAZARD, Town, enterprises
from benchmarks.works.append import appends_per_second
from benchmarks.works.step import STEP

WRITERS = (1, 40)
CONNECTIONS = 32
FEW = 10
"""One after the other takes longer: so many times fewer are sent."""

CATCH_UP_SECONDS = 60

_BEHIND = f"SELECT max(notification_id) - (SELECT min(position) FROM {SCHEMA}.projection) FROM {SCHEMA}.events"

_SIZES = f"""
SELECT sum(pg_table_size(oid)) FILTER (WHERE relname = 'events'),
       sum(pg_indexes_size(oid)) FILTER (WHERE relname = 'events'),
       sum(pg_table_size(oid)) FILTER (WHERE relname ~ '_b[0-9]+$'),
       sum(pg_indexes_size(oid)) FILTER (WHERE relname ~ '_b[0-9]+$')
FROM pg_class WHERE relnamespace = '{SCHEMA}'::regnamespace AND relkind = 'r'
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of an event on the disk."""

    log_table: float
    log_indexes: float
    view_tables: float
    view_indexes: float

    @property
    def together(self) -> float:
        """Log and views."""
        return self.log_table + self.log_indexes + self.view_tables + self.view_indexes


@dataclass(frozen=True, slots=True)
class Appended:
    """By so many writers: how fast, and what one event took of the server."""

    per_second: float
    fsyncs: float
    log_bytes: float


@dataclass(frozen=True, slots=True)
class Alone:
    """What one request takes that nobody else shares the cost of, and how often it waits for the disk."""

    spent: Spent
    fsyncs: float


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one event or one request each."""

    appended: Mapping[int, Appended]
    requests: Mapping[str, Spent]
    """By what was asked: the request alone, its event not yet in any view."""
    projected: Spent
    """In bulk, as after a rebuild."""
    alone: Mapping[str, Alone]
    """By what was asked: one after the other on one connection, until its event is in the views."""
    sizes: Sizes


def measured(stand: Stand) -> Costs:
    """Measure all of it."""
    projected, sizes = _projected(stand)
    return Costs(
        {writers: _appended(stand, writers) for writers in WRITERS},
        {"report": _report(stand), "step": _step(stand), "board": _board(stand)},
        projected,
        {"report": _report_alone(stand), "step": _step_alone(stand)},
        sizes,
    )


def _appended(stand: Stand, writers: int) -> Appended:
    """Events of 400 bytes by the port the use cases have, nobody projecting."""
    count = stand.sizes.appends // (FEW if writers == 1 else 1)
    meter = Meter(stand, time.process_time)
    with stand.database() as url:

        async def append(count: int) -> float:
            async with product(url, stand.folder) as service:
                return await appends_per_second(service.jurisdiction(CODE).log, shared_out(count, writers))

        uvloop.run(append(writers))
        with counting_fsyncs(stand) as fsyncs:
            before = meter.read()
            per_second = uvloop.run(append(count))
            spent = (meter.read() - before).each(count + writers)
        return Appended(per_second, fsyncs() / (count + writers), spent.log_bytes)


def _report(stand: Stand) -> Spent:
    with served(stand, works=False) as place:
        return _requested(stand, place, _reports(place))


def _step(stand: Stand) -> Spent:
    with served(stand, waiting=stand.sizes.stepped, works=False) as place:
        return _requested(stand, place, _steps(place))


def _board(stand: Stand) -> Spent:
    """An enterprise's, of two dozen hazards."""
    with served(stand, hazards=24 * stand.sizes.enterprises, works=False) as place:
        boards = [request("GET", f"/v1/{CODE}/enterprises/{code}/board", token=place.inspector) for code in place.codes]
        return _requested(stand, place, boards)


def _report_alone(stand: Stand) -> Alone:
    with counting_fsyncs(stand) as fsyncs, served(stand) as place:
        spent, sent = _one_by_one(stand, place, _reports(place))
    return Alone(spent, fsyncs() / sent)


def _step_alone(stand: Stand) -> Alone:
    with counting_fsyncs(stand) as fsyncs, served(stand, waiting=stand.sizes.stepped) as place:
        spent, sent = _one_by_one(stand, place, _steps(place))
    return Alone(spent, fsyncs() / sent)


def _one_by_one(stand: Stand, place: Served, requests: Sequence[bytes]) -> tuple[Spent, int]:
    """What each took; and how many were sent with those that warmed up."""
    warm_up, count = stand.sizes.warm_up, stand.sizes.requests // FEW
    stand.generator.send(place.server.port, requests, warm_up, 1)
    _caught_up(place.url)
    meter = Meter(stand, partial(family, place.server.pid))
    before = meter.read()
    stand.generator.send(place.server.port, requests, count, 1)
    _caught_up(place.url)
    return (meter.read() - before).each(count), warm_up + count


def _projected(stand: Stand) -> tuple[Spent, Sizes]:
    """Hazards of the town, each with its whole story, into every view; and what log and views then take on the disk."""
    with stand.database() as url:

        async def project() -> tuple[Spent, int]:
            async with product(url, stand.folder) as service:
                place, now = service.jurisdiction(CODE), service.clock.now()
                town = Town(place.commands.rules, service.chance, enterprises(stand.sizes.enterprises))
                await append_all(place.log, town.registrations(now))
                hazards = town.hazards(stand.sizes.projected // EVENTS_OF_A_HAZARD, [now])
                await append_all(place.log, (item for _, item in hazards))
                stand.settle()
                meter = Meter(stand, time.process_time)
                before = meter.read()
                await service.projector(CODE).catch_up()
                events = await place.log.head()
                return (meter.read() - before).each(events), events

        spent, events = uvloop.run(project())
        stand.vacuum(url)
        with psycopg.connect(url) as connection:
            found = connection.execute(_SIZES.encode()).fetchone()
        assert found is not None
        return spent, Sizes(*(float(size) / events for size in found))


def _requested(stand: Stand, place: Served, requests: Sequence[bytes]) -> Spent:
    stand.generator.send(place.server.port, requests, stand.sizes.warm_up, CONNECTIONS)
    meter = Meter(stand, partial(family, place.server.pid))
    before = meter.read()
    stand.generator.send(place.server.port, requests, stand.sizes.requests, CONNECTIONS)
    return (meter.read() - before).each(stand.sizes.requests)


def _reports(place: Served) -> Sequence[bytes]:
    return [
        request(
            "POST", f"/v1/{CODE}/hazards", token=place.inspector, body={"enterprise_uscc": code, **over_http.REPORT}
        )
        for code in place.codes
    ]


def _steps(place: Served) -> Sequence[bytes]:
    """A hazard is read, the rules decide, one event is appended."""
    return [
        request("POST", f"/v1/{CODE}/hazards/{id}/rectification-steps", token=place.officers[code], body=STEP)
        for code, id in place.waiting
    ]


def _caught_up(url: str) -> None:
    """Return once the views are as far as the log."""
    until = time.monotonic() + CATCH_UP_SECONDS
    while _asked(url, _BEHIND):
        if time.monotonic() > until:
            raise RuntimeError("the views do not catch up with the log")
        time.sleep(0.01)


def _asked(url: str, question: str) -> int:
    with psycopg.connect(url) as connection:
        answer = connection.execute(question.encode()).fetchone()
    assert answer is not None
    return int(answer[0])
