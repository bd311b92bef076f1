"""API: `hazardloop export`: a part of the log with its proofs, for whoever wants to check it, or to leave with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from api.cli import terminal
from api.cli.opened import opened
from api.cli.terminal import CommandFailed, OfJurisdiction
from api.cli.verifying import Saved, checkpoint_in
from api.wiring import new_bundle
from application.exporting import Exporting, Part
from application.proof import Checkpoint, NotProven

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
TIMES = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d"]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(export)


def export(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A new folder, or a new file that ends in .tar.")],
    hazard: Annotated[UUID | None, typer.Option(metavar="ID", help="Of this hazard.", show_default=False)] = None,
    enterprise: Annotated[
        str | None, typer.Option(metavar="USCC", help="Of this enterprise and its hazards.", show_default=False)
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(metavar="TIME", formats=TIMES, help="Recorded from then on.", show_default=False)
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(metavar="TIME", formats=TIMES, help="Recorded before then.", show_default=False)
    ] = None,
    texts: Annotated[bool, typer.Option("--texts", help="Also the texts that may have to be erased.")] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="Also the evidence, not its hashes alone.")] = False,
    checkpoint: Saved = None,
    jurisdiction: OfJurisdiction = None,
) -> None:
    """Make a bundle: events, proofs and checkpoint, to be verified elsewhere.

    Of all that is signed, or of a hazard, an enterprise or a period.
    """
    period = since is not None or until is not None
    if sum((hazard is not None, enterprise is not None, period)) > 1:
        raise CommandFailed("--hazard, --enterprise and a period are not asked for together")
    saved = None if checkpoint is None else checkpoint_in(checkpoint)

    async def command() -> None:
        async with opened(jurisdiction) as (service, place):
            exporting = await Exporting.begin(place, service.raw_log(place.code))
            size = None if saved is None else Checkpoint.opened(saved, await place.proofs.key()).size

            async def part() -> Part:
                if hazard is not None:
                    return exporting.hazard(hazard)
                if enterprise is not None:
                    return await exporting.enterprise(enterprise)
                if period:
                    return await exporting.period(_at(since, FIRST, place.zone), _at(until, LAST, place.zone))
                return exporting.everything()

            asked = await part()
            with new_bundle(bundle) as sink, terminal.progress() as bar:
                task = bar.add_task(f"export {place.code}", total=asked.last)
                count = await exporting.export(
                    asked,
                    sink,
                    texts=texts,
                    evidence=evidence,
                    saved=size,
                    tell=lambda at: bar.update(task, completed=at),
                )
            typer.echo(f"{count} events, under the checkpoint at {exporting.under.size}")

    try:
        terminal.run(command())
    except NotProven as bad:
        raise CommandFailed(f"--checkpoint: {bad}") from None
    except OSError as error:
        raise CommandFailed(f"{error.filename or bundle}: {error.strerror}") from None


def _at(given: datetime | None, otherwise: datetime, zone: ZoneInfo) -> datetime:
    """A day begins at the jurisdiction's midnight."""
    if given is None:
        return otherwise
    return given if given.tzinfo else given.replace(tzinfo=zone)
