"""Infrastructure: the rows that some hazards' events add, change and remove, and how they are written.

They are made in one go and written in another, so that the next ones are made while the database takes these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from psycopg.sql import SQL

from application.views.hazard_memory import HazardMemory
from infrastructure.log.arrays import Bigints, Times, Uuids
from infrastructure.views import hazard_rows as rows
from infrastructure.views.builds import Build
from infrastructure.views.hazard_rows import Values
from infrastructure.views.writing import Cursor, delete, insert

CHILDREN = {"hazard_timeline": "position", "hazard_text": "version", "duty": "number"}
"""The tables that have several rows of a hazard, and what these are ordered by."""

_CLOSE = SQL(
    "UPDATE {} t SET recorded_to = k.recorded_to, occurred_to = k.occurred_to FROM unnest(%b, %b, %b, %b)"
    " AS k (hazard_id, position, recorded_to, occurred_to)"
    " WHERE t.hazard_id = k.hazard_id AND t.position = k.position"
)


@dataclass(slots=True)
class Changes:
    """What becomes of the rows of some hazards."""

    known: list[UUID] = field(default_factory=list)
    """Those that have a row in the ledger."""
    whole: list[UUID] = field(default_factory=list)
    """Those whose rows are all made anew."""
    ended: list[Values] = field(default_factory=list)
    """Rows of the timeline that end: hazard, position, and when by either clock."""
    changed_duties: list[Values] = field(default_factory=list)
    """Rows of the duties that are made anew: hazard and number."""
    hazards: list[Values] = field(default_factory=list)
    timeline: list[Values] = field(default_factory=list)
    texts: list[Values] = field(default_factory=list)
    duties: list[Values] = field(default_factory=list)

    def add(self, id: UUID, memory: HazardMemory, *, known: bool, whole: bool) -> None:
        """Also those of a hazard, which has come to this."""
        ended, duties = memory.ended, memory.duties
        if known:
            self.known.append(id)
        if whole:
            self.whole.append(id)
        elif known:
            self.changed_duties += [(id, number) for number in duties.touched]
        if ended is not None and ended.until is not None:
            self.ended.append((id, ended.position, ended.until.recorded, ended.until.occurred))
        self.hazards.append(rows.hazard_values(memory))
        self.timeline += [rows.timeline_values(memory, one) for one in memory.standings]
        self.texts += [rows.text_values(id, said) for said in memory.texts.values()]
        numbers = duties.held if whole else sorted(duties.touched)
        self.duties += [rows.duty_values(id, duties.held[number]) for number in numbers]

    async def write(self, cursor: Cursor, build: Build) -> None:
        """Write them into the tables of a build."""
        await delete(cursor, build, "hazard", {"id": "uuid"}, [(id,) for id in self.known])
        for table in CHILDREN:
            await delete(cursor, build, table, {"hazard_id": "uuid"}, [(id,) for id in self.whole])
        if self.ended:
            ids, positions, recorded, occurred = zip(*self.ended, strict=True)
            values = (Uuids(ids), Bigints(positions), Times(recorded), Times(occurred))
            await cursor.execute(_CLOSE.format(build.table("hazard_timeline")), values, prepare=False)
        await delete(cursor, build, "duty", {"hazard_id": "uuid", "number": "bigint"}, self.changed_duties)
        await insert(cursor, build, "hazard", rows.HAZARD, self.hazards)
        await insert(cursor, build, "hazard_timeline", rows.TIMELINE, self.timeline)
        await insert(cursor, build, "hazard_text", rows.TEXT, self.texts)
        await insert(cursor, build, "duty", rows.DUTY, self.duties)
