"""Infrastructure: the projection "hazards": a batch of events into ledger, timeline, texts, duties and boards.

A batch loads what it needs, folds in memory (application.views) and writes set by set. Only where an event
reaches back (a correction, an erasure, the clock, a late event) all rows of its hazard are loaded and rewritten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from application.log import Recorded
from application.questions import Projection
from application.views.duty_book import DutyBook
from application.views.hazard_batch import Square, hazards_of, take, to_be_whole
from application.views.hazard_memory import HazardMemory, Texts
from application.views.keeping import recalled
from infrastructure.views import hazard_rows as rows
from infrastructure.views.builds import Build, Connection
from infrastructure.views.forgetting import forget
from infrastructure.views.writing import Cursor, delete, insert

_CLOSE = SQL(
    "UPDATE {} t SET recorded_to = k.recorded_to, occurred_to = k.occurred_to FROM unnest(%s::uuid[], %s::bigint[],"
    " %s::timestamptz[], %s::timestamptz[]) AS k (hazard_id, position, recorded_to, occurred_to)"
    " WHERE t.hazard_id = k.hazard_id AND t.position = k.position"
)

_MOVE = SQL(
    "INSERT INTO {} AS b SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::boolean[], %s::bigint[])"
    " ON CONFLICT (enterprise, stage, grade, closed_before_import) DO UPDATE SET number = b.number + excluded.number"
)

_CHILDREN = {"hazard_timeline": "position", "hazard_text": "version", "duty": "number"}


class Hazards:
    """Version 1."""

    name = Projection.HAZARDS
    version = 1
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
        async with connection.cursor(row_factory=dict_row) as cursor:
            memories = await _remember(cursor, build, list(events))
            known = set(memories)
            whole = set(to_be_whole(events, memories))
            await _make_whole(cursor, build, {id: memories[id] for id in whole})
            moved = take(events, memories)
            await _write_hazards(cursor, build, memories, known)
            await _write_children(cursor, build, memories, known, whole)
            await _write_board(cursor, build.table("enterprise_board"), moved)
        # What was read may have been erased since.
        if said := [id for id, memory in memories.items() if memory.texts]:
            await forget(connection, build, "hazard_text", said)


async def _remember(cursor: Cursor, build: Build, ids: Sequence[UUID]) -> dict[UUID, HazardMemory]:
    statement = SQL("SELECT id, kept FROM {} WHERE id = ANY(%s)").format(build.table("hazard"))
    await cursor.execute(statement, [list(ids)], prepare=False)
    return {row["id"]: recalled(row["kept"]) for row in await cursor.fetchall()}


async def _make_whole(cursor: Cursor, build: Build, memories: Mapping[UUID, HazardMemory]) -> None:
    if not memories:
        return
    found: dict[str, dict[UUID, list[dict[str, Any]]]] = {}
    for table, order in _CHILDREN.items():
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
            row["version"]: Texts(row["version"], row["description"], row["place"]) for row in found["hazard_text"][id]
        }
        held = [rows.duty_of(row) for row in found["duty"][id]]
        memory.duties = DutyBook(memory.duties.begun, {one.number: one for one in held})


async def _write_hazards(
    cursor: Cursor, build: Build, memories: Mapping[UUID, HazardMemory], known: Collection[UUID]
) -> None:
    await delete(cursor, build.table("hazard"), {"id": "uuid"}, [(id,) for id in known])
    values = [rows.hazard_values(memory) for memory in memories.values()]
    await insert(cursor, build.table("hazard"), rows.HAZARD, values)


async def _write_children(
    cursor: Cursor,
    build: Build,
    memories: Mapping[UUID, HazardMemory],
    known: Collection[UUID],
    whole: Collection[UUID],
) -> None:
    timeline, texts, duties = (build.table(name) for name in _CHILDREN)
    for table in (timeline, texts, duties):
        await delete(cursor, table, {"hazard_id": "uuid"}, [(id,) for id in whole])
    await _end_standings(cursor, timeline, memories)
    changed = [
        (id, number)
        for id, memory in memories.items()
        if id in known and id not in whole
        for number in memory.duties.touched
    ]
    await delete(cursor, duties, {"hazard_id": "uuid", "number": "bigint"}, changed)
    await insert(
        cursor,
        timeline,
        rows.TIMELINE,
        [rows.timeline_values(memory, one) for memory in memories.values() for one in memory.standings],
    )
    await insert(
        cursor,
        texts,
        rows.TEXT,
        [rows.text_values(id, said) for id, memory in memories.items() for said in memory.texts.values()],
    )
    await insert(
        cursor,
        duties,
        rows.DUTY,
        [
            rows.duty_values(id, held)
            for id, memory in memories.items()
            for held in memory.duties.held.values()
            if id in whole or held.number in memory.duties.touched
        ],
    )


async def _end_standings(cursor: Cursor, table: Identifier, memories: Mapping[UUID, HazardMemory]) -> None:
    ended = [
        (id, memory.ended.position, memory.ended.until.recorded, memory.ended.until.occurred)
        for id, memory in memories.items()
        if memory.ended is not None and memory.ended.until is not None
    ]
    if ended:
        columns = [list(column) for column in zip(*ended, strict=True)]
        await cursor.execute(_CLOSE.format(table), columns, prepare=False)


async def _write_board(cursor: Cursor, table: Identifier, moved: Mapping[Square, int]) -> None:
    changes = [
        (square.enterprise or "", square.stage.value, square.grade.value if square.grade else "", square[3], by)
        for square, by in moved.items()
        if by
    ]
    if changes:
        columns = [list(column) for column in zip(*sorted(changes), strict=True)]
        await cursor.execute(_MOVE.format(table), columns, prepare=False)
        await cursor.execute(SQL("DELETE FROM {} WHERE number = 0").format(table))
