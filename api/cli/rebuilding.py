"""API: `hazardloop rebuild`: the views built anew from the log, beside those in use, which go on meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated

import typer

from api.cli import terminal
from api.cli.opened import opened
from api.cli.terminal import FOUND_FAULTS, CommandFailed, OfJurisdiction
from application.projecting import InTheWay, Parked, Projector
from application.questions import Projection


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(rebuild)


def rebuild(
    name: Annotated[
        Projection | None,
        typer.Argument(metavar="[NAME]", help="hazards or enterprises; without it both.", show_default=False),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Compare the new tables with the old ones, byte for byte.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Instead, let a parked projection try again from where it stands.")
    ] = False,
    drop_old: Annotated[
        bool,
        typer.Option("--drop-old", help="Instead, drop what earlier releases kept up."),
    ] = False,
    jurisdiction: OfJurisdiction = None,
) -> None:
    """Build the views anew from the log.

    The tables in use are read until the new ones have caught up. With --check the exit code is 1 if they differ.
    """
    if check + resume + drop_old > 1:
        raise CommandFailed("--check, --resume and --drop-old are three different things: name one")
    names = list(Projection) if name is None else [name]

    async def command() -> list[Projection]:
        async with opened(jurisdiction) as (service, place):
            projector = service.projector(place.code)
            if resume:
                return await _each(names, projector, _resume)
            return await _each(names, projector, _drop_old if drop_old else partial(_rebuild, check=check))

    if differing := terminal.run(command()):
        raise CommandFailed(f"not the same as before: {', '.join(differing)}", FOUND_FAULTS)


async def _each(
    names: Sequence[Projection], projector: Projector, do: Callable[[Projector, Projection], Awaitable[bool]]
) -> list[Projection]:
    """Do it to each; those to which it was done with a fault."""
    return [name for name in names if not await do(projector, name)]


async def _resume(projector: Projector, name: Projection) -> bool:
    typer.echo(f"{name}: {'goes on' if await projector.resume(name) else 'was not parked'}")
    return True


async def _drop_old(projector: Projector, name: Projection) -> bool:
    try:
        await projector.drop_old(name)
    except InTheWay:
        raise CommandFailed(f"{name}: the old tables are being read just now; try again") from None
    return True


async def _rebuild(projector: Projector, name: Projection, check: bool) -> bool:
    """Whether nothing speaks against the old tables."""
    with terminal.progress() as bar:
        task = bar.add_task(f"rebuild {name}", total=None)
        try:
            same = await projector.rebuild(
                name, lambda done, all: bar.update(task, completed=done, total=all), check=check
            )
        except Parked:
            raise CommandFailed(
                f"{name} can't be built: `hazardloop status` says by which event it is parked", FOUND_FAULTS
            ) from None
    compared = {True: ", byte for byte as before", False: ", not as before", None: ""}[same if check else None]
    typer.echo(f"{name}: rebuilt{compared}")
    return same is not False
