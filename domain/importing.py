"""Domain: somebody answers for an import: who let the rows of a record into the log.

What the rows say is written by the role `importer`, which is nobody. The events of the rows have the `correlation_id`
of the one that stands here.
"""

from __future__ import annotations

from typing import ClassVar

from domain.actors import Actor, Role
from domain.command import Command, Fields, Label, claimed_in_order, require
from domain.enterprise.enterprise import REGISTRARS
from domain.event import Act, Aggregate, DomainEvent
from domain.hazard.rules import ROLE
from domain.refusals import NotAllowed

IMPORTERS = REGISTRARS
"""Who may import: those who register any enterprise. One's own people would have in it a way around consent."""


class CommitmentFields(Fields):
    """Which record it is, as its mapping calls it."""

    source: Label


class ImportCommitted(DomainEvent, CommitmentFields):
    """Somebody let a record be imported."""

    name: ClassVar[str] = "import.committed.v1"

    def apply(self, aggregate: CommittedImport) -> None:
        """Change the import as this event says."""
        aggregate.source = self.source


class CommittedImport(Aggregate):
    """One import, under the id of its job."""

    def __init__(self) -> None:
        self.source = ""

    def visible_to(self, actor: Actor) -> bool:
        """Nobody reads it by itself; the log shows it."""
        return actor.role is Role.SERVICE


class CommitImport(Command, CommitmentFields):
    """Let the rows of a record into the log."""

    roles: ClassVar[frozenset[Role]] = IMPORTERS

    def decide(self, committed: CommittedImport, act: Act) -> None:
        """Let it be known who did. Raises Refusal."""
        require(act.by.role in self.roles, ROLE, refusal=NotAllowed)
        claimed_in_order(act, None)
        committed.happen(ImportCommitted, act, **self.said())
