"""API: `hazardloop settings`, `migrate` and `status`: what whoever operates it asks and does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import typer
from rich.table import Table

from api.cli import terminal
from api.cli.opened import code_of
from api.cli.terminal import FOUND_FAULTS, CommandFailed, Json, OnlyJurisdiction
from api.running import Running
from api.settings import listed, load
from api.wiring import running
from application.questions import ProjectionState, ProjectionStatus
from application.queue import Queue, Session
from application.sequencing import Standing


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
    """Show how far logs, checkpoints and views have come, and who waits to append.

    The exit code is 1 where a view is parked, a schema behind or nothing signed until somebody acts.
    """

    async def command() -> Sequence[_State]:
        given = load()
        codes = list(given.zones) if jurisdiction is None else [code_of(given, jurisdiction)]
        async with running(given) as service:
            return [await _state(service, code) for code in codes]

    found = terminal.run(command())
    if json:
        terminal.print_json(found)
    else:
        terminal.tables().print(_table(found))
    if faults := [fault for state in found for fault in _faults(state)]:
        raise CommandFailed("; ".join(faults), FOUND_FAULTS)


@dataclass(frozen=True, slots=True)
class _State:
    jurisdiction: str
    current: bool
    position: int = 0
    signing: Standing | None = None
    projections: Sequence[ProjectionStatus] = ()
    queue: Queue | None = None


async def _state(service: Running, code: str) -> _State:
    if code not in service.jurisdictions():
        return _State(code, current=False)
    place = service.jurisdiction(code)
    queue = await service.queues(code).look()
    signing = await place.sequencer.look()
    return _State(code, True, signing.head, signing, await place.views.status(), queue)


def _faults(state: _State) -> Iterator[str]:
    if not state.current:
        yield f"the schema of {state.jurisdiction} is behind"
    if state.signing is not None and state.signing.refused is not None:
        yield f"nothing of {state.jurisdiction} is signed"
    for row in state.projections:
        if row.state is ProjectionState.PARKED:
            yield f"{row.name} of {state.jurisdiction} is parked"


def _table(found: Sequence[_State]) -> Table:
    drawn = Table("jurisdiction", "schema", "what", "position", "state", "behind", box=None)
    for state in found:
        current = "current" if state.current else "behind: run `hazardloop migrate`"
        queue = state.queue or Queue((), (), ())
        drawn.add_row(state.jurisdiction, current, "log", str(state.position), "; ".join(_told(queue)))
        if (signing := state.signing) is not None:
            said = "signed" if signing.refused is None else f"refused: {signing.refused}"
            drawn.add_row("", "", "checkpoints", str(signing.signed), said, f"{signing.head - signing.signed} events")
        if queue.clock:
            drawn.add_row("", "", "clock", "", f"its pass is made by {_session(queue.clock[0])}")
        for row in state.projections:
            name = f"{row.name} v{row.version} build {row.build}"
            told = row.state if row.error is None else f"{row.state}: {row.error}"
            drawn.add_row("", "", name, str(row.position), told, f"{row.lag_events} events, {row.lag_seconds:.0f} s")
    return drawn


def _told(queue: Queue) -> Iterator[str]:
    """Who appends just now, and how many batches wait."""
    for holder in queue.holding:
        yield f"held by {_session(holder)}"
    if queue.waiting:
        yield f"batches that wait: {len(queue.waiting)}, the longest for {queue.waiting[0].seconds:.1f} s"


def _session(session: Session) -> str:
    doing = f"waits for a lock ({session.waits_for})" if session.waits_for else session.state
    return f"{session.application} (backend {session.pid}) for {session.seconds:.1f} s, {doing}"
