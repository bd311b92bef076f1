"""Importing: an import into one jurisdiction, as the command and the route both do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from application.importing.files import ImportFiles
from application.importing.importing import Counts, Importing
from application.importing.ledger import Ledger
from application.importing.mapping import LedgerMapping
from application.importing.naming import registered_names
from application.importing.rehearsing import Rehearsal
from application.importing.telling import Telling
from application.jurisdiction import Jurisdiction
from application.ports import Clock
from domain.actors import Actor, Role


@dataclass(frozen=True, slots=True)
class Said:
    """Where what an import has to say is written: the refused rows, and what is odd about the others."""

    returned: Path
    findings: Path


def goes_by_names(mapping: LedgerMapping) -> bool:
    """Whether the names under which enterprises are registered have to be known first."""
    return mapping.enterprise is not None and mapping.enterprise.by_name


async def begun(place: Jurisdiction, mapping: LedgerMapping, clock: Clock, run: UUID, *, rehearse: bool) -> Importing:
    """An import that can take rows. `run` is the chain of causes its events belong to. Raises Unavailable."""
    names: Mapping[str, str] = {}
    if goes_by_names(mapping):
        names = await registered_names(place.views, Actor(run, Role.IMPORTER))
    telling = Telling(mapping, place.code, place.commands.rules, run, names)
    return Importing(telling, Rehearsal(place.log) if rehearse else place.log, clock)


async def carry_through(
    importing: Importing, ledger: Ledger, files: ImportFiles, said: Said, total: Counts, told: Callable[[], None]
) -> None:
    """Import every row, writing down what there is to say; `total` grows, and after each batch it is `told`.

    Raises Unavailable, NotATable where the file has changed meanwhile, OSError.
    """
    with files.returned(said.returned, ledger) as returned, files.findings(said.findings) as findings:
        async for batch in importing.batches(ledger.rows()):
            returned.add(batch.returned)
            findings.add(batch.found)
            total.add(batch)
            told()
