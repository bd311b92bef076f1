"""API: what a process beside a server does that was started for one import (api/importing_beside.py)."""

from __future__ import annotations

import asyncio
import resource
import sys
from uuid import UUID

from api.beside import until_input_ends
from api.making_way import make_way
from api.settings import Settings
from api.stopping import stoppable, unless
from api.wiring import import_files, running
from application.importing.files import ImportFiles
from application.importing.jobs import Job, JobState, JobStore
from application.importing.working import Work, propose
from application.jurisdiction import Jurisdiction
from application.ports import Clock

MOST_MEMORY = 1 << 30
"""Bytes such a process may ask for: what its limits let through takes less. Policy, not law."""

ATTEMPTS = 3
"""How often work on a job is begun."""

FAILED = "reading it took more than it may, or something is wrong with the service; nothing more was written"


async def do_import(settings: Settings, code: str, id: UUID) -> None:
    """Do what was asked of one import; left undone when the process that serves ends. Raises CannotRun."""
    make_way()
    bounded()
    with stoppable() as stopping:
        await until_input_ends(stopping)
        async with running(settings, stopping) as service:
            jobs, place = service.jobs(code), service.jurisdiction(code)
            with jobs.working(id) as job:
                if job is not None:
                    await unless(stopping, work_on(job, jobs, import_files(), place, service.clock))


def bounded() -> None:
    """In such a process: a limit to its memory, where the system knows one that counts what is used."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))


async def work_on(job: Job, store: JobStore, files: ImportFiles, place: Jurisdiction, clock: Clock) -> None:
    """In such a process: do what was asked of the job, unless that was tried too often. Raises OSError."""
    if job.attempts >= ATTEMPTS:
        store.settle(job.settled(state=JobState.FAILED, why=FAILED))
        return
    begun = job.settled(attempts=job.attempts + 1)
    store.settle(begun)
    try:
        if job.state is JobState.PROPOSING:
            propose(begun, store, files)
        else:
            await Work(store, files, place, clock).do(begun)
    except asyncio.CancelledError:
        store.settle(job)  # that we were to stop is no fault of the job's
        raise
