"""Infrastructure: a backup is brought back: all is looked at first, then schema by schema, each whole or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from application.backups import NoBackup, Restored, Taken
from infrastructure.backup import schemas
from infrastructure.backup.archive import EVIDENCE, Archive
from infrastructure.backup.keys import put_keys
from infrastructure.backup.programs import Programs, client_programs
from infrastructure.evidence import EvidenceFolder
from infrastructure.log.migrate import is_current, migrations
from infrastructure.transparency.outside import CheckpointFile


def chosen(archive: Archive, code: str | None) -> Sequence[Taken]:
    """What of a backup is to be brought back: one jurisdiction, or all. Raises NoBackup where that can't be."""
    found = [taken for taken in archive.about.jurisdictions if code in (None, taken.code)]
    if not found:
        holds = ", ".join(taken.code for taken in archive.about.jurisdictions)
        raise NoBackup(f"{archive.folder} holds nothing of {code}: it holds {holds}")
    known = migrations()[-1].version
    for taken in found:
        if taken.schema_version > known:
            raise NoBackup(
                f"the schema of {taken.code} is of version {taken.schema_version}, and this release knows {known}: "
                f"install hazardloop {archive.about.release} or a newer one"
            )
    return found


@dataclass(frozen=True, slots=True)
class Restoring:
    """Brings jurisdictions of a backup back into a database and the home that goes with it."""

    url: str
    home: Path
    named: Path | None
    """A folder of PostgreSQL programs to look at first."""

    async def restore(
        self, archive: Archive, chosen: Sequence[Taken], keys: Mapping[str, bytes]
    ) -> AsyncIterator[Restored]:
        """Each jurisdiction once it is there. Raises NoBackup, OSError, psycopg.Error."""
        async with await schemas.connect(self.url) as connection:
            programs = await self._fit(connection, chosen)
            put_keys(keys, self.home)
            for taken in chosen:
                yield await self._bring_back(archive, taken, connection, programs)

    async def _fit(self, connection: AsyncConnection[TupleRow], chosen: Sequence[Taken]) -> Programs:
        """The programs to do it with, once nothing speaks against it."""
        major = schemas.major_of(connection)
        for taken in chosen:
            if await schemas.is_there(connection, taken.code):
                raise NoBackup(f"{taken.code} has a schema in this database: restore into a database that has none")
            if taken.postgres > major:
                raise NoBackup(f"the backup is of PostgreSQL {taken.postgres}, and this server is the older {major}")
        return client_programs(major, self.url, self.named)

    async def _bring_back(
        self, archive: Archive, taken: Taken, connection: AsyncConnection[TupleRow], programs: Programs
    ) -> Restored:
        code, outside = taken.code, CheckpointFile(self.home, taken.code)
        evidence = await self._evidence(archive, code)
        kept = (await outside.read()).note
        known_newest = kept is not None and kept == archive.checkpoint(code)
        # Said before there is anything to sign: a restored log that nobody knows for one would be signed on.
        if not known_newest:
            await outside.mark_restored(taken.position)
        try:
            await schemas.restore(programs, archive.dump(code))
        except NoBackup:
            # It may be there all the same: the reply to its commit was lost, or somebody else restored it meanwhile.
            if not await schemas.is_there(connection, code):
                await outside.mark_restored(None)
            raise
        await schemas.analyze(connection, code)
        return Restored(taken, evidence, await is_current(connection, code), known_newest)

    async def _evidence(self, archive: Archive, code: str) -> int:
        """Bring back the files that are not there; how many."""
        there, here = EvidenceFolder(archive.folder / code / EVIDENCE), EvidenceFolder(self.home / "evidence" / code)
        missing = await here.missing(file.name for file in archive.evidence(code))
        for name in sorted(missing):
            chunks = there.open(name)
            if chunks is None or await here.keep(chunks) != name:
                raise NoBackup(f"{archive.folder}: {code}/{EVIDENCE}/{name} has changed meanwhile")
        return len(missing)
