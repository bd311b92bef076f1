"""Infrastructure: a backup is written, while the service works: first the log, then the evidence it may name.

Evidence is stored before an event names it and never changed, so whatever is copied later holds all that is named.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from application.backups import NoBackup, Taken, Written
from infrastructure.backup import schemas
from infrastructure.backup.archive import ABOUT, CHECKPOINT, DUMP, EVIDENCE, FORM, About, Draft, drafted, read_archive
from infrastructure.backup.keys import copy_keys
from infrastructure.backup.programs import Programs, client_programs
from infrastructure.evidence import EvidenceFolder


@dataclass(frozen=True, slots=True)
class Writing:
    """Writes one backup of a database and the home that goes with it."""

    url: str
    home: Path
    made_at: datetime
    named: Path | None
    """A folder of PostgreSQL programs to look at first."""
    spoilt: list[str] = field(default_factory=list)

    async def write(self, folder: Path, codes: Sequence[str], keys: Path | None) -> Written:
        """Write it as a new folder, and the keys into a new file. Raises NoBackup, OSError, psycopg.Error."""
        with drafted(folder) as draft:
            async with await schemas.connect(self.url) as connection:
                programs = client_programs(schemas.major_of(connection), self.url, self.named)
                taken = [await self._take(draft, code, connection, programs) for code in codes]
            about = About(form=FORM, release=version("hazardloop"), made_at=self.made_at, jurisdictions=tuple(taken))
            draft.put(ABOUT, about.model_dump_json(indent=2).encode() + b"\n")
            await asyncio.to_thread(draft.finish)
            written = await asyncio.to_thread(read_archive, draft.folder)
            if keys is not None:
                copy_keys(self.home, keys)
            return Written(taken, len(written.sums), written.bytes, self.spoilt)

    async def _take(self, draft: Draft, code: str, connection: AsyncConnection[TupleRow], programs: Programs) -> Taken:
        if not await schemas.is_there(connection, code):
            raise NoBackup(f"{code} has no schema in this database yet")
        name = f"{code}/{DUMP}"
        async with schemas.snapshot(connection, code) as snapshot:
            await schemas.dump(programs, code, snapshot, draft.place(name))
        await asyncio.to_thread(draft.add, name)
        if snapshot.note is not None:
            draft.put(f"{code}/{CHECKPOINT}", snapshot.note.encode())
        evidence = await self._copy_evidence(draft, code)
        return Taken(code, snapshot.schema_version, schemas.major_of(connection), snapshot.position, evidence)

    async def _copy_evidence(self, draft: Draft, code: str) -> int:
        copied = 0
        for file in EvidenceFolder(self.home / "evidence" / code).files():
            name = f"{code}/{EVIDENCE}/{file.name}"
            if await asyncio.to_thread(draft.copy, name, file):
                copied += 1
            else:
                self.spoilt.append(f"{code}/{file.name}")
        return copied
