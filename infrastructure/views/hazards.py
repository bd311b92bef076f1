"""Infrastructure: the projection "hazards": a batch of events into ledger, timeline, texts, duties and boards.

A batch loads what it needs, folds in memory (application.views) and writes set by set, one portion of its hazards
while the next is folded. Only where an event reaches back (a correction, an erasure, the clock, a late event) all
rows of its hazard are loaded and rewritten.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from application.log import Recorded
from application.questions import Projection
from application.views.duty_book import DutyBook
from application.views.hazard_batch import Square, begun_before, hazards_of, portions, saying, take, to_be_whole
from application.views.hazard_memory import HazardMemory
from application.views.hazard_memory import Texts as SaidTexts
from application.views.keeping import recalled
from infrastructure.log.arrays import Bigints, Bools, Texts, Uuids
from infrastructure.views import hazard_rows as rows
from infrastructure.views.builds import Build, Connection
from infrastructure.views.forgetting import erased_of, forget
from infrastructure.views.hazard_changes import CHILDREN, Changes
from infrastructure.views.one_behind import OneBehind
from infrastructure.views.writing import Cursor

_MOVE = SQL(
    "INSERT INTO {} AS b SELECT * FROM unnest(%b, %b, %b, %b, %b)"
    " ON CONFLICT (enterprise, stage, grade, closed_before_import) DO UPDATE SET number = b.number + excluded.number"
)

_EMPTIED = SQL("DELETE FROM {} WHERE number = 0 AND enterprise = ANY(%b)")

PORTION = 2000
"""Events written together, while the next are folded."""

AT_ONCE = 50
"""Events folded before others have their turn: less than a millisecond, in which the database may have to wait."""


class Hazards:
    """Version 3: what it keeps of a hazard for the next event says nothing twice."""

    name = Projection.HAZARDS
    version = 3
    file = "hazards.sql"
    tables: Sequence[tuple[str, str]] = (
        ("hazard", "id"),
        ("hazard_timeline", "hazard_id, position"),
        ("hazard_text", "hazard_id, version"),
        ("duty", "hazard_id, number"),
        ("enterprise_board", "enterprise, stage, grade, closed_before_import"),
    )
    subjects: tuple[str, ...] = ("hazard.", "duty.")
    texts: str | None = "hazard_text"

    async def apply(self, connection: Connection, build: Build, recorded: Sequence[Recorded]) -> None:
        """Fold these events into the tables."""
        events = hazards_of(recorded)
        moved: Counter[Square] = Counter()
        async with connection.cursor(row_factory=dict_row) as cursor:
            memories = await _remember(cursor, build, begun_before(events))
            known = frozenset(memories)
            whole = frozenset(to_be_whole(events, memories))
            await _make_whole(cursor, build, {id: memories[id] for id in whole})
            async with OneBehind() as writing:
                for portion in portions(events, PORTION):
                    changes = Changes()
                    for some in portions(portion, AT_ONCE):
                        moved.update(take(some, memories))
                        # No later portion asks for them; let go of now, their memory is used again while in the cache.
                        for id in some:
                            changes.add(id, memories.pop(id), known=id in known, whole=id in whole)
                        await asyncio.sleep(0)
                    await writing.do(changes.write, cursor, build)
            await _write_board(cursor, build.table("enterprise_board"), moved)
        # What was read may have been erased since. What lay in the tables is left to whoever erases: they wait for us.
        if emptied := await erased_of(connection, build.schema, saying(recorded)):
            await forget(connection, build, "hazard_text", emptied)


async def _remember(cursor: Cursor, build: Build, ids: Sequence[UUID]) -> dict[UUID, HazardMemory]:
    if not ids:
        return {}
    statement = SQL("SELECT id, kept FROM {} WHERE id = ANY(%b)").format(build.table("hazard"))
    await cursor.execute(statement, [Uuids(ids)], prepare=False, binary=True)
    return {row["id"]: recalled(row["kept"]) for row in await cursor.fetchall()}


async def _make_whole(cursor: Cursor, build: Build, memories: Mapping[UUID, HazardMemory]) -> None:
    if not memories:
        return
    found: dict[str, dict[UUID, list[dict[str, Any]]]] = {}
    for table, order in CHILDREN.items():
        statement = SQL("SELECT * FROM {} WHERE hazard_id = ANY(%s) ORDER BY hazard_id, {}")
        await cursor.execute(
            statement.format(build.table(table), Identifier(order)), [list(memories)], prepare=False, binary=True
        )
        by_hazard = found[table] = defaultdict(list)
        for row in await cursor.fetchall():
            by_hazard[row["hazard_id"]].append(row)
    for id, memory in memories.items():
        memory.standings = rows.standings_of(found["hazard_timeline"][id])
        memory.standing = memory.standings[-1]
        memory.texts = {
            row["version"]: SaidTexts(row["version"], row["description"], row["place"])
            for row in found["hazard_text"][id]
        }
        held = [rows.duty_of(row) for row in found["duty"][id]]
        memory.duties = DutyBook(memory.duties.begun, {one.number: one for one in held})


async def _write_board(cursor: Cursor, table: Identifier, moved: Mapping[Square, int]) -> None:
    changes = [
        (square.enterprise or "", square.stage.value, square.grade.value if square.grade else "", square[3], by)
        for square, by in moved.items()
        if by
    ]
    if changes:
        enterprises, stages, grades, imported, numbers = zip(*sorted(changes), strict=True)
        values = (Texts(enterprises), Texts(stages), Texts(grades), Bools(imported), Bigints(numbers))
        await cursor.execute(_MOVE.format(table), values, prepare=False)
        await cursor.execute(_EMPTIED.format(table), [Texts(dict.fromkeys(enterprises))], prepare=False)
