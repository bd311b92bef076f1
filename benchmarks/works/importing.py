"""Benchmarks: a spreadsheet into the log by `hazardloop import`, until every view has taken it.

Views are kept up meanwhile by `hazardloop work`, as beside a server. Two rows are held against what must be reached
and not against a peer: nobody else does this.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from uuid import UUID

import uvloop

from application.importing.importing import Importing
from application.importing.telling import Telling
from application.log import Append, Outcome, Receipt, Recorded, Unavailable
from application.questions import Projection
from benchmarks import ledgers
from benchmarks.measuring import Findings, Goal, spared_by_the_collector
from benchmarks.ours import append_all, product
from benchmarks.stand import Stand
from benchmarks.town import CODE, EVENTS_OF_A_HAZARD, Town, enterprises
from infrastructure.importing.books import open_ledger
from infrastructure.importing.mappings import load_mapping

NAME = "importing"
COMMAND = (sys.executable, "-c", "from api.cli import main; main()")

ROWS_A_SECOND, MEGABYTES = 1_500, 400
"""What must be reached."""

RATE = Goal("import of an XLSX by the command until views have caught up: what must be reached", "rows/s", 1)
MEMORY = Goal("most memory the import held: what it may", "MB", 1)
APPEND = Goal("append part of an import: the recorder's bulk rate", "events/s", 0.5)
GOALS: Sequence[Goal] = (RATE, MEMORY, APPEND)


def run(stand: Stand) -> Findings:
    """The rows."""
    folder = stand.folder / "ledgers"
    folder.mkdir(exist_ok=True)
    ledger, mapping = folder / "ledger.xlsx", folder / "ledger.toml"
    ledgers.write(ledger, stand.sizes.imported)
    mapping.write_text(ledgers.MAPPING, encoding="utf-8")
    seconds, megabytes = whole(stand, ledger, mapping)
    return Findings(
        [
            RATE.result(ours=stand.sizes.imported / seconds, peer=ROWS_A_SECOND),
            MEMORY.result(ours=megabytes, peer=MEGABYTES),
            APPEND.result(ours=append_part(stand, ledger, mapping), peer=bulk(stand)),
        ],
        notes=[f"an XLSX of {stand.sizes.imported:,} rows, {ledger.stat().st_size >> 10:,} kB, imported"],
    )


def whole(stand: Stand, ledger: Path, mapping: Path) -> tuple[float, float]:
    """Seconds from the start of the command until its events are in every view, and the most memory it held, in MB."""
    with stand.database() as url:
        environment = {
            **os.environ,
            "HAZARDLOOP_DATABASE_URL": url,
            "HAZARDLOOP_HOME": str(stand.folder / "home"),
            "HAZARDLOOP_JURISDICTIONS": CODE,
        }
        with _working(environment):
            stand.settle()
            began = time.perf_counter()
            arguments = [*COMMAND, "import", str(ledger), "--mapping", str(mapping)]
            importing = subprocess.Popen(
                arguments, env=environment, cwd=ledger.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            _, status, used = os.wait4(importing.pid, 0)
            importing.returncode = os.waitstatus_to_exitcode(status)
            assert importing.returncode == 0
            uvloop.run(_caught_up(url, stand))
            return time.perf_counter() - began, used.ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)


async def _caught_up(url: str, stand: Stand) -> None:
    async with product(url, stand.folder) as service:
        place = service.jurisdiction(CODE)
        head = await place.log.head()
        assert head >= stand.sizes.imported * ledgers.EVENTS_OF_A_ROW
        reached = False
        while not reached:
            with suppress(Unavailable):  # after five seconds
                await place.views.reached(head, tuple(Projection))
                reached = True


def append_part(stand: Stand, ledger: Path, mapping: Path) -> float:
    """Events a second of what an import appends, batch by batch as it does, decided before."""
    with stand.database() as url:

        async def measure() -> float:
            async with product(url, stand.folder) as service:
                place = service.jurisdiction(CODE)
                under = load_mapping(str(mapping))
                noted = Noted()
                telling = Telling(under, CODE, place.commands.rules, service.chance.id())
                rows = islice(open_ledger(ledger, under).rows(), stand.sizes.projected // ledgers.EVENTS_OF_A_ROW)
                async for _ in Importing(telling, noted, service.clock).batches(rows):
                    pass
                with spared_by_the_collector():
                    began = time.perf_counter()
                    for items in noted.batches:
                        await place.log.append(items)
                    return await place.log.head() / (time.perf_counter() - began)

        return uvloop.run(measure())


class Noted:
    """A log that only notes down what an import appends."""

    def __init__(self) -> None:
        self.batches: list[Sequence[Append]] = []

    async def read(self, stream_id: UUID) -> Sequence[Recorded]:
        """Nothing is there."""
        return ()

    async def append(self, items: Sequence[Append]) -> Sequence[Outcome]:
        """Whatever it is, it is new."""
        self.batches.append(items)
        return [Receipt(item.events[-1].originator_id, len(item.events), 0) for item in items]


def bulk(stand: Stand) -> float:
    """Events a second of hazards that were decided before, in large batches."""
    with stand.database() as url:

        async def measure() -> float:
            async with product(url, stand.folder) as service:
                place = service.jurisdiction(CODE)
                now = service.clock.now()
                town = Town(place.commands.rules, service.chance, enterprises(stand.sizes.enterprises))
                hazards = town.hazards(stand.sizes.projected // EVENTS_OF_A_HAZARD, [now])
                items = [item for _, item in hazards]
                with spared_by_the_collector():
                    began = time.perf_counter()
                    await append_all(place.log, items)
                    return sum(len(item.events) for item in items) / (time.perf_counter() - began)

        return uvloop.run(measure())


@contextmanager
def _working(environment: dict[str, str]) -> Iterator[None]:
    """Views are kept up."""
    working = subprocess.Popen([*COMMAND, "work"], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert working.stdout is not None
        assert "works for" in working.stdout.readline()
        yield
    finally:
        working.terminate()
        working.communicate()
