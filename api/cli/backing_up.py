"""API: `hazardloop backup` and `restore`: what is taken away, and what is brought back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import terminal
from api.cli.opened import code_of
from api.cli.terminal import FOUND_FAULTS, CommandFailed, OnlyJurisdiction
from api.settings import load
from api.wiring import backups
from application.backups import Restored, Taken, Written


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(backup)
    app.command()(restore)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder.")],
    keys: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also copy the keys, into this new file, to be kept apart.", show_default=False
        ),
    ] = None,
    jurisdiction: OnlyJurisdiction = None,
) -> None:
    """Write a backup, while the service works or not.

    Each jurisdiction as it is at one moment, with its evidence. The exit code is 1 where evidence is spoilt.
    """
    given = load()
    codes = list(given.zones) if jurisdiction is None else [code_of(given, jurisdiction)]

    async def command() -> Written:
        return await backups(given).write(folder.absolute(), codes, None if keys is None else keys.absolute())

    written = terminal.run(command())
    for taken in written.taken:
        typer.echo(_said(taken))
    typer.echo(f"{folder}: {written.files} files, {written.bytes} bytes, written and read again")
    if written.spoilt:
        names = ", ".join(written.spoilt)
        raise CommandFailed(f"left out, as it is not what its name says any more: {names}", FOUND_FAULTS)


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What `backup` wrote.")],
    keys: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also put the keys of this file into the home.", show_default=False),
    ] = None,
    jurisdiction: Annotated[
        str | None,
        typer.Option(
            "--jurisdiction", metavar="CODE", help="Only this one; without it all there are.", show_default=False
        ),
    ] = None,
) -> None:
    """Bring a backup back, into a database that has none of it.

    All of it is looked at first; then each schema is there whole or not at all.
    """

    async def command() -> None:
        given = load()
        async for restored in backups(given).restore(folder.absolute(), jurisdiction, keys):
            for line in _brought_back(restored):
                typer.echo(line)

    terminal.run(command())


def _said(taken: Taken) -> str:
    return (
        f"{taken.code}: {taken.position} events, evidence files: {taken.evidence}; "
        f"schema {taken.schema_version}, PostgreSQL {taken.postgres}"
    )


def _brought_back(restored: Restored) -> list[str]:
    code = restored.taken.code
    lines = [f"{_said(restored.taken)}; evidence files that were not here: {restored.evidence}"]
    if not restored.current:
        lines.append(f"{code}: its schema is behind: run `hazardloop migrate`")
    if not restored.known_newest:
        lines.append(
            f"{code}: nothing is signed until somebody answers for what may have been signed since: "
            "`hazardloop checkpoint acknowledge`"
        )
    return lines
