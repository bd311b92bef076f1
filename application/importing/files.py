"""Importing: the port to the files an import reads and writes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from application.importing.faults import Finding
from application.importing.importing import Returned
from application.importing.ledger import Ledger
from application.importing.mapping import LedgerMapping


class ReturnedRows(Protocol):
    """The refused rows, for whoever is to correct them. There is no file as long as nothing was refused."""

    def add(self, returned: Sequence[Returned]) -> None:
        """Add some rows and what is wrong with them. Raises OSError."""


class FindingsReport(Protocol):
    """What is odd about rows that are in the log. There is no file as long as nothing was found."""

    def add(self, findings: Sequence[Finding]) -> None:
        """Add some findings. Raises OSError."""


class ImportFiles(Protocol):
    """Ledgers, mappings, and what an import has to say."""

    def mapping(self, named: str) -> LedgerMapping:
        """The mapping in that file, or the shipped one of that name. Raises BadMapping."""

    def proposal(self, named: str, called: str | None = None) -> str:
        """A first mapping for the ledger in that file, which may be called otherwise, as TOML. Raises NotATable."""

    def ledger(self, named: str, mapping: LedgerMapping) -> Ledger:
        """The ledger in that file, or the shipped sample of that name, looked through to its end. Raises NotATable."""

    def returned(self, path: Path, ledger: Ledger) -> AbstractContextManager[ReturnedRows]:
        """A file of the ledger's shape to be written there. An older one goes at once. Raises OSError."""

    def findings(self, path: Path) -> AbstractContextManager[FindingsReport]:
        """A list to be written there, in place of an older one, which goes at once. Raises OSError."""
