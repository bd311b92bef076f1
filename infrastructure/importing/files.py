"""Infrastructure: the files of an import, put together for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from application.importing.files import FindingsReport, ReturnedRows
from application.importing.ledger import Ledger
from application.importing.mapping import LedgerMapping
from application.importing.proposing.columns import score
from application.importing.proposing.proposing import proposed
from application.importing.shape import FileShape
from infrastructure.importing import returned
from infrastructure.importing.books import open_book, open_ledger
from infrastructure.importing.findings import CsvFindings
from infrastructure.importing.mappings import load_mapping

SAMPLES = Path(__file__).parent / "samples"


def shipped_samples() -> Sequence[str]:
    """The names of the ledgers that come with the product."""
    return sorted(file.name for file in SAMPLES.glob("*.csv"))


class Files:
    """The port ImportFiles over the file system."""

    def mapping(self, named: str) -> LedgerMapping:
        """The shipped mapping of that name, or the one in that file. Raises BadMapping."""
        return load_mapping(named)

    def ledger(self, named: str, mapping: LedgerMapping) -> Ledger:
        """The ledger in that file or, where there is none, the shipped sample of that name. Raises NotATable."""
        return open_ledger(_path(named), mapping)

    def proposal(self, named: str, called: str | None = None) -> str:
        """A first mapping for that ledger, as TOML. Raises NotATable."""
        path = _path(named)
        return proposed(open_book(path, FileShape(), score), called or path.name)

    def returned(self, path: Path, ledger: Ledger) -> AbstractContextManager[ReturnedRows]:
        """A file of the ledger's shape to be written there. Raises OSError."""
        return returned.ReturnedRows(path, ledger)

    def findings(self, path: Path) -> AbstractContextManager[FindingsReport]:
        """A list to be written there. Raises OSError."""
        return CsvFindings(path)


def _path(named: str) -> Path:
    """That file or, where there is none, the shipped sample of that name."""
    path = Path(named)
    return SAMPLES / named if named in shipped_samples() and not path.exists() else path
