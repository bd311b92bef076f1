"""Events this release can't read, put into the log as a newer release would have; and that newer release."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg

from domain.catalogue import CATALOGUE, Catalogue
from infrastructure.log import batch
from infrastructure.log.batch import Item, Row
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.wakeups import Wakeups
from infrastructure.time_and_chance import SystemChance
from tests.conftest import JURISDICTION
from tests.infrastructure.views.town import Town

KNOWN = "hazard.workers_notified.v1"
UNKNOWN = {"name": "hazard.photographed.v1", "version": "hazard.workers_notified.v9"}
"""An unknown name, and an unknown version of a known one."""


async def append_raw(town: Town, name: str, stream_id: UUID, version: int, state: bytes) -> None:
    """Through the log's own door, past the product's codec."""
    async with await psycopg.AsyncConnection.connect(town.url, autocommit=True) as connection:
        statement = batch.append_statement(batch.schema_of(JURISDICTION))
        parameters = batch.parameters([Item([Row(stream_id, version, name, state)])], town.clock.now(), 2.0)
        answer = await (await connection.execute(statement, parameters, binary=True)).fetchone()
        assert answer is not None
        assert answer[1] is None, "it was refused"


def newer_release(town: Town) -> Town:
    """The same jurisdiction, as a release sees it that knows those events."""

    def as_known(state: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return KNOWN, state

    catalogue = Catalogue(CATALOGUE._events.values(), dict.fromkeys(UNKNOWN.values(), as_known))
    codec = Codec(SystemChance(), catalogue)
    return replace(town, log=PostgresEventLog(town.pool, JURISDICTION, codec, Wakeups(town.url), clock=town.clock))
