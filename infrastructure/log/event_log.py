"""Infrastructure: the log of one jurisdiction, as application/log.py asks for it, in PostgreSQL.

Every statement is a transaction of its own: nothing is held open while somebody thinks. What the
database can't do just now becomes Unavailable in one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier

from application.log import Append, CommandKey, Known, Outcome, Recorded, Unavailable
from application.ports import Clock
from infrastructure.log import batch
from infrastructure.log.batch import Item
from infrastructure.log.codec import Codec
from infrastructure.log.group_commit import GroupCommit
from infrastructure.log.pool import Pool
from infrastructure.log.streams import EVENT, Streams
from infrastructure.log.wakeups import Wakeups
from infrastructure.statements import Lost, Statements

FORGOTTEN_AT_ONCE = 1000
"""Command ids cleared in one transaction."""

_READ_AFTER = f"SELECT {EVENT} FROM {{events}} WHERE notification_id > %b ORDER BY notification_id LIMIT %b"

_HEAD = "SELECT coalesce(max(notification_id), 0) FROM {events}"

# Rows locked by an erasure are left for the next call: neither ever waits for the other.
_FORGET = """
UPDATE {events} SET command_id = NULL, command_request = NULL WHERE notification_id IN (
    SELECT notification_id FROM {events} WHERE command_id IS NOT NULL AND recorded_at < %b
    LIMIT %b FOR UPDATE SKIP LOCKED
) RETURNING notification_id
"""


class PostgresEventLog:
    """Implements application.log.EventLog. `pool` is open; connections are in autocommit and READ COMMITTED."""

    def __init__(
        self,
        pool: Pool,
        code: str,
        codec: Codec,
        wakeups: Wakeups,
        *,
        patience: float = 2.0,
        clock: Clock | None = None,
    ) -> None:
        """`patience` is how many seconds to wait for the head, and before that for a batch on its way.

        Events are stamped by the database's clock, the one all processes share, unless `clock` is given.
        """
        self._code = code
        self._codec = codec
        self._wakeups = wakeups
        self._patience = patience
        self._clock = clock
        self._statements = Statements(pool)
        self._streams = Streams(self._statements, code)
        self._committer = GroupCommit(self._write, patience=patience)
        schema = batch.schema_of(code)
        events = Identifier(schema, "events")
        self._append = batch.append_statement(schema)
        self._read_after, self._head, self._forget = (
            SQL(statement).format(events=events).as_bytes() for statement in (_READ_AFTER, _HEAD, _FORGET)
        )

    async def read(self, stream_id: UUID) -> Sequence[Recorded]:
        """A stream from its first event; empty where there is none."""
        return [self._recorded(row) for row in (await self._streams.read(stream_id)).rows]

    async def read_for(self, stream_id: UUID, command: CommandKey | None) -> tuple[Sequence[Recorded], Known | None]:
        """The same, and what the command id is known for, in one query."""
        found = await self._streams.read(stream_id, command)
        return [self._recorded(row) for row in found.rows], found.known[0] if found.known else None

    async def append(self, items: Sequence[Append]) -> Sequence[Outcome]:
        """Append item by item with the next batch; a refused item fails alone. Raises Unavailable.

        A reply lost on the way is asked for again for items that have a command id: what was written is
        then Known. Without one Unavailable may mean that the item was written after all.
        """
        if not items:
            return []
        return await self._committer.append(
            [Item([self._codec.encode(event) for event in item.events], item.command, item.erases) for item in items]
        )

    async def read_after(self, position: int, limit: int) -> Sequence[Recorded]:
        """At most `limit` events past a position, in order, without a gap."""
        rows = await self._statements.rows(self._read_after, (position, limit))
        return [self._recorded(row) for row in rows]

    async def head(self) -> int:
        """The highest position; 0 for an empty log."""
        ((position,),) = await self._statements.rows(self._head, ())
        return int(position)

    def queued(self) -> int:
        """Items of this process that wait to be appended."""
        return self._committer.queued

    async def wait(self, after: int, timeout: float) -> None:
        """Return once something may lie past `after`, or after `timeout` seconds. A wake-up, not a promise."""
        if self._wakeups.told(self._code) is None:
            begun = self._wakeups.begun
            with suppress(Unavailable):
                head = await self.head()
                if head > after:
                    return
                if begun != self._wakeups.begun:
                    return  # what came after the head was asked for, and before it listened, was told to nobody
                self._wakeups.tell(self._code, head)
        await self._wakeups.wait(self._code, after, timeout)

    async def forget_commands(self, before: datetime) -> int:
        """Clear the command ids of events recorded before a time, and answer how many were cleared."""
        forgotten = 0
        while cleared := len(await self._statements.rows(self._forget, (before, FORGOTTEN_AT_ONCE))):
            forgotten += cleared
        return forgotten

    def _recorded(self, row: Sequence[Any]) -> Recorded:
        return Recorded(self._codec.decode, *row)

    async def _write(self, items: Sequence[Item]) -> Sequence[Outcome | Unavailable]:
        try:
            return await self._write_once(items)
        except Lost as lost:
            repeatable = [item for item in items if item.command]
            if not repeatable:
                raise Unavailable from lost
        answers = iter(await self._statements.again(lambda: self._write_once(repeatable)))
        return [next(answers) if item.command else Unavailable() for item in items]

    async def _write_once(self, items: Sequence[Item]) -> Sequence[Outcome]:
        at = self._clock.now() if self._clock else None
        (answer,) = await self._statements.once(self._append, batch.parameters(items, at, self._patience))
        return batch.outcomes(items, answer)
