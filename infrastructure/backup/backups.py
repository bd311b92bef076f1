"""Infrastructure: the backups of one home and its database, failing in sentences."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path

import psycopg

from application.backups import NoBackup, Restored, Written
from application.ports import Clock
from infrastructure.backup.archive import read_archive
from infrastructure.backup.keys import read_keys
from infrastructure.backup.restoring import Restoring, chosen
from infrastructure.backup.writing import Writing


class HomeBackups:
    """Implements application.backups.Backups. The database is opened once nothing else speaks against it."""

    def __init__(
        self,
        home: Path,
        database: Callable[[], AbstractAsyncContextManager[str]],
        clock: Clock,
        programs: Path | None,
    ) -> None:
        self._home = home
        self._database = database
        self._clock = clock
        self._programs = programs

    async def write(self, folder: Path, codes: Sequence[str], keys: Path | None) -> Written:
        """Write a backup of these jurisdictions as a new folder, whole or not at all; the keys into a new file."""
        if keys is not None and folder in keys.parents:
            raise NoBackup(f"{keys} lies in {folder}: keys are kept apart from every backup")
        with _in_sentences():
            async with self._database() as url:
                writing = Writing(url, self._home, self._clock.now(), self._programs)
                return await writing.write(folder, codes, keys)

    async def restore(self, folder: Path, code: str | None, keys: Path | None) -> AsyncIterator[Restored]:
        """Bring a jurisdiction of a backup back, or all; the keys from their file. Each once it is there."""
        with _in_sentences():
            archive = await asyncio.to_thread(read_archive, folder)
            which = chosen(archive, code)
            secrets = {} if keys is None else read_keys(keys, self._home)
            async with self._database() as url:
                async for restored in Restoring(url, self._home, self._programs).restore(archive, which, secrets):
                    yield restored


@contextmanager
def _in_sentences() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NoBackup(f"{error.filename or 'the backup'}: {error.strerror}") from None
    except psycopg.Error as error:
        raise NoBackup(f"the database can't be used: {str(error).strip().partition(chr(10))[0]}") from None
