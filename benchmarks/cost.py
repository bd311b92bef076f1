"""Benchmarks: `python -m benchmarks.cost`: what an event costs, and what machines carry; renews docs/scaling.md.

Apart from the works, because there is no peer here and no ratio: figures of one machine, to be multiplied by.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import document, machine
from benchmarks.__main__ import ROOT, SCRATCH
from benchmarks.carrying import Carried, County, Machine, carried, seconds_of
from benchmarks.costs import WRITERS, Costs, measured
from benchmarks.meter import Spent
from benchmarks.sizes import FULL, QUICK
from benchmarks.stand import set_up

PAGE = ROOT / "docs" / "scaling.md"

MACHINES = (Machine(cores=2, terabytes=0.5), Machine(cores=16, terabytes=8))
NUMBERS = (1, 10)
"""Of machines, each on its own with the schemas that lie on it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write what was found into the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="little of everything, only to see that it runs")
    asked = parser.parse_args(arguments)
    SCRATCH.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=SCRATCH, prefix="benchmarks-") as folder,
        set_up(Path(folder), QUICK if asked.quick else FULL) as stand,
    ):
        text = told(machine.described(stand), measured(stand))
    print(text)
    if not asked.quick:
        document.put(PAGE, text)
    return 0


def told(said: Sequence[str], costs: Costs) -> str:
    """What was found, as it stands in the page."""
    parts = [_processor(costs), _appended(costs), _bytes(costs), _carries(costs, County())]
    return "\n\n".join(["\n".join(f"- {line}" for line in said[:2]), *("\n".join(part) for part in parts)])


def _processor(costs: Costs) -> Sequence[str]:
    rows = {
        "report a hazard, 32 connections": costs.requests["report"],
        "record a rectification step, 32 connections": costs.requests["step"],
        "read an enterprise's board, 32 connections": costs.requests["board"],
        "project an event, in bulk": costs.projected,
        "report a hazard, one connection, until it is in the views": costs.alone["report"].spent,
        "record a step, one connection, until it is in the views": costs.alone["step"].spent,
    }
    return [
        "| processor time, µs | hazardloop | PostgreSQL | together |",
        "|---|---:|---:|---:|",
        *(f"| {name} | {_micro(spent)} |" for name, spent in rows.items()),
    ]


def _micro(spent: Spent) -> str:
    return " | ".join(f"{1e6 * one:,.0f}" for one in (spent.product, spent.postgres, spent.product + spent.postgres))


def _appended(costs: Costs) -> Sequence[str]:
    return [
        "| log alone, events of 400 bytes | events/s | fsyncs an event | write-ahead log, bytes an event |",
        "|---|---:|---:|---:|",
        *(
            f"| {writers} {'writer' if writers == 1 else 'writers'}"
            f" | {one.per_second:,.0f} | {one.fsyncs:.3f} | {one.log_bytes:,.0f} |"
            for writers, one in ((writers, costs.appended[writers]) for writers in WRITERS)
        ),
    ]


def _bytes(costs: Costs) -> Sequence[str]:
    sizes, alone = costs.sizes, costs.alone.items()
    return [
        "| bytes an event | table | indexes | together |",
        "|---|---:|---:|---:|",
        f"| log | {_whole(sizes.log_table, sizes.log_indexes)} |",
        f"| views | {_whole(sizes.view_tables, sizes.view_indexes)} |",
        "",
        "| log and views together | write-ahead log, bytes | fsyncs |",
        "|---|---:|---:|",
        *(f"| a {name}, one connection | {one.spent.log_bytes:,.0f} | {one.fsyncs:.1f} |" for name, one in alone),
    ]


def _whole(table: float, indexes: float) -> str:
    return f"{table:,.0f} | {indexes:,.0f} | {table + indexes:,.0f}"


def _carries(costs: Costs, county: County) -> Sequence[str]:
    found = [(number, machine, carried(costs, county, machine)) for number in NUMBERS for machine in MACHINES]
    return [
        *_assumed(costs, county, MACHINES[0]),
        "",
        "| machines | counties by processor | counties by disk | carried | fsyncs/s of each machine |",
        "|---|---:|---:|---:|---:|",
        *(_row(*row) for row in found),
    ]


def _assumed(costs: Costs, county: County, machine: Machine) -> Sequence[str]:
    each = carried(costs, county, machine)
    boards = county.events_a_second * county.boards_for_an_event
    return [
        f"- **A county** is assumed to be {county.enterprises:,} enterprises that find {county.hazards_a_day:,}",
        f"  hazards a day of {county.events_of_a_hazard} events each: {county.events_a_year / 1e6:.1f} million events",
        f"  a year. It looks at {county.boards_for_an_event} boards for each event.",
        f"- Its busiest hour holds {county.busiest_hour:.0%} of a day's work:",
        f"  {county.events_a_second:.1f} events and {boards:.0f} boards a second. An event at what it costs on one",
        f"  connection, with its boards, takes {1e3 * seconds_of(costs, county):.1f} ms of a core.",
        f"- It grows by {each.gigabytes_a_year:.1f} GB a year, and writes {each.log_gigabytes_a_day:.2f} GB of",
        "  write-ahead log a day, for whoever follows or archives it.",
        f"- A machine is kept no busier than {machine.busy:.0%}, and its disk holds {machine.years} years.",
    ]


def _row(number: int, machine: Machine, each: Carried) -> str:
    figures = (number * each.by_processor, number * each.by_disk, number * each.counties)
    name = f"{number} of {machine.cores} cores and {machine.terabytes:g} TB"
    return f"| {name} | {' | '.join(f'{one:,}' for one in figures)} | {each.fsyncs_a_second:,.0f} |"


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # servers that were started are stopped
    sys.exit(main())
