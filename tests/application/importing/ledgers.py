"""Counts what a ledger should come to with nothing but the csv module, and takes it in with everything else."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import Any

from application.importing.faults import Fault
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
    """A row's moves as a reader would list them: what happened when; and why the loop would refuse it, if it would."""

    def __init__(self) -> None:
        self.events: Counter[str] = Counter()
        self.refused: dict[int, str] = {}

    def add(self, number: int, moves: list[tuple[str, tuple[int, ...]]], why_not: str | None = None) -> None:
        """Count a row whose moves run forward in time and which nothing else speaks against."""
        days = [when for _, when in moves]
        if why_not is None and days != sorted(days):
            why_not = "occurred_at.before"
        if why_not is not None:
            self.refused[number] = why_not
        else:
            self.events.update(f"hazard.{name}.v1" for name, _ in moves)

    def said(self, *names: str) -> list[int]:
        """How many rows that can go in say each of these."""
        return [self.events[f"hazard.{name}.v1"] for name in names]


async def taken_in(log: Any, named: str, mapping: str) -> tuple[Tally, list[Fault], Counter[str]]:
    """The tally of an import into this log, the refused cells, and how many events of each name the log has then."""
    files = Files()
    under = files.mapping(mapping)
    telling = Telling(under, KUNSHAN, RULES, RUN)
    tally, faults = Tally(), []
    async for batch in Importing(telling, log, SystemClock()).batches(files.table(named, under).rows()):
        tally.add(batch)
        faults += batch.faults
    names = Counter(recorded.name for recorded in await log.read_after(0, 100_000))
    return tally, faults, names
