"""API: `hazardloop export`: a copy of the log for whoever wants to check it, or to leave with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, TextIO

import typer

from api.cli import terminal
from api.cli.copies import private_line, public_line
from api.cli.opened import opened
from api.cli.terminal import CommandFailed, OfJurisdiction
from application.auditing import whole


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(export)


def export(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A new file; else standard output.", show_default=False),
    ] = None,
    private: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also copy the erasable texts, into this new file.", show_default=False),
    ] = None,
    jurisdiction: OfJurisdiction = None,
) -> None:
    """Copy the log as JSON Lines.

    Each line has the exact public bytes of an event, in base64.
    """

    async def command() -> None:
        async with opened(jurisdiction) as (service, place):
            log = service.raw_log(place.code)
            head = await place.log.head()
            with nullcontext(sys.stdout) if file is None else _new(file) as public, terminal.progress() as bar:
                task = bar.add_task(f"export {place.code}", total=head)
                async for raw in whole(log, head):
                    public.write(public_line(raw) + "\n")
                    bar.advance(task)
            if private is None:
                return
            # In a second pass, so that no text is copied whose erasure the first one has copied.
            with _new(private) as texts, terminal.progress() as bar:
                task = bar.add_task(f"export the texts of {place.code}", total=head)
                async for raw in whole(log, head):
                    if raw.private is not None:
                        texts.write(private_line(raw.position, raw.private) + "\n")
                    bar.advance(task)

    terminal.run(command())


@contextmanager
def _new(path: Path) -> Iterator[TextIO]:
    """A new file that gets its name when it is whole; never in place of another."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        raise CommandFailed(f"{path} exists already") from None
    except OSError as error:
        raise CommandFailed(f"{path} can't be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
