"""API: `hazardloop verify`: whether the log, or a copy of it, holds together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import terminal
from api.cli.copies import BadLine, read_copy
from api.cli.opened import opened
from api.cli.terminal import FOUND_FAULTS, CommandFailed, OfJurisdiction
from api.wiring import decode
from application.auditing import Audit, whole

FAULTS_SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(verify)


def verify(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="An exported copy; without it the log itself.", show_default=False),
    ] = None,
    private: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The exported texts of the copy.", show_default=False),
    ] = None,
    jurisdiction: OfJurisdiction = None,
) -> None:
    """Check whether the log holds together.

    Positions are dense and versions contiguous, recorded times in order, texts those that were committed to or
    erased by a logged erasure, and every event can be read. Otherwise the exit code is 1.
    """
    if file is None and private is not None:
        raise CommandFailed("--private goes with the exported FILE whose texts it holds")
    audit = _copy(file, private) if file is not None else terminal.run(_log(jurisdiction))
    for fault in audit.faults[:FAULTS_SHOWN]:
        typer.echo(f"position {fault.position}: {fault.says}")
    if audit.faults:
        more = len(audit.faults) - FAULTS_SHOWN
        raise CommandFailed(
            f"{len(audit.faults)} faults in {audit.position} events{f', {more} of them not shown' if more > 0 else ''}",
            FOUND_FAULTS,
        )
    typer.echo(
        f"{audit.position} events hold together: {audit.checked} texts are those committed to, "
        f"{audit.erased} erased{f', {audit.absent} not in this copy' if file is not None else ''}"
    )


async def _log(jurisdiction: str | None) -> Audit:
    async with opened(jurisdiction) as (service, place):
        log = service.raw_log(place.code)
        audit = Audit(decode)
        with terminal.progress() as bar:
            task = bar.add_task(f"verify {place.code}", total=await place.log.head())
            async for raw in whole(log):
                audit.take(raw)
                bar.advance(task)
        for position in audit.outlived:
            for raw in await log.read_after(position - 1, 1):
                audit.take_again(raw)
        audit.finish()
        return audit


def _copy(file: Path, private: Path | None) -> Audit:
    for named in (file, private):
        if named is not None and not named.is_file():
            raise CommandFailed(f"{named}: there is no such file")
    audit = Audit(decode, complete=False)
    try:
        with terminal.progress() as bar:
            task = bar.add_task(f"verify {file.name}", total=None)
            for raw in read_copy(file, private):
                audit.take(raw)
                bar.advance(task)
    except BadLine as bad:
        raise CommandFailed(str(bad)) from None
    except OSError as error:
        raise CommandFailed(f"{error.filename}: {error.strerror}") from None
    audit.finish()
    return audit
