"""Infrastructure: the projection "enterprises": who is under supervision, and where each is counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.rows import dict_row
from psycopg.sql import SQL

from application.log import Recorded
from application.projecting import read
from application.questions import Projection
from application.views.enterprise_file import EnterpriseMemory
from application.views.search import searchable
from application.views.times import storable
from domain.enterprise.enterprise import Enterprise, EnterpriseEvent, RegistrationFields
from infrastructure.log.arrays import Texts
from infrastructure.views.builds import Build, Connection
from infrastructure.views.writing import Cursor, delete, insert

COLUMNS = {
    "id": "uuid",
    "uscc": "text",
    "version": "int8",
    "position": "int8",
    "enterprise_name": "text",
    "searched": "text",
    "industry_code": "text",
    "section": "text",
    "key_sectors": "text[]",
    "three_in_one": "bool",
    "crowded": "bool",
    "union_organisation": "text",
    "closed": "bool",
    "registered_at": "timestamptz",
    "occurred_at": "timestamptz",
    "updated_at": "timestamptz",
}


_UTC = ZoneInfo("UTC")


class Enterprises:
    """Version 1."""

    name = Projection.ENTERPRISES
    version = 1
    file = "enterprises.sql"
    tables: Sequence[tuple[str, str]] = (("enterprise", "id"),)
    subjects: tuple[str, ...] = ("enterprise.",)
    texts: str | None = None

    async def apply(self, connection: Connection, build: Build, recorded: Sequence[Recorded]) -> None:
        """Fold these events into the table."""
        happened = [one for one in recorded if isinstance(read(one), EnterpriseEvent)]
        async with connection.cursor(row_factory=dict_row) as cursor:
            memories = await _remember(cursor, build, {one.stream_id for one in happened})
            known = list(memories)
            for one in happened:
                if one.stream_id not in memories:
                    memories[one.stream_id] = EnterpriseMemory.of(one)
                memories[one.stream_id].take(one)
            await delete(cursor, build, "enterprise", {"id": "uuid"}, [(id,) for id in known])
            await insert(cursor, build, "enterprise", COLUMNS, [_values(memory) for memory in memories.values()])


async def _remember(cursor: Cursor, build: Build, ids: set[UUID]) -> dict[UUID, EnterpriseMemory]:
    statement = SQL("SELECT * FROM {} WHERE id = ANY(%s)").format(build.table("enterprise"))
    await cursor.execute(statement, [list(ids)], prepare=False, binary=True)
    return {row["id"]: _memory(row) for row in await cursor.fetchall()}


def _memory(row: dict[str, Any]) -> EnterpriseMemory:
    enterprise = Enterprise.begin(row["id"], row["registered_at"])
    for name in (*RegistrationFields.model_fields, "closed", "version"):
        setattr(enterprise, name, row[name])
    enterprise.modified_on = row["occurred_at"]
    return EnterpriseMemory(enterprise, row["updated_at"], row["position"])


def _values(memory: EnterpriseMemory) -> tuple[Any, ...]:
    enterprise = memory.enterprise
    summary = memory.summary(_UTC)
    said = summary.model_dump() | {
        "id": enterprise.id,
        "searched": searchable((enterprise.enterprise_name,)),
        "key_sectors": Texts(summary.key_sectors),
        "occurred_at": storable(enterprise.modified_on),
    }
    return tuple(said[column] for column in COLUMNS)
