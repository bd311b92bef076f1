"""API: `hazardloop settings`, `migrate` and `status`: what whoever operates it asks and does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import typer
from rich.table import Table

from api.cli import terminal
from api.cli.opened import code_of
from api.cli.terminal import Json, OnlyJurisdiction
from api.running import Running
from api.settings import listed, load
from api.wiring import running
from application.questions import ProjectionStatus


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(settings)
    app.command()(migrate)
    app.command()(status)


def settings(json: Json = False) -> None:
    """List every setting and where it comes from.

    Passwords are not shown.
    """
    rows = listed(load())
    if json:
        terminal.print_json(rows)
        return
    drawn = Table("setting", "value", "source", "what it does", box=None)
    for row in rows:
        drawn.add_row(row.variable, row.value, row.source, row.says)
    terminal.tables().print(drawn)


def migrate(jurisdiction: OnlyJurisdiction = None) -> None:
    """Bring every schema up to date.

    One jurisdiction after the other; cut off, it goes on where it stopped.
    """

    async def command() -> None:
        given = load()
        codes = list(given.zones) if jurisdiction is None else [code_of(given, jurisdiction)]
        async with running(given) as service:
            for code in codes:
                await service.migrate([code])
                typer.echo(f"the schema of {code} is up to date")

    terminal.run(command())


def status(jurisdiction: OnlyJurisdiction = None, json: Json = False) -> None:
    """Show how far logs and views have come."""

    async def command() -> None:
        given = load()
        codes = list(given.zones) if jurisdiction is None else [code_of(given, jurisdiction)]
        async with running(given) as service:
            found = [await _state(service, code) for code in codes]
        if json:
            terminal.print_json(found)
            return
        drawn = Table("jurisdiction", "schema", "what", "position", "state", "behind", box=None)
        for state in found:
            current = "current" if state.current else "behind: run `hazardloop migrate`"
            drawn.add_row(state.jurisdiction, current, "log", str(state.position))
            for row in state.projections:
                name = f"{row.name} v{row.version} build {row.build}"
                told = row.state if row.error is None else f"{row.state}: {row.error}"
                drawn.add_row(
                    "", "", name, str(row.position), told, f"{row.lag_events} events, {row.lag_seconds:.0f} s"
                )
        terminal.tables().print(drawn)

    terminal.run(command())


@dataclass(frozen=True, slots=True)
class _State:
    jurisdiction: str
    current: bool
    position: int = 0
    projections: Sequence[ProjectionStatus] = ()


async def _state(service: Running, code: str) -> _State:
    if code not in service.jurisdictions():
        return _State(code, current=False)
    place = service.jurisdiction(code)
    return _State(code, True, await place.log.head(), await place.views.status())
