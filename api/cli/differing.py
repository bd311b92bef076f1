"""API: `hazardloop diff`: what changed between two points in time, and by which events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic import BaseModel
from rich.table import Table

from api.cli import terminal
from api.cli.asked import LAST, OPERATOR, ByClock, code_given, past, shown
from api.cli.opened import opened
from api.cli.terminal import CommandFailed, Json, OfJurisdiction
from application.differences import PAIR, BoardDiff, Change, HazardDiff, MovedHazard
from application.jurisdiction import Jurisdiction
from application.questions import ClockKind, Points

PAGE = 200


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(diff)


def diff(
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="[HAZARD|USCC]",
            help="A hazard, or an enterprise; without it the whole jurisdiction.",
            show_default=False,
        ),
    ] = None,
    from_time: Annotated[str | None, typer.Option("--from", metavar="TIME", help="From this time.")] = None,
    to_time: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="To this time; without it, to now.")
    ] = None,
    from_version: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=LAST, help="From this version instead.")
    ] = None,
    to_version: Annotated[int | None, typer.Option(metavar="N", min=1, max=LAST, help="To this version.")] = None,
    clock: ByClock = ClockKind.RECORDED,
    jurisdiction: OfJurisdiction = None,
    json: Json = False,
) -> None:
    """Show what changed between two points in time, and by which events.

    Versions are a hazard's own, or of a board positions of the log. Of a list the table only says how long it is.
    """

    async def command() -> None:
        before, after = past(from_time, clock, from_version), past(to_time, clock, to_version)
        hazard = _hazard(subject)
        uscc = code_given(subject) if subject and hazard is None else None
        async with opened(jurisdiction) as (service, place):
            await service.projector(place.code).catch_up()
            if before is None or (after is not None and type(before) is not type(after)):
                raise CommandFailed(PAIR.says)
            points = before, after
            if hazard is None:
                found: HazardDiff | BoardDiff = await _of_board(place, uscc, points)
            else:
                found = await _of_hazard(place, hazard, points)
        if json:
            terminal.print_json(found)
        elif isinstance(found, HazardDiff):
            _draw_changes(found.changes)
            _draw_rows(
                ("position", "event", "by", "recorded", "changed"),
                [
                    (
                        one.position,
                        one.name,
                        one.by.role if one.by else "",
                        shown(one.recorded_at),
                        " ".join(one.changed),
                    )
                    for one in found.events
                ],
            )
        else:
            _draw_changes(found.changes)
            _draw_rows(("hazard", "stood", "stands", "by position"), [_moved(one) for one in found.hazards])

    terminal.run(command())


def _hazard(subject: str | None) -> UUID | None:
    try:
        return UUID(subject) if subject else None
    except ValueError:
        return None


async def _of_hazard(place: Jurisdiction, id: UUID, points: Points) -> HazardDiff:
    found = await place.views.hazard_diff(OPERATOR, id, points)
    if found is None:
        raise CommandFailed(f"jurisdiction {place.code} has no hazard {id}, or had none then")
    return found


async def _of_board(place: Jurisdiction, uscc: str | None, points: Points) -> BoardDiff:
    """With the hazards of all pages."""
    hazards: list[MovedHazard] = []
    cursor = None
    while True:
        page = await place.views.board_diff(OPERATOR, uscc, points, PAGE, cursor)
        if page is None:
            raise CommandFailed(f"no enterprise is registered under {uscc} in jurisdiction {place.code}")
        hazards += page.hazards
        cursor = page.next
        if cursor is None:
            return page.model_copy(update={"hazards": tuple(hazards)})


def _draw_changes(changes: Sequence[Change]) -> None:
    _draw_rows(("changed", "was", "is"), [(one.field, _brief(one.before), _brief(one.after)) for one in changes])


def _brief(value: Any) -> str | None:
    """A value on a line of a table: how many of a list; of what was said, that something was."""
    if isinstance(value, tuple):
        return str(len(value))
    return "said" if isinstance(value, BaseModel) else None if value is None else str(value)


def _moved(one: MovedHazard) -> tuple[Any, ...]:
    stood, stands = (
        "" if then is None else f"{then.stage}{' overdue' * then.overdue}" for then in (one.before, one.after)
    )
    by = " ".join(str(event.position) for event in one.events)
    return one.hazard_id, stood, stands, by or "days went by"


def _draw_rows(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    drawn = Table(*headings, box=None)
    for row in rows:
        drawn.add_row(*("" if value is None else str(value) for value in row))
    terminal.tables().print(drawn)
