"""API: `hazardloop history`: how one hazard came to where it stands, and where it stood then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from api.cli import terminal
from api.cli.agreeing import agreed
from api.cli.asked import LAST, OPERATOR, At, ByClock, Fold, moment, one_past, shown
from api.cli.opened import opened
from api.cli.terminal import CommandFailed, Json, OfJurisdiction
from application.answers import HazardFile, HazardSummary, HistoryEntry
from application.jurisdiction import Jurisdiction
from application.ports import Clock
from application.questions import ClockKind, HazardsQuestion, Moment
from application.replaying.by_fold import ByFold

_NOT_SHOWN = frozenset({"id", "description", "place"})


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(history)


def history(
    hazard: Annotated[UUID, typer.Argument(metavar="HAZARD", help="The hazard's id.")],
    at: At = None,
    clock: ByClock = ClockKind.RECORDED,
    version: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=LAST, help="Up to the hazard's version N; instead of --at."),
    ] = None,
    fold: Fold = False,
    jurisdiction: OfJurisdiction = None,
    json: Json = False,
) -> None:
    """Show every event of a hazard.

    Who, when it is said to have occurred, when it was recorded; with --json also what it says. With --fold, show how it
    stood.
    """

    async def command() -> None:
        one_past(at, version)
        when = moment(at, clock)
        async with opened(jurisdiction) as (service, place):
            if fold:
                then = when or (Moment(service.clock.now()) if version is None else None)
                await service.projector(place.code).catch_up()
                _show_file(await _folded(place, service.clock, hazard, version, then), json)
                return
            entries = await place.views.history(OPERATOR, hazard, version=version, moment=when)
        if not entries:
            raise CommandFailed(f"jurisdiction {place.code} has no hazard {hazard}, or had none then")
        if json:
            terminal.print_json(entries)
        else:
            _draw(entries)

    terminal.run(command())


async def _folded(place: Jurisdiction, clock: Clock, id: UUID, version: int | None, when: Moment | None) -> HazardFile:
    """The file by fold, which the route's answer and the timeline's row have to equal. Raises CommandFailed."""
    by_fold = await ByFold(place.log, place.zone, clock).hazard(id, version=version, moment=when)
    viewed = await place.views.hazard(OPERATOR, id, version=version, moment=when)
    if by_fold is None and viewed is None:
        raise CommandFailed(f"jurisdiction {place.code} has no hazard {id}, or had none then")
    file, past = by_fold or (None, None)
    told = agreed(file, viewed)
    rows = (await place.views.hazards(OPERATOR, HazardsQuestion(hazard_id=id, moment=past))).items
    row = HazardSummary(**{name: getattr(told, name) for name in HazardSummary.model_fields})
    agreed(row, rows[0] if rows else None)
    return told


def _show_file(file: HazardFile, json: bool) -> None:
    if json:
        typer.echo(file.model_dump_json(indent=2))
        return
    drawn = Table(box=None, show_header=False)
    for name in HazardSummary.model_fields:
        if name not in _NOT_SHOWN:
            drawn.add_row(name, str(getattr(file, name) if getattr(file, name) is not None else ""))
    for duty in file.duties:
        drawn.add_row("duty", f"{duty.duty.key} due {duty.due} by {duty.rule} of {duty.pack}{' late' * duty.late}")
    terminal.tables().print(drawn)


def _draw(entries: Sequence[HistoryEntry]) -> None:
    drawn = Table("version", "event", "by", "occurred", "recorded", "position", box=None)
    for entry in entries:
        by = f"{entry.by.role} {entry.by.actor_id}" if entry.by else "unreadable"
        times = shown(entry.occurred_at), shown(entry.recorded_at)
        drawn.add_row(str(entry.version), entry.name, by, *times, str(entry.position))
    terminal.tables().print(drawn)
