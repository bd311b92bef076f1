"""API: `hazardloop erasures`: after a restore, what had been erased since the backup, and erasing it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from api.cli import terminal
from api.cli.opened import opened
from api.cli.terminal import FOUND_FAULTS, CommandFailed, OfJurisdiction
from application.bundle.container import NoBundle
from application.bundle.container import opened as bundle_opened
from application.bundle.lines import EVENTS, NoRow, Row
from application.deciding import Request
from application.erased_since import SaidAgain, erase_again, said_again
from domain.actors import Actor, Role


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(erasures)


def erasures(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A later bundle of the log, as `export` wrote it.")],
    again: Annotated[
        UUID | None,
        typer.Option(
            metavar="ID", help="Erase it again; ID is the actor id of the administrator who does.", show_default=False
        ),
    ] = None,
    jurisdiction: OfJurisdiction = None,
) -> None:
    """List texts a restored log says that had been erased by a later copy of it.

    The exit code is 1 where there still are any.
    """

    async def command() -> Sequence[SaidAgain]:
        async with opened(jurisdiction) as (service, place):
            left = []
            for hazard in await said_again(partial(_rows, bundle), service.raw_log(place.code)):
                done = again is not None and not hazard.untold
                if again is not None and done:
                    who = Actor(again, Role.ADMINISTRATOR)
                    await erase_again(place.commands, Request(who, service.chance.id()), hazard)
                typer.echo(_line(hazard, done))
                if not done:
                    left.append(hazard)
            return left

    try:
        left = terminal.run(command())
    except (NoBundle, NoRow) as bad:
        raise CommandFailed(f"{bundle}: {bad}") from None
    except OSError as error:
        raise CommandFailed(f"{error.filename or bundle}: {error.strerror}") from None
    if left:
        raise CommandFailed(f"hazards whose erased texts are here: {len(left)}", FOUND_FAULTS)


def _rows(bundle: Path) -> Iterator[Row]:
    events = bundle_opened(str(bundle)).parts.get(EVENTS)
    if events is None:
        raise NoBundle(f"it has no {EVENTS}")
    yield from map(Row.of, events.lines())


def _line(hazard: SaidAgain, done: bool) -> str:
    what = f"{hazard.hazard_id}: texts of {len(hazard.told)} events ({hazard.legal_basis})"
    if done:
        return f"{what}, erased again"
    if hazard.untold:
        versions = ", ".join(map(str, hazard.untold))
        return f"{what}; version {versions} says more that the copy does not tell of: erase by hand"
    return what
