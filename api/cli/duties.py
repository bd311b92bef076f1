"""API: `hazardloop duties`: what is due, now or at a past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from api.cli import terminal
from api.cli.agreeing import agreed_rows
from api.cli.asked import OPERATOR, At, ByClock, Fold, Version, code_given, past
from api.cli.opened import opened
from api.cli.rejudging import draw
from api.cli.terminal import CommandFailed, Json, OfJurisdiction
from api.settings import load
from api.wiring import other_rules
from application.answers import DutyRow, DutyState
from application.questions import ClockKind, DutiesQuestion, Moment, Views
from application.replaying import telling
from application.replaying.by_fold import ByFold
from application.replaying.folding import Replay
from application.replaying.rejudging import by, rejudged

PAGE = 200


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(duties)


def duties(
    enterprise: Annotated[
        str | None,
        typer.Argument(metavar="[USCC]", help="An enterprise; without it the whole jurisdiction.", show_default=False),
    ] = None,
    hazard: Annotated[UUID | None, typer.Option(metavar="ID", help="Of this hazard alone.", show_default=False)] = None,
    open: Annotated[bool, typer.Option("--open", help="Only those not yet done.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only open ones whose day has passed.")] = False,
    at: At = None,
    clock: ByClock = ClockKind.RECORDED,
    version: Version = None,
    fold: Fold = False,
    rules: Annotated[
        Path | None,
        typer.Option(
            metavar="PACK",
            help="What if this rule pack, a TOML file, had held? Show what would have been missed, and what would not.",
            show_default=False,
        ),
    ] = None,
    jurisdiction: OfJurisdiction = None,
    json: Json = False,
) -> None:
    """List the duties, the earliest due first."""

    async def command() -> None:
        uscc = None if enterprise is None else code_given(enterprise)
        when = past(at, clock, version)
        if rules is not None and (open or overdue):
            raise CommandFailed("--rules judges every duty: it does not go with --open or --overdue")
        async with opened(jurisdiction) as (service, place):
            by_fold = ByFold(place.log, place.zone, service.clock)
            if rules is not None:
                judge = by(other_rules(load(), place.code, rules))
                _show_rejudged(await by_fold.replay(when, judge), DutiesQuestion(uscc, hazard), json)
                return
            when = when or (Moment(service.clock.now()) if fold else None)
            await service.projector(place.code).catch_up()
            await place.views.reached(await place.log.head())
            asked = DutiesQuestion(uscc, hazard, open or None, overdue or None, when, PAGE)
            rows = await _all(place.views, asked)
            if fold:
                (replay,) = await by_fold.replay(when)
                rows = agreed_rows([row for row in telling.duties(replay) if _fits(row, asked)], rows, "the duties")
        if json:
            terminal.print_json(rows)
        else:
            _draw(rows)

    terminal.run(command())


async def _all(views: Views, asked: DutiesQuestion) -> Sequence[DutyRow]:
    found: list[DutyRow] = []
    while True:
        page = await views.duties(OPERATOR, asked)
        found += page.items
        if page.next is None:
            return found
        asked = replace(asked, cursor=page.next)


def _show_rejudged(replays: Sequence[Replay], asked: DutiesQuestion, json: bool) -> None:
    was, would_be = replays
    found = [
        one
        for one in rejudged(was, would_be)
        if asked.enterprise in (None, one.enterprise_uscc) and asked.hazard_id in (None, one.hazard_id)
    ]
    if json:
        terminal.print_json(found)
    else:
        draw(found)


def _fits(row: DutyRow, asked: DutiesQuestion) -> bool:
    return (
        asked.enterprise in (None, row.enterprise_uscc)
        and asked.hazard_id in (None, row.hazard_id)
        and (not asked.open or row.state is DutyState.OPEN)
        and (not asked.overdue or (row.state is DutyState.OPEN and row.late))
    )


def _draw(rows: Sequence[DutyRow]) -> None:
    drawn = Table("due", "duty", "state", "late", "rule", "pack", "enterprise", "hazard", box=None)
    for row in rows:
        words = (str(row.due), str(row.duty.key), row.state, "late" * row.late, row.rule, row.pack)
        drawn.add_row(*words, row.enterprise_uscc or "", str(row.hazard_id))
    terminal.tables().print(drawn)
