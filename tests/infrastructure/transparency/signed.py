"""A log that is signed, with a home that lies where a test says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from application.checkpoints import Published
from application.discontinuities import Origins
from application.proof import Checkpoint
from application.proving import Proofs
from application.sequencing import Sequencer
from domain.catalogue import Catalogue
from domain.transparency.discontinuity import DiscontinuityAcknowledged
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.pool import Pool, bounded_pool
from infrastructure.log.wakeups import Wakeups
from infrastructure.time_and_chance import SystemChance
from infrastructure.transparency.key import FileSigner
from infrastructure.transparency.outside import CheckpointFile
from infrastructure.transparency.trees import PostgresTrees
from tests.conftest import JURISDICTION
from tests.infrastructure.log.notes import Noted, note

ORIGIN = f"log.example/{JURISDICTION}"


@dataclass
class Signed:
    """A log, its tree, and the home its key lies in."""

    pool: Pool
    log: PostgresEventLog
    home: Path

    @property
    def trees(self) -> PostgresTrees:
        return PostgresTrees(self.pool, JURISDICTION)

    @property
    def signer(self) -> FileSigner:
        return FileSigner(self.home)

    @property
    def outside(self) -> CheckpointFile:
        return CheckpointFile(self.home, JURISDICTION)

    @property
    def origins(self) -> Origins:
        return Origins(self.log, JURISDICTION, "log.example")

    @property
    def proofs(self) -> Proofs:
        return Proofs(self.log, self.trees, self.signer, self.origins)

    def sequencer(self) -> Sequencer:
        """As a process that has just started has it."""
        return Sequencer(self.log, self.trees, self.signer, self.outside, self.origins)

    async def append(self, number: int, stream: UUID | None = None) -> None:
        """Events in streams of their own, or behind one another in one that is new."""
        await self.log.append(
            [note(stream or uuid4(), nth + 1 if stream else 1, text="said", line=str(nth)) for nth in range(number)]
        )

    async def newest(self) -> tuple[Published, Checkpoint]:
        """The newest checkpoint, as it lies there and as anybody with the key reads it."""
        published = await self.proofs.checkpoint()
        return published, Checkpoint.opened(published.note, await self.proofs.key())


@asynccontextmanager
async def signed_at(url: str, home: Path) -> AsyncIterator[Signed]:
    """On a database that is migrated."""
    async with bounded_pool(url, size=4) as pool, Wakeups(url) as wakeups:
        codec = Codec(SystemChance(), Catalogue([Noted, DiscontinuityAcknowledged]))
        yield Signed(pool, PostgresEventLog(pool, JURISDICTION, codec, wakeups), home)
