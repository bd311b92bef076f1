"""Infrastructure: streams and command ids as they lie in one log. Who reads at the same time reads together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier

from application.log import CommandKey, Known, Receipt
from infrastructure.log import batch
from infrastructure.log.arrays import Byteas, Uuids
from infrastructure.statements import Statements
from infrastructure.together import Together

EVENT = "notification_id, recorded_at, originator_id, originator_version, topic, state, private"

# LATERAL with OFFSET 0: a plan made on an empty log must not read a grown one from end to end.
_READ = f"""
SELECT n.nth, e.*, NULL::bytea
FROM unnest(%b) WITH ORDINALITY n (stream, nth),
    LATERAL (SELECT {EVENT} FROM {{events}} WHERE originator_id = n.stream OFFSET 0) e
UNION ALL
SELECT n.nth, c.notification_id, NULL, c.originator_id, c.originator_version, '', '', NULL, c.command_request
FROM unnest(%b) WITH ORDINALITY n (command, nth),
    LATERAL (SELECT * FROM {{events}} WHERE command_id = n.command OFFSET 0) c
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a stream, the first first, as EVENT names their columns; and what the command id is known for."""

    rows: list[Sequence[Any]] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)


class Streams:
    """Reads the streams of one schema."""

    def __init__(self, statements: Statements, code: str) -> None:
        self._statements = statements
        self._read = SQL(_READ).format(events=Identifier(batch.schema_of(code), "events")).as_bytes()
        self._together = Together(self._read_all)

    async def read(self, stream_id: UUID, command: CommandKey | None = None) -> Found:
        """A stream, and whether the log knows the command id. Raises Unavailable."""
        return await self._together.ask((stream_id, command))

    async def _read_all(self, asked: Sequence[tuple[UUID, CommandKey | None]]) -> Sequence[Found]:
        streams = Uuids(stream for stream, _ in asked)
        commands = Byteas([command.id if command else None for _, command in asked])
        found = [Found() for _ in asked]
        for nth, *row, request in await self._statements.rows(self._read, (streams, commands)):
            if request is None:
                found[nth - 1].rows.append(row)
            else:
                position, _, stream, version, *_ = row
                found[nth - 1].known.append(Known(Receipt(stream, version, position), request))
        return found
