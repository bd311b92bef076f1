"""API: `hazardloop board`: where things stand, now or at a past."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from api.cli import terminal
from api.cli.agreeing import agreed
from api.cli.asked import OPERATOR, At, ByClock, Fold, Version, code_given, past, shown
from api.cli.opened import opened
from api.cli.terminal import CommandFailed, Json, OfJurisdiction
from application.boards import Board, Counts, GradeCounts, JurisdictionBoard
from application.jurisdiction import Jurisdiction
from application.questions import ClockKind, Moment, Past
from application.replaying import telling
from application.replaying.by_fold import ByFold
from application.replaying.folding import Replay

_COUNTED = ("found", "open", "overdue", "closed", "closed_before_import", "dismissed")
_HEADINGS = ("found", "open", "overdue", "closed", "before import", "dismissed", "rectified", "closed out")


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(board)


def board(
    enterprise: Annotated[
        str | None,
        typer.Argument(metavar="[USCC]", help="An enterprise; without it the whole jurisdiction.", show_default=False),
    ] = None,
    at: At = None,
    clock: ByClock = ClockKind.RECORDED,
    version: Version = None,
    fold: Fold = False,
    jurisdiction: OfJurisdiction = None,
    json: Json = False,
) -> None:
    """Show how many hazards stand where."""

    async def command() -> None:
        when = past(at, clock, version)
        uscc = None if enterprise is None else code_given(enterprise)
        async with opened(jurisdiction) as (service, place):
            when = when or (Moment(service.clock.now()) if fold else None)
            await service.projector(place.code).catch_up()
            await place.views.reached(await place.log.head())
            by_fold = ByFold(place.log, place.zone, service.clock)
            replay = (await by_fold.replay(when))[0] if fold else None
            found = await (_of_all(place, when, replay) if uscc is None else _of(uscc, place, when, replay))
        if json:
            typer.echo(found.model_dump_json(indent=2))
        else:
            _draw(found)

    terminal.run(command())


async def _of_all(place: Jurisdiction, when: Past | None, replay: Replay | None) -> JurisdictionBoard:
    found = await place.views.jurisdiction_board(OPERATOR, when)
    assert found is not None, "whoever starts the command sees all"
    return agreed(telling.jurisdiction_board(replay), found) if replay else found


async def _of(uscc: str, place: Jurisdiction, when: Past | None, replay: Replay | None) -> Board:
    found = await place.views.enterprise_board(OPERATOR, uscc, when)
    if found is None:
        raise CommandFailed(f"no enterprise is registered under {uscc} in jurisdiction {place.code}")
    return agreed(telling.enterprise_board(replay, uscc), found) if replay else found


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
