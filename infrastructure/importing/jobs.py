"""Infrastructure: the import jobs of a jurisdiction, each a folder of its owner's alone with its state and its files.

The state is replaced as a whole. A lock on the folder, which the kernel takes back from whoever dies, says who works.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from anyio import to_thread
from pydantic import ValidationError

from application.importing.jobs import BUSY, NO_IMPORT, WORKED_ON, Job, JobFile, JobState
from application.log import Unavailable
from domain.refusals import Unknown, WrongStage
from infrastructure.whole_files import put

KEPT_SECONDS = 7 * 24 * 60 * 60
"""How long a job is kept after the last change. Policy, not law."""

STATE, LOCK, LEDGER = "job.json", "lock", "ledger"
ENDINGS = {JobFile.REFUSED_ROWS: ".refused", JobFile.FINDINGS: ".findings.csv"}
_CHUNK = 256 * 1024

T = TypeVar("T")


class JobFolders:
    """The application's JobStore over a folder, which is made when the first job comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, job: Job, chunks: AsyncIterator[bytes]) -> None:
        """Keep a new job and its ledger. Raises Unavailable; then, and if `chunks` raises, nothing is kept."""
        place = self._place(job.id)
        try:
            await to_thread.run_sync(lambda: place.mkdir(parents=True, mode=0o700))
            with self.ledger(job.id).open("xb", buffering=0) as file:
                async for chunk in chunks:
                    await to_thread.run_sync(file.write, chunk)
            await to_thread.run_sync(self.settle, job)
        except OSError as error:
            await to_thread.run_sync(lambda: shutil.rmtree(place, ignore_errors=True))
            raise Unavailable from error
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise

    async def find(self, id: UUID) -> Job | None:
        """The job as it stands."""
        return await to_thread.run_sync(self._find, id)

    async def change(self, id: UUID, change: Callable[[Job], Job], mapping: bytes | None = None) -> Job:
        """Settle a job anew. Raises WrongStage while it is worked on, or what `change` raises."""

        def changed() -> Job:
            with self._at_rest(id) as job:
                new = change(job)
                if mapping is None:
                    self.settle(new)
                    return new
                new = new.settled(mapping=new.version)
                put(self.mapping(new), mapping)
                self.settle(new)  # which changes state and mapping at once: none is committed that was not previewed
                self.mapping(job).unlink(missing_ok=True)
                return new

        return await _on_disk(changed)

    def settle(self, job: Job) -> None:
        """Replace what is kept of a job. Blocks. Raises OSError."""
        put(self._place(job.id) / STATE, job.model_dump_json().encode())
        if job.state is JobState.IMPORTED:
            self.ledger(job.id).unlink(missing_ok=True)

    @contextmanager
    def working(self, id: UUID) -> Iterator[Job | None]:
        """The job, for whoever is to work on it alone; None if somebody else does, or nothing is asked. Blocks."""
        with suppress(Unknown), self._locked(id) as job:
            yield job if job is not None and job.state in WORKED_ON else None
            return
        yield None

    def ledger(self, id: UUID) -> Path:
        """Where its ledger lies."""
        return self._place(id) / LEDGER

    def mapping(self, job: Job) -> Path:
        """Where the mapping lies that it goes by."""
        return self._place(job.id) / f"mapping.{job.mapping}.toml"

    def file(self, id: UUID, which: JobFile) -> Path:
        """Where what it may give back is to be written."""
        return self._place(id) / f"job{ENDINGS[which]}"

    async def given_back(self, id: UUID, which: JobFile) -> tuple[str, AsyncIterator[bytes]] | None:
        """The ending of such a file's name, and its bytes; None where there is none."""
        path = self.file(id, which)
        try:
            start = await to_thread.run_sync(_start, path)
        except OSError:
            return None
        return ".xlsx" if start == b"PK" else ".csv", _chunks(path)

    async def remove(self, id: UUID) -> None:
        """Remove a job and its files. Raises WrongStage while it is worked on."""

        def removed() -> None:
            with self._at_rest(id):
                shutil.rmtree(self._place(id))

        await _on_disk(removed)

    def unfinished(self) -> Sequence[UUID]:
        """The jobs something has been asked of that is not done. Blocks."""
        jobs = (self._find(UUID(place.name)) for place in self._places())
        return [job.id for job in jobs if job is not None and job.state in WORKED_ON]

    def clear_old(self) -> None:
        """Remove what nobody has asked anything of for long, finished or half uploaded. Blocks; for the start."""
        before = time.time() - KEPT_SECONDS
        for place in self._places():
            with suppress(OSError, Unknown), self._locked(UUID(place.name)):
                if max(one.stat().st_mtime for one in (place, *place.iterdir())) < before:
                    shutil.rmtree(place)

    def _places(self) -> Sequence[Path]:
        found: list[Path] = []
        for place in sorted(self._folder.glob("*-*")):
            with suppress(ValueError):
                UUID(place.name)
                found.append(place)
        return found

    def _place(self, id: UUID) -> Path:
        return self._folder / str(id)

    def _find(self, id: UUID) -> Job | None:
        try:
            return Job.model_validate_json((self._place(id) / STATE).read_bytes())
        except (OSError, ValidationError):
            return None

    @contextmanager
    def _at_rest(self, id: UUID) -> Iterator[Job]:
        """The job, while nobody works on it; who has just settled it is about to leave. Raises WrongStage, Unknown."""
        job = self._find(id)
        if job is not None and job.state in WORKED_ON:
            raise WrongStage(BUSY)
        with self._locked(id, wait=True) as job:
            if job is None:
                raise Unknown(NO_IMPORT)
            if job.state in WORKED_ON:
                raise WrongStage(BUSY)
            yield job

    @contextmanager
    def _locked(self, id: UUID, *, wait: bool = False) -> Iterator[Job | None]:
        """The job while nobody else has it; None where somebody does, or else after them. Raises Unknown."""
        try:
            lock = os.open(self._place(id) / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            raise Unknown(NO_IMPORT) from None
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            yield self._find(id)
        finally:
            os.close(lock)


async def _on_disk(work: Callable[[], T]) -> T:
    try:
        return await to_thread.run_sync(work)
    except OSError as error:
        raise Unavailable from error


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(2)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    file = await to_thread.run_sync(lambda: path.open("rb", buffering=0))
    try:
        while chunk := await to_thread.run_sync(file.read, _CHUNK):
            yield chunk
    finally:
        file.close()
