"""Benchmarks: the product itself: the same wiring, the same command that serves it, the same defaults."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

import uvloop
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from api.running import Running
from api.settings import Settings, Worker
from api.wiring import running
from application.log import Append, EventLog, Receipt
from application.ports import Clock
from benchmarks.serving import Server, serving
from benchmarks.stand import Stand
from benchmarks.town import CODE, Town, enterprises
from domain.actors import Actor, Role

SCHEMA = f"hazardloop_{CODE}"
SERVE = ("-c", "from api.cli import main; main()", "serve")

TOGETHER = 250
"""Hazards appended at a time where it is only to have them: about a thousand events."""


@dataclass(frozen=True, slots=True)
class Served:
    """The product, serving a town; who may ask it, and the hazards that wait for a step, with whose they are."""

    server: Server
    url: str
    codes: Sequence[str]
    inspector: str
    officers: Mapping[str, str]
    waiting: Sequence[tuple[str, UUID]]


def home_of(url: str, folder: Path) -> Path:
    """The home of whoever works on this database: a checkpoint kept from another one is no business of this one."""
    return folder / f"home-{conninfo_to_dict(url)['dbname']}"


@asynccontextmanager
async def product(url: str, folder: Path, clock: Clock | None = None) -> AsyncIterator[Running]:
    """The product on this database, its schema made; nothing works in it yet."""
    settings = Settings(database_url=SecretStr(url), home=home_of(url, folder), jurisdictions=CODE)
    async with running(settings, clock=clock) as service:
        await service.migrate([CODE])
        yield service


async def append_all(log: EventLog, items: Iterable[Append]) -> None:
    """Append in large batches, one after the other."""
    remaining = iter(items)
    while batch := list(islice(remaining, TOGETHER)):
        outcomes = await log.append(batch)
        assert all(isinstance(outcome, Receipt) for outcome in outcomes)


@contextmanager
def served(stand: Stand, *, hazards: int = 0, waiting: int = 0, works: bool = True) -> Iterator[Served]:
    """`hazardloop serve` on a fresh schema with the enterprises and so many hazards, its views caught up.

    Unless it `works`, they stay as they are.
    """
    codes = enterprises(stand.sizes.enterprises)
    with stand.database() as url:
        inspector, officers, waits = uvloop.run(_inhabit(url, stand.folder, codes, hazards, waiting))
        stand.settle()
        environment = {
            "HAZARDLOOP_DATABASE_URL": url,
            "HAZARDLOOP_HOME": str(home_of(url, stand.folder)),
            "HAZARDLOOP_JURISDICTIONS": CODE,
            "HAZARDLOOP_PORT": "0",
            "HAZARDLOOP_WORKER": Worker.BESIDE if works else Worker.ELSEWHERE,
        }
        with serving(SERVE, environment) as server:
            yield Served(server, url, codes, inspector, officers, waits)


async def _inhabit(
    url: str, folder: Path, codes: Sequence[str], hazards: int, waiting: int
) -> tuple[str, Mapping[str, str], Sequence[tuple[str, UUID]]]:
    async with product(url, folder) as service:
        place = service.jurisdiction(CODE)
        town = Town(place.commands.rules, service.chance, codes)
        now = service.clock.now()
        waits = list(town.waiting(waiting, now))
        await append_all(place.log, town.registrations(now))
        await append_all(place.log, (item for _, item in town.hazards(hazards, [now])))
        await append_all(place.log, (item for _, item in waits))
        await service.projector(CODE).catch_up()
        inspector = await place.tokens.create(Actor(service.chance.id(), Role.UNION_INSPECTOR))
        officers = {
            code: await place.tokens.create(Actor(service.chance.id(), Role.ENTERPRISE_OFFICER, code))
            for code in dict.fromkeys(code for code, _ in waits)
        }
        return inspector, officers, [(code, item.events[0].originator_id) for code, item in waits]
