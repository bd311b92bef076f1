"""API: `hazardloop events`: the log as it grows, and the catalogue of what may stand in it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from pydantic_core import to_json

from api.cli import terminal
from api.cli.asked import LAST, shown
from api.cli.opened import opened
from api.cli.terminal import Json, OfJurisdiction
from application.log import Recorded, Unreadable
from domain.catalogue import CATALOGUE
from domain.event import DomainEvent

PAGE = 500
FOLLOW_SECONDS = 30.0
"""How long to wait for news before looking for oneself."""


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(events)


def events(
    catalogue: Annotated[
        bool, typer.Option("--catalogue", help="Print the JSON Schema of every event there is, by its stable name.")
    ] = False,
    after: Annotated[int, typer.Option(metavar="POSITION", min=0, max=LAST, help="Begin behind this position.")] = 0,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what is appended, until Ctrl-C.")] = False,
    jurisdiction: OfJurisdiction = None,
    json: Json = False,
) -> None:
    """Print the log, one line an event.

    With --json also what it says, texts included that are not erased.
    """
    if catalogue:
        terminal.print_json(CATALOGUE.schemas())
        return

    async def command() -> None:
        position = after
        async with opened(jurisdiction) as (_, place):
            while True:
                page = await place.log.read_after(position, PAGE)
                for recorded in page:
                    typer.echo(to_json(_said(recorded)).decode() if json else _line(recorded))
                position = page[-1].position if page else position
                if not page and not follow:
                    return
                if not page:
                    await place.log.wait(position, FOLLOW_SECONDS)

    terminal.run(command())


def _line(recorded: Recorded) -> str:
    who = recorded.event.by.role if isinstance(recorded.event, DomainEvent) else "-"
    return (
        f"{recorded.position:>8}  {shown(recorded.recorded_at)}  {recorded.stream_id} v{recorded.version:<4} "
        f"{recorded.name}  {who}"
    )


def _said(recorded: Recorded) -> dict[str, Any]:
    event = recorded.event
    return {
        "position": recorded.position,
        "recorded_at": recorded.recorded_at,
        "stream_id": recorded.stream_id,
        "version": recorded.version,
        "name": recorded.name,
        **({"unreadable": event.reason} if isinstance(event, Unreadable) else {"event": event.model_dump(mode="json")}),
    }
