"""API: `hazardloop findings` and `hazardloop causes`: what the log gives away by itself, and what led to what."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer
from rich.table import Table

from api.cli import terminal
from api.cli.asked import LAST, shown
from api.cli.opened import opened
from api.cli.terminal import CommandFailed, Json, OfJurisdiction
from application.log import readable
from application.replaying.causing import CausalEvent, Causation, causation, related
from application.replaying.finding import LATE_AFTER_DAYS, Finding, FindingKind, Looking, look
from application.replaying.folding import whole_log

AT_ONCE = 1000

TOGETHER_SHOWN = 20
"""An import does thousands of things in one go."""


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(findings)
    app.command()(causes)


def findings(
    kind: Annotated[FindingKind | None, typer.Option(help="Only of this kind.", show_default=False)] = None,
    imported: Annotated[
        bool | None,
        typer.Option(
            "--imported/--not-imported",
            help="Only what an importer told, or only what was said here.",
            show_default=False,
        ),
    ] = None,
    late_after: Annotated[
        int,
        typer.Option(
            metavar="DAYS",
            min=1,
            max=36_500,
            help="After how many days an entry is late: policy, not law.",
        ),
    ] = LATE_AFTER_DAYS,
    after: Annotated[int, typer.Option(metavar="POSITION", min=0, max=LAST, help="Begin behind this position.")] = 0,
    jurisdiction: OfJurisdiction = None,
    json: Json = False,
) -> None:
    """List what the clocks and grades of the log give away.

    A finding is no verdict, so there being some is no fault.
    """

    async def command() -> None:
        found: list[Finding] = []
        async with opened(jurisdiction) as (_, place):
            looking = Looking(place.commands.rules, late_after, frozenset({kind} if kind else FindingKind), imported)
            position, head = after, after + 1
            while position < head:
                page = await look(place.log, looking, position, AT_ONCE)
                found += page.items
                position, head = page.position, page.head
        if json:
            terminal.print_json(found)
        else:
            _draw(found)

    terminal.run(command())


def causes(
    position: Annotated[
        int, typer.Argument(metavar="POSITION", min=1, max=LAST, help="Where the event lies in the log.")
    ],
    jurisdiction: OfJurisdiction = None,
    json: Json = False,
) -> None:
    """Show what led to an event, and what it led to.

    Reads the whole log, so that what was done in one go with it in other hazards is there as well.
    """

    async def command() -> None:
        async with opened(jurisdiction) as (_, place):
            here = await place.log.read_after(position - 1, 1)
            if not here:
                raise CommandFailed(f"the log of {place.code} has no event at position {position}")
            log = whole_log(place.log, await place.log.head())
            events = [one async for one in log if related(one, here[0], place.code)]
        readable(events)
        found = causation(events, position, place.code)
        if json:
            terminal.print_json(found)
        else:
            _draw_causation(found)

    terminal.run(command())


def _draw_causation(found: Causation) -> None:
    drawn = Table("", "position", "event", "by", "recorded", "duty", "of", box=None)
    rows: list[tuple[str, CausalEvent, str]] = [("", found.event, "")]
    for which, links in (("cause", found.causes), ("effect", found.effects)):
        rows += [(f"{which}: {link.relation}", link, link.duty or "") for link in links]
    rows += [("together", one, "") for one in found.together[:TOGETHER_SHOWN]]
    for which, one, duty in rows:
        by = one.by.role if one.by else ""
        drawn.add_row(which, str(one.position), one.name, by, shown(one.recorded_at), duty, str(one.stream_id))
    terminal.tables().print(drawn)
    more = len(found.together) - TOGETHER_SHOWN
    if more > 0:
        terminal.say(f"together with {more} more, which --json shows")


def _draw(found: list[Finding]) -> None:
    drawn = Table("position", "finding", "days", "by", "occurred", "recorded", "of", "source", box=None)
    for one in found:
        source = one.source if one.mark is None else f"{one.source} ({one.mark})"
        times = shown(one.occurred_at), shown(one.recorded_at)
        days = "" if one.days is None else str(one.days)
        drawn.add_row(str(one.position), one.kind, days, one.by.role, *times, str(one.stream_id), source)
    terminal.tables().print(drawn)
    counts = Counter((one.kind, one.imported) for one in found)
    for (kind, imported), number in sorted(counts.items()):
        terminal.say(f"{kind}{', imported' if imported else ''}: {number}")
