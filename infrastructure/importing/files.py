"""Infrastructure: the files of an import, put together for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from application.importing.files import FindingsReport, ReturnedRows
from application.importing.ledger import Ledger
from application.importing.mapping import LedgerMapping
from infrastructure.importing import returned
from infrastructure.importing.books import open_ledger
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
        path = Path(named)
        if named in shipped_samples() and not path.exists():
            path = SAMPLES / named
        return open_ledger(path, mapping)

    def returned(self, path: Path, ledger: Ledger) -> AbstractContextManager[ReturnedRows]:
        """A file of the ledger's shape to be written there. Raises OSError."""
        return returned.ReturnedRows(path, ledger)

    def findings(self, path: Path) -> AbstractContextManager[FindingsReport]:
        """A list to be written there. Raises OSError."""
        return CsvFindings(path)
