"""Importing: works on one job to its end: proposes a mapping, previews, or imports, and says how far it has come.

Whoever does this may be killed at any moment and begun again: what a row comes to is in the log or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from application.importing.doing import Said, begun, carry_through, goes_by_names
from application.importing.files import ImportFiles
from application.importing.importing import Counts, pending
from application.importing.jobs import Job, JobFile, JobState, JobStore
from application.importing.mapping import BadMapping, LedgerMapping
from application.importing.table import NotATable
from application.jurisdiction import Jurisdiction
from application.log import Append, Unavailable
from application.ports import Clock
from application.questions import Projection
from domain.actors import Actor
from domain.event import Act
from domain.importing import CommitImport, CommittedImport

TOLD_SECONDS = 0.5
"""How often it is said how far it has come."""

AGAIN_SECONDS = 1.0
"""How long the log is left alone that could not take anything just now."""


def propose(job: Job, store: JobStore, files: ImportFiles) -> None:
    """Propose a mapping. Blocks; asks no database."""
    try:
        proposal = files.proposal(str(store.ledger(job.id)), called=job.name)
        store.settle(job.settled(state=JobState.PROPOSED, proposal=proposal))
    except NotATable as bad:
        store.settle(job.settled(state=JobState.REFUSED, why=str(bad)))


class Work:
    """A preview or an import, as its job asks."""

    def __init__(self, store: JobStore, files: ImportFiles, place: Jurisdiction, clock: Clock) -> None:
        self._store = store
        self._files = files
        self._place = place
        self._clock = clock

    async def do(self, job: Job) -> None:
        """Do it, however long the log is out of reach. Raises OSError."""
        try:
            done = await self._tried(job)
            while not done:
                await asyncio.sleep(AGAIN_SECONDS)
                done = await self._tried(job)
        except (BadMapping, NotATable) as bad:
            self._store.settle(job.settled(state=JobState.REFUSED, why=str(bad)))

    async def _tried(self, job: Job) -> bool:
        mapping = self._files.mapping(str(self._store.mapping(job)))
        ledger = self._files.ledger(str(self._store.ledger(job.id)), mapping)
        job = job.settled(read_as=ledger.read_as, rows=ledger.size)
        self._store.settle(job)
        total = Counts()
        telling = _NowAndThen(lambda: self._store.settle(job.settled(counts=total)))
        rehearse = job.state is JobState.PREVIEWING
        try:
            if goes_by_names(mapping):
                await self._place.views.reached(await self._place.log.head(), (Projection.ENTERPRISES,))
            importing = await begun(self._place, mapping, self._clock, job.id, rehearse=rehearse)
            if not rehearse:
                await self._answered_for(job, mapping)
            await carry_through(importing, ledger, self._files, self._said(job), total, telling)
        except Unavailable:
            return False
        state = JobState.PREVIEWED if rehearse else JobState.IMPORTED
        self._store.settle(job.settled(state=state, counts=total))
        return True

    async def _answered_for(self, job: Job, mapping: LedgerMapping) -> None:
        """Let the log say who committed it; an attempt before this one may have. Raises Unavailable."""
        assert job.committed_by is not None, "somebody asked for it"
        by, now = Actor(job.committed_by.actor_id, job.committed_by.role), self._clock.now()
        committed: CommittedImport = CommittedImport.begin(job.id, now)
        CommitImport(source=mapping.source).decide(committed, Act(by, now, now, job.id, self._place.commands.rules))
        await self._place.log.append([Append(pending(committed))])

    def _said(self, job: Job) -> Said:
        return Said(self._store.file(job.id, JobFile.REFUSED_ROWS), self._store.file(job.id, JobFile.FINDINGS))


class _NowAndThen:
    """Tells only if it has been a while."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._next = 0.0

    def __call__(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._next:
            self._next = now + TOLD_SECONDS
            self._tell()
