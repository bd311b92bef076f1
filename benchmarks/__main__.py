"""Benchmarks: `python -m benchmarks`: every work, ours and the peers' in turn, as a table of ratios.

Exit code 1 if a ratio is below what it must be. A full run of every work also renews docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.table import Table

from benchmarks import document, machine
from benchmarks.measuring import Findings, Goal, Result
from benchmarks.sizes import FULL, QUICK
from benchmarks.stand import Stand, set_up
from benchmarks.works import append, board, bundle, importing, log_size, memory, projecting, report, signing, step


class Work(Protocol):
    """A module of benchmarks.works."""

    NAME: str
    GOALS: Sequence[Goal]

    def run(self, stand: Stand) -> Findings:
        """Measure."""


_ALL: Sequence[Work] = (append, report, step, board, projecting, signing, bundle, importing, log_size, memory)
WORKS = {work.NAME: work for work in _ALL}

ROOT = Path(__file__).parent.parent
LATEST = ROOT / "benchmarks" / "results" / "latest.json"
SCRATCH = ROOT / ".hazardloop"
"""On the disk the service would use, not in a folder that may be memory."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; the exit code."""
    asked = _asked(arguments)
    only: Sequence[str] = asked.only or list(WORKS)
    SCRATCH.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=SCRATCH, prefix="benchmarks-") as folder,
        set_up(Path(folder), QUICK if asked.quick else FULL) as stand,
    ):
        said = machine.described(stand)
        _say(said)
        findings = {name: _measured(stand, name) for name in only}
    results = [result for found in findings.values() for result in found.results]
    _show(results)
    if not asked.quick:
        LATEST.parent.mkdir(exist_ok=True)
        LATEST.write_text(json.dumps([result.as_json() for result in results], indent=2, ensure_ascii=False) + "\n")
        if only == list(WORKS):
            document.renew(ROOT / "docs", said, list(findings.values()))
    return 0 if asked.quick or all(result.reached for result in results) else 1


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(WORKS), help="run this work alone; may be repeated")
    parser.add_argument("--quick", action="store_true", help="little of everything, only to see that it runs")
    return parser.parse_args(arguments)


def _measured(stand: Stand, name: str) -> Findings:
    _say([f"{name} ..."])
    found = WORKS[name].run(stand)
    _say(found.notes)
    return found


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr, flush=True)


def _show(results: Sequence[Result]) -> None:
    table = Table("work", "ours", "peer", "unit", "times better", "at least", "")
    for one in results:
        figures = (f"{one.ours:g}", f"{one.peer:g}", one.unit, f"{one.ratio:g}", f"{one.at_least:g}")
        table.add_row(one.work, *figures, "" if one.reached else "missed")
    Console(width=None if sys.stdout.isatty() else 160, highlight=False).print(table)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # servers that were started are stopped
    sys.exit(main())
