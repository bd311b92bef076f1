"""Counts what a ledger should come to with nothing but the csv module, and takes it in with everything else."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from application.importing.faults import Fault, Finding
from application.importing.importing import Importing, Tally
from application.importing.telling import Telling
from infrastructure.importing.files import Files
from infrastructure.time_and_chance import SystemClock
from tests.application.importing.given import KUNSHAN, RULES, RUN


def read(file: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows with their numbers in the file, cells stripped."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [(number, {name: cell.strip() for name, cell in row.items()}) for number, row in enumerate(rows, start=2)]


def day(cell: str) -> tuple[int, ...]:
    """A day as year, month, day: from three numbers, whichever of them is the year."""
    first, second, third = (int(digits) for digits in re.findall(r"[0-9]+", cell)[:3])
    return (first, second, third) if first > 31 else (third, first, second)


class Counted:
    """A row's moves as a reader would list them: what happened when; what is out of order; why it would be refused."""

    def __init__(self) -> None:
        self.events: Counter[str] = Counter()
        self.refused: dict[int, str] = {}
        self.out_of_order: list[int] = []

    def add(self, number: int, moves: list[tuple[str, tuple[int, ...]]], why_not: str | None = None) -> None:
        """Count a row that nothing speaks against, whatever order in time its moves are in."""
        if why_not is not None:
            self.refused[number] = why_not
            return
        days = [when for _, when in moves]
        self.out_of_order += [number for earlier, later in pairwise(days) if later < earlier]
        self.events.update(f"hazard.{name}.v1" for name, _ in moves)

    def said(self, *names: str) -> list[int]:
        """How many rows that can go in say each of these."""
        return [self.events[f"hazard.{name}.v1"] for name in names]


@dataclass
class Taken:
    """The tally of an import, the refused cells, what is odd, and how many events of each name the log has then."""

    tally: Tally
    faults: list[Fault]
    found: list[Finding]
    names: Counter[str]


async def taken_in(log: Any, named: str, mapping: str) -> Taken:
    """Import a file into this log."""
    files = Files()
    under = files.mapping(mapping)
    telling = Telling(under, KUNSHAN, RULES, RUN)
    taken = Taken(Tally(), [], [], Counter())
    async for batch in Importing(telling, log, SystemClock()).batches(files.ledger(named, under).rows()):
        taken.tally.add(batch)
        taken.faults += [fault for one in batch.returned for fault in one.faults]
        taken.found += batch.found
    taken.names.update(recorded.name for recorded in await log.read_after(0, 100_000))
    return taken
