"""API: `hazardloop import`: a ledger kept elsewhere goes into the log, and what can't is told cell by cell."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TaskID

from api.cli import terminal
from api.cli.opened import opened
from api.cli.terminal import FOUND_FAULTS, CommandFailed, OfJurisdiction
from api.wiring import import_files
from application.importing.doing import Said, begun, carry_through, goes_by_names
from application.importing.files import ImportFiles
from application.importing.importing import Counts
from application.importing.ledger import Ledger
from application.importing.mapping import BadMapping, LedgerMapping
from application.importing.table import NotATable
from application.log import Unavailable

INTERRUPTED = 3
"""The exit code when the log went out of reach midway."""


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("import")(import_ledger)


def import_ledger(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The ledger, CSV or XLSX; or a shipped sample by name.")],
    mapping: Annotated[
        str | None,
        typer.Option(
            metavar="MAP",
            help="The mapping, a TOML file; or a shipped one by name (docs/import.md).",
            show_default=False,
        ),
    ] = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Instead write a first mapping for it, NAME.toml here.")
    ] = False,
    jurisdiction: OfJurisdiction = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Decide about every row, write nothing to the log.")
    ] = False,
    refused: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT",
            help="Where refused rows go, to be corrected; without it NAME.refused.csv (or .xlsx) here.",
            show_default=False,
        ),
    ] = None,
    found: Annotated[
        Path | None,
        typer.Option(
            "--findings",
            metavar="OUT.csv",
            help="Where what is odd is listed; without it NAME.findings.csv here.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Take a ledger kept elsewhere into the log. Doing it again adds only what is new."""
    files = import_files()
    if propose:
        _propose(files, file)
        return
    if mapping is None:
        raise CommandFailed("--mapping: say how its columns are to be read; --propose writes a first mapping")
    under, ledger = _read(files, file, mapping)
    suffix = ".csv" if ledger.book.ragged else ".xlsx"
    said = Said(refused or Path(f"{Path(file).stem}.refused{suffix}"), found or Path(f"{Path(file).stem}.findings.csv"))
    for option, path in (("--refused", said.returned), ("--findings", said.findings)):
        _can_be_written(option, path, file)
    tally = terminal.run(_take_in(files, under, ledger, said, jurisdiction, dry_run))
    _tell(tally, ledger, said, dry_run)
    if tally.refused or tally.conflicts:
        raise typer.Exit(FOUND_FAULTS)


async def _take_in(
    files: ImportFiles, under: LedgerMapping, ledger: Ledger, said: Said, jurisdiction: str | None, dry_run: bool
) -> Counts:
    """The import itself, with a progress bar."""
    total = Counts()
    async with opened(jurisdiction) as (service, place):
        try:
            if goes_by_names(under):
                await service.projector(place.code).catch_up()
            importing = await begun(place, under, service.clock, service.chance.id(), rehearse=dry_run)
            with terminal.progress() as progress:
                bar = progress.add_task(ledger.name, total=ledger.size)
                told = partial(_advance, progress, bar, total)
                await carry_through(importing, ledger, files, said, total, told)
        except Unavailable:
            raise _interrupted(total, "the log is busy or out of reach") from None
        except NotATable as fault:
            raise _interrupted(total, f"the file changed while it was read: {fault}") from None
        except OSError as error:
            raise _interrupted(total, f"{error.filename or ledger.name}: {error.strerror}") from None
    return total


def _advance(progress: Progress, bar: TaskID, total: Counts) -> None:
    progress.update(bar, completed=total.rows)


def _propose(files: ImportFiles, file: str) -> None:
    """Write a first mapping; one that is there already is somebody's work."""
    path = Path(f"{Path(file).stem}.toml")
    try:
        text = files.proposal(file)
        with path.open("x", encoding="utf-8") as written:
            written.write(text)
    except NotATable as bad:
        raise CommandFailed(f"{file}: {bad}") from None
    except FileExistsError:
        raise CommandFailed(f"{path} is there already; move it away first") from None
    except OSError as error:
        raise CommandFailed(f"{path}: {error.strerror}") from None
    unsure = text.count("# unsure: ")
    typer.echo(f"{path} is written; it is unsure in {unsure} places")


def _read(files: ImportFiles, file: str, mapping: str) -> tuple[LedgerMapping, Ledger]:
    """Mapping and ledger, before anything is started or written."""
    try:
        under = files.mapping(mapping)
    except BadMapping as bad:
        raise CommandFailed(f"the mapping can't be used: {bad}") from None
    try:
        return under, files.ledger(file, under)
    except NotATable as bad:
        raise CommandFailed(f"{file}: {bad}; nothing was written") from None


def _can_be_written(option: str, report: Path, file: str) -> None:
    """Refuse a report that would only be found impossible once rows are in."""
    if report.exists() and Path(file).exists() and report.samefile(file):
        raise CommandFailed(f"{option}: {report} is the ledger itself")
    if report.is_dir() or not report.absolute().parent.is_dir():
        raise CommandFailed(f"{option}: {report} is no file in a folder that exists")


def _interrupted(total: Counts, why: str) -> CommandFailed:
    in_log = total.imported + total.continued
    sentence = f"{why}. {in_log} rows are sure to be in; the same command again takes in the rest, and nothing twice"
    return CommandFailed(sentence, INTERRUPTED)


def _tell(tally: Counts, ledger: Ledger, said: Said, dry_run: bool) -> None:
    """The summary, on standard output."""
    typer.echo(f"{ledger.name}, read as {ledger.read_as}: {tally.rows} rows")
    typer.echo(f"  {tally.imported} {'would be imported' if dry_run else 'imported'}")
    typer.echo(f"  {tally.known} known already")
    typer.echo(f"  {tally.continued} known, and {'would go on' if dry_run else 'gone on'} with new moves")
    typer.echo(f"  {tally.refused} refused{f', returned in {said.returned}' if tally.refused else ''}")
    if tally.conflicts or tally.findings:
        typer.echo(f"{tally.conflicts} cells contradict the log, {tally.findings} are odd: listed in {said.findings}")
    typer.echo(f"{tally.events.total()} events {'would be added; nothing was written' if dry_run else 'added'}")
    for name, count in sorted(tally.events.items()):
        typer.echo(f"  {count} {name}")
