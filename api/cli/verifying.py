"""API: `hazardloop verify`: whether the log, or a bundle of it, holds together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.cli import terminal
from api.cli.opened import opened
from api.cli.terminal import FOUND_FAULTS, CommandFailed, OfJurisdiction
from api.wiring import decode
from application.against_saved import held_against
from application.auditing import Audit, erasures, whole
from application.bundle.container import NoBundle
from application.bundle.rows import Fault
from application.bundle.verifying import sentences, verified
from application.proof import Checkpoint, Key, NotProven

FAULTS_SHOWN = 20
MOST = 1 << 18

Saved = Annotated[
    Path | None,
    typer.Option("--checkpoint", metavar="SAVED", help="A checkpoint of the log that was kept.", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(verify)


def checkpoint_in(file: Path) -> str:
    """The text of a small file. Raises CommandFailed."""
    try:
        with file.open("rb") as opened_file:
            return opened_file.read(MOST).decode()
    except OSError as error:
        raise CommandFailed(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandFailed(f"{file}: it is no text") from None


def verify(
    bundle: Annotated[
        Path | None,
        typer.Argument(metavar="[BUNDLE]", help="A bundle; without it the log itself.", show_default=False),
    ] = None,
    checkpoint: Saved = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The public key of the log, got by a way you trust.", show_default=False),
    ] = None,
    jurisdiction: OfJurisdiction = None,
) -> None:
    """Check whether the log, or a bundle of it, holds together.

    Every byte is hashed again. What is missing or was changed is named by its position; the exit code is 1 then, and 2
    where there is nothing that can be verified.
    """
    saved = None if checkpoint is None else checkpoint_in(checkpoint)
    if bundle is None:
        if key is not None:
            raise CommandFailed("--key goes with a bundle: the log itself is signed with the key of this home")
        terminal.run(_log(jurisdiction, saved))
        return
    try:
        verdict = verified(str(bundle), None if key is None else checkpoint_in(key), saved)
    except (NoBundle, NotProven) as bad:
        raise CommandFailed(f"{bundle}: {bad}") from None
    except OSError as error:
        raise CommandFailed(f"{error.filename or bundle}: {error.strerror}") from None
    for sentence in sentences(verdict, FAULTS_SHOWN):
        typer.echo(sentence)
    if verdict.faults:
        raise CommandFailed(f"{verdict.faults} faults in {verdict.shown.rows} events", FOUND_FAULTS)


async def _log(jurisdiction: str | None, saved: str | None) -> None:
    async with opened(jurisdiction) as (service, place):
        log = service.raw_log(place.code)
        audit = Audit(decode, await erasures(log))
        with terminal.progress() as bar:
            task = bar.add_task(f"verify {place.code}", total=await place.log.head())
            async for raw in whole(log):
                audit.look_at(raw)
                bar.advance(task)
        faults = list(audit.finish(await erasures(log)))
        kept = None
        if saved is not None:
            kept = _opened(saved, await place.proofs.key())
            faults += await held_against(kept, log, place.proofs.trees)
    shown = audit.shown
    _told(faults, shown.faulty - len(shown.faults), shown.rows)
    typer.echo(
        f"{shown.rows} events hold together: {shown.checked} texts are those committed to, "
        f"{shown.erased.total()} erased"
    )
    if kept is not None:
        typer.echo(f"the log begins as it was when the checkpoint at {kept.size} was saved")


def _opened(saved: str, key: Key) -> Checkpoint:
    try:
        return Checkpoint.opened(saved, key)
    except NotProven as bad:
        raise CommandFailed(f"the checkpoint saved: {bad}") from None


def _told(faults: Sequence[Fault], more: int, rows: int) -> None:
    """Raises CommandFailed where there are faults."""
    for fault in faults[:FAULTS_SHOWN]:
        typer.echo(str(fault))
    if faults:
        count = len(faults) + more
        hidden = count - FAULTS_SHOWN
        raise CommandFailed(
            f"{count} faults in {rows} events{f', {hidden} of them not shown' if hidden > 0 else ''}", FOUND_FAULTS
        )
