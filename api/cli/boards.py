"""API: `hazardloop board` and `hazardloop history`: where things stand, and how one hazard came there."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from pydantic import TypeAdapter, ValidationError
from rich.table import Table

from api.cli import terminal
from api.cli.asked import OPERATOR, At, ByClock, moment, shown
from api.cli.opened import opened
from api.cli.terminal import CommandFailed, Json, OfJurisdiction
from application.boards import Board, Counts, GradeCounts, JurisdictionBoard
from application.questions import ClockKind
from domain.uscc import EnterpriseCode

_ENTERPRISE: TypeAdapter[str] = TypeAdapter(EnterpriseCode)

_COUNTED = ("found", "open", "overdue", "closed", "closed_before_import", "dismissed")
_HEADINGS = ("found", "open", "overdue", "closed", "before import", "dismissed", "rectified", "closed out")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(board)
    app.command()(history)


def board(
    enterprise: Annotated[
        str | None,
        typer.Argument(metavar="[USCC]", help="An enterprise; without it the whole jurisdiction.", show_default=False),
    ] = None,
    at: At = None,
    clock: ByClock = ClockKind.RECORDED,
    jurisdiction: OfJurisdiction = None,
    json: Json = False,
) -> None:
    """Show how many hazards stand where."""

    async def command() -> None:
        when = moment(at, clock)
        async with opened(jurisdiction) as (service, place):
            await service.projector(place.code).catch_up()
            await place.views.reached(await place.log.head())
            found: Board | JurisdictionBoard | None
            if enterprise is None:
                found = await place.views.jurisdiction_board(OPERATOR, when)
            else:
                found = await place.views.enterprise_board(OPERATOR, _code(enterprise), when)
            if found is None:
                raise CommandFailed(f"no enterprise is registered under {enterprise} in jurisdiction {place.code}")
        if json:
            typer.echo(found.model_dump_json(indent=2))
        else:
            _draw(found)

    terminal.run(command())


def history(
    hazard: Annotated[UUID, typer.Argument(metavar="HAZARD", help="The hazard's id.")],
    jurisdiction: OfJurisdiction = None,
    json: Json = False,
) -> None:
    """Show every event of a hazard.

    Who, when it is said to have occurred, when it was recorded; with --json also what it says.
    """

    async def command() -> None:
        async with opened(jurisdiction) as (_, place):
            entries = await place.views.history(OPERATOR, hazard)
        if entries is None:
            raise CommandFailed(f"jurisdiction {place.code} has no hazard {hazard}")
        if json:
            terminal.print_json(entries)
            return
        drawn = Table("version", "event", "by", "occurred", "recorded", "position", box=None)
        for entry in entries:
            by = f"{entry.by.role} {entry.by.actor_id}" if entry.by else "unreadable"
            times = shown(entry.occurred_at), shown(entry.recorded_at)
            drawn.add_row(str(entry.version), entry.name, by, *times, str(entry.position))
        terminal.tables().print(drawn)

    terminal.run(command())


def _draw(found: Board | JurisdictionBoard) -> None:
    paper = terminal.tables()
    paper.print(f"as of {shown(found.as_of)}, log position {found.position}")
    paper.print(_counts("", [("total", found.total), *_by_grade(found.by_grade)]))
    if isinstance(found, Board):
        paper.print(f"open duties: {found.open_duties}, of these overdue: {found.overdue_duties}")
        return
    sections = [(row.section or "not known", row.counts) for row in found.sections]
    sectors = [(row.key_sector.value, row.counts) for row in found.key_sectors]
    unions = [(row.union_organisation or "not named", row.counts) for row in found.unions]
    for heading, rows in (("section", sections), ("key sector", sectors), ("union", unions)):
        if rows:
            paper.print()
            paper.print(_counts(heading, rows))


def _by_grade(grades: GradeCounts) -> list[tuple[str, Counts]]:
    return [(name, getattr(grades, name)) for name in GradeCounts.model_fields]


def _counts(heading: str, rows: list[tuple[str, Counts]]) -> Table:
    drawn = Table(heading, box=None)
    for column in _HEADINGS:
        drawn.add_column(column, justify="right")
    for name, counts in rows:
        rates = (_percent(counts.rectification_rate), _percent(counts.close_out_rate))
        drawn.add_row(name, *(str(getattr(counts, field)) for field in _COUNTED), *rates)
    return drawn


def _percent(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.1%}"


def _code(given: str) -> str:
    try:
        return _ENTERPRISE.validate_python(given)
    except ValidationError as error:
        raise CommandFailed(f"USCC: {error.errors(include_input=False)[0]['msg']}") from None
