"""Application: one jurisdiction (昆山市总工会: 320583) with all that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from application.commands import Commands
from application.importing.jobs import Imports
from application.log import EventLog
from application.ports import EvidenceStore
from application.proving import Proofs
from application.questions import Views
from application.sequencing import Sequencer
from application.tokens import Tokens
from application.witnessing import Witnessing


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """The area of one federation of trade unions: one schema, one log."""

    code: str
    zone: ZoneInfo
    log: EventLog
    commands: Commands
    views: Views
    tokens: Tokens
    evidence: EvidenceStore
    proofs: Proofs
    witnessing: Witnessing
    sequencer: Sequencer
    imports: Imports
