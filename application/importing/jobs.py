"""Importing: an import as a job: uploaded, previewed as often as it takes, committed. What is asked for is done beside.

What a job is about are files with personal data; they are kept no longer than somebody may still want them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from application.importing.importing import Counts
from application.ports import Chance
from domain.actors import Actor, By, Role
from domain.importing import IMPORTERS
from domain.refusals import CONTRACT, NotAllowed, Rule, Unknown, WrongStage

WHO = Rule("import.role", "a ledger is imported by an administrator, a regulator or the union", CONTRACT)
NO_IMPORT = Rule("import.unknown", "there is no such import", CONTRACT)
BUSY = Rule("import.busy", "this import is being worked on; ask again when it is done", CONTRACT)
PREVIEW_FIRST = Rule("import.preview_first", "only what was previewed can be committed", CONTRACT)
DONE = Rule("import.done", "this import has been committed; upload the next copy of the ledger", CONTRACT)
NOTHING_KEPT = Rule("import.nothing_kept", "there is no such file of this import", CONTRACT)


class JobState(StrEnum):
    """Where a job stands. Those that end in -ing are being worked on."""

    PROPOSING = "proposing"
    PROPOSED = "proposed"
    PREVIEWING = "previewing"
    PREVIEWED = "previewed"
    IMPORTING = "importing"
    IMPORTED = "imported"
    REFUSED = "refused"
    """The file or the mapping can't be used: `why` says so; it may be previewed under another mapping."""
    FAILED = "failed"
    """Something is wrong with the service, or the file took more than it may; nothing is known of the file."""


HAS_BEEN_THROUGH = frozenset({JobState.PREVIEWED, JobState.IMPORTED})
"""Every row has been decided about, so what there is to give back is whole."""

WORKED_ON = frozenset({JobState.PROPOSING, JobState.PREVIEWING, JobState.IMPORTING})


class Job(BaseModel):
    """What is kept of a job beside its files."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    by: UUID
    """The actor who uploaded it."""
    committed_by: By | None = None
    name: str
    version: int = 1
    """Counts what was asked for."""
    state: JobState = JobState.PROPOSING
    attempts: int = 0
    """How often the work was begun."""
    why: str | None = None
    proposal: str | None = None
    mapping: int = 0
    """The version that brought the mapping it goes by."""
    read_as: str | None = None
    rows: int | None = None
    counts: Counts = Field(default_factory=Counts)

    def settled(self, **changed: object) -> Job:
        """The same with some fields replaced."""
        return self.model_copy(update=changed)


class JobFile(StrEnum):
    """What a job may give back."""

    REFUSED_ROWS = "refused_rows"
    FINDINGS = "findings"


class JobStore(Protocol):
    """The jobs of one jurisdiction, each with its files."""

    async def keep(self, job: Job, chunks: AsyncIterator[bytes]) -> None:
        """Keep a new job and its ledger. Raises Unavailable; then, and if `chunks` raises, nothing is kept."""

    async def find(self, id: UUID) -> Job | None:
        """The job as it stands."""

    async def change(self, id: UUID, change: Callable[[Job], Job], mapping: bytes | None = None) -> Job:
        """Settle a job anew, with a mapping if one is given. Raises WrongStage while it is worked on."""

    def settle(self, job: Job) -> None:
        """Replace what is kept of a job; for whoever works on it. Blocks."""

    def working(self, id: UUID) -> AbstractContextManager[Job | None]:
        """The job, for whoever is to work on it alone; None if somebody else does, or nothing is asked. Blocks."""

    def ledger(self, id: UUID) -> Path:
        """Where its ledger lies."""

    def mapping(self, job: Job) -> Path:
        """Where the mapping lies that it goes by."""

    def file(self, id: UUID, which: JobFile) -> Path:
        """Where what it may give back is to be written."""

    async def given_back(self, id: UUID, which: JobFile) -> tuple[str, AsyncIterator[bytes]] | None:
        """The ending of such a file's name, and its bytes; None where there is none."""

    async def remove(self, id: UUID) -> None:
        """Remove a job and its files. Raises WrongStage while it is worked on."""

    def unfinished(self) -> Sequence[UUID]:
        """The jobs something has been asked of that is not done. Blocks."""


@dataclass(frozen=True, slots=True)
class Imports:
    """Everything that can be asked of the jobs of one jurisdiction. What it asks for is done by somebody else."""

    store: JobStore
    chance: Chance

    async def upload(self, actor: Actor, name: str, chunks: AsyncIterator[bytes]) -> Job:
        """Keep a ledger; a mapping is proposed for it. Raises NotAllowed, Unavailable."""
        allowed(actor)
        job = Job(id=self.chance.id(), by=actor.id, name=name)
        await self.store.keep(job, chunks)
        return job

    async def find(self, actor: Actor, id: UUID) -> Job:
        """A job of the actor's own; administrators find all. Raises NotAllowed, Unknown."""
        allowed(actor)
        job = await self.store.find(id)
        if job is None or not (job.by == actor.id or actor.role is Role.ADMINISTRATOR):
            raise Unknown(NO_IMPORT)
        return job

    async def preview(self, actor: Actor, id: UUID, mapping: bytes) -> Job:
        """Ask what would become of the rows under a mapping. Raises Refusal."""
        await self.find(actor, id)

        def asked(job: Job) -> Job:
            if job.state is JobState.IMPORTED:
                raise WrongStage(DONE)
            return _begun(job, JobState.PREVIEWING)

        return await self.store.change(id, asked, mapping)

    async def commit(self, actor: Actor, id: UUID) -> Job:
        """Ask for what was previewed. Raises Refusal."""
        await self.find(actor, id)

        def asked(job: Job) -> Job:
            if job.state is not JobState.PREVIEWED:
                raise WrongStage(DONE if job.state is JobState.IMPORTED else PREVIEW_FIRST)
            return _begun(job, JobState.IMPORTING).settled(committed_by=actor.by)

        return await self.store.change(id, asked)

    async def given_back(self, actor: Actor, id: UUID, which: JobFile) -> tuple[str, AsyncIterator[bytes]]:
        """A file of a job, once it is whole. Raises Refusal."""
        job = await self.find(actor, id)
        if job.state in WORKED_ON:
            raise WrongStage(BUSY)
        found = await self.store.given_back(id, which) if job.state in HAS_BEEN_THROUGH else None
        if found is None:
            raise Unknown(NOTHING_KEPT)
        return found

    async def remove(self, actor: Actor, id: UUID) -> None:
        """Remove a job and its files; what is in the log stays there. Raises Refusal."""
        await self.find(actor, id)
        await self.store.remove(id)


def allowed(actor: Actor) -> None:
    """Refuse whoever may not import. Raises NotAllowed."""
    if actor.role not in IMPORTERS:
        raise NotAllowed(WHO)


def _begun(job: Job, state: JobState) -> Job:
    return job.settled(state=state, version=job.version + 1, attempts=0, why=None, rows=None, counts=Counts())
