"""A log, its tree and a sequencer, with a home of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from application.checkpoints import Published
from application.discontinuities import Origins
from application.proof import Checkpoint
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
    """A log that is signed."""

    url: str
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

    def sequencer(self) -> Sequencer:
        """As a process that has just started has it."""
        return Sequencer(self.log, self.trees, self.signer, self.outside, self.origins)

    async def append(self, number: int, stream: UUID | None = None, version: int = 1) -> None:
        """Events in streams of their own, or behind one another in one."""
        if stream is None:
            await self.log.append([note(uuid4(), text="said", line=str(one)) for one in range(number)])
        for more in range(number if stream else 0):
            await self.log.append([note(stream, version + more, line=str(more))])

    async def newest(self) -> tuple[Published, Checkpoint]:
        """The newest checkpoint, as it lies there and as anybody with the key reads it."""
        published = await self.trees.checkpoint()
        assert published is not None
        origin = (await self.origins.look()).name
        return published, Checkpoint.opened(published.note, self.signer.public(origin))


@pytest.fixture
async def signed(database_url: str, tmp_path: Path) -> AsyncIterator[Signed]:
    async with bounded_pool(database_url, size=4) as pool:
        codec = Codec(SystemChance(), Catalogue([Noted, DiscontinuityAcknowledged]))
        log = PostgresEventLog(pool, JURISDICTION, codec, Wakeups(database_url))
        yield Signed(database_url, pool, log, tmp_path)


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    """Whoever administers the database: nothing is refused to them for long."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection
