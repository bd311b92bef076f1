"""Infrastructure: the tree of one jurisdiction's log in PostgreSQL: full tiles, checkpoints and cosignatures.

Rows are hashed where they lie, so 32 bytes an event travel. Nothing is ever updated; one row is locked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composed, Identifier

from application.checkpoints import Published, Where
from application.tree import BITS, TILE, Edge, Tile, split
from infrastructure.connected import connected
from infrastructure.log.arrays import Bigints, Byteas, Ints
from infrastructure.log.batch import schema_of
from infrastructure.log.pool import Pool
from infrastructure.statements import Statements
from infrastructure.views.builds import Connection

_TAKE = "SELECT 1 FROM {sequencer} FOR UPDATE SKIP LOCKED"

_WHERE = """
SELECT coalesce((SELECT max(notification_id) FROM {events}), 0), c.size, c.root, c.note, c.subtrees
FROM (SELECT 1) one LEFT JOIN (SELECT * FROM {checkpoints} ORDER BY size DESC LIMIT 1) c ON true
"""

_FOLLOWING = "SELECT count(*) FROM {events} WHERE notification_id > %b AND notification_id <= %b"

_ROOT_AT = "SELECT root FROM {checkpoints} WHERE size = %b"

# The envelope of application/proof.py, with RFC 6962's 0 for a leaf before it. Times lie there in microseconds.
_HASHED = """
SELECT string_agg(sha256(
    '\\x0001'::bytea || int8send(e.notification_id) || uuid_send(e.originator_id) || int8send(e.originator_version)
    || int8send((extract(epoch FROM e.recorded_at) * 1000000)::bigint)
    || int4send(octet_length(convert_to(e.topic, 'UTF8'))) || convert_to(e.topic, 'UTF8')
    || int4send(octet_length(e.state)) || e.state
), ''::bytea ORDER BY e.notification_id)
FROM (SELECT * FROM {events} WHERE notification_id > %b AND notification_id <= %b ORDER BY notification_id) e
"""

_ADD_TILES = "INSERT INTO {tiles} SELECT * FROM unnest(%b::smallint[], %b::bigint[], %b::bytea[], %b::bytea[])"

_ADD_CHECKPOINT = "INSERT INTO {checkpoints} (size, root, note, subtrees, leaves) VALUES (%b, %b, %b, %b, %b)"

# What has no full tile yet: at level 0 the leaves of the checkpoints since, above it the roots of the tiles below.
_LEAVES = """
SELECT 0, %b::bigint, string_agg(c.leaves, ''::bytea ORDER BY c.size)
FROM {checkpoints} c WHERE c.size > %b AND c.size <= %b
"""

_ROOTS = """
SELECT n.level, n.number, (
    SELECT string_agg(t.root, ''::bytea ORDER BY t.number) FROM {tiles} t
    WHERE t.level = n.level - 1 AND t.number >= n.number * 256 AND t.number < n.below
)
FROM unnest(%b::int[], %b::bigint[], %b::bigint[]) AS n (level, number, below)
"""

_TILES = """
SELECT n.level, n.number, t.hashes FROM unnest(%b::int[], %b::bigint[]) AS n (level, number),
    LATERAL (SELECT hashes FROM {tiles} WHERE level = n.level AND number = n.number OFFSET 0) t
"""

_HASHES = f"{_TILES} UNION ALL {_ROOTS} UNION ALL {_LEAVES}"

_CHECKPOINT = "SELECT size, root, note, subtrees FROM {checkpoints} WHERE size = %b"
_NEWEST = "SELECT size, root, note, subtrees FROM {checkpoints} ORDER BY size DESC LIMIT 1"
_COSIGNATURES = "SELECT line FROM {cosignatures} WHERE size = %b ORDER BY line"
_COSIGN = "INSERT INTO {cosignatures} (size, witness, line) VALUES (%b, %b, %b) ON CONFLICT DO NOTHING RETURNING 1"


class _Sql:
    """The statements over one schema."""

    def __init__(self, code: str) -> None:
        schema = schema_of(code)
        self._tables = {
            name: Identifier(schema, name) for name in ("sequencer", "events", "tiles", "checkpoints", "cosignatures")
        }

    def __call__(self, statement: str) -> Composed:
        return SQL(statement).format(**self._tables)


class PostgresTrees:
    """Implements application.checkpoints.Trees over one jurisdiction's schema."""

    def __init__(self, pool: Pool, code: str) -> None:
        self._pool = pool
        self._sql = _Sql(code)
        self._statements = Statements(pool)

    @asynccontextmanager
    async def looked_at(self) -> AsyncIterator[PostgresTree]:
        """To look at."""
        async with connected(self._pool) as connection:
            yield PostgresTree(connection, self._sql)

    @asynccontextmanager
    async def extended(self) -> AsyncIterator[PostgresTree | None]:
        """To extend, alone; None where another process is at it."""
        async with connected(self._pool) as connection, connection.transaction():
            taken = await connection.execute(self._sql(_TAKE))
            yield None if await taken.fetchone() is None else PostgresTree(connection, self._sql)

    async def checkpoint(self, size: int | None = None) -> Published | None:
        """The newest, or the one of this size."""
        statement, parameters = (_NEWEST, ()) if size is None else (_CHECKPOINT, (size,))
        found = await self._rows(statement, parameters)
        return _published(found[0]) if found else None

    async def hashes(self, size: int, tiles: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """The hashes of tiles by level and number, as far as the tree goes at a checkpoint of this size."""
        full = [(level, number) for level, number in tiles if number < size >> BITS * (level + 1)]
        above = [(level, number) for level, number in tiles if level and number >= size >> BITS * (level + 1)]
        at_edge = next((number for level, number in tiles if not level and number >= size >> BITS), None)
        found = await self._rows(_HASHES, (*_pairs(full), *_edges(above, size), *_leaves(at_edge, size)))
        return {(level, number): hashes for level, number, hashes in found if hashes is not None}

    async def cosignatures(self, size: int) -> Sequence[str]:
        """The signature lines of the witnesses of a checkpoint."""
        return [line for (line,) in await self._rows(_COSIGNATURES, (size,))]

    async def cosign(self, size: int, witness_id: UUID, line: str) -> None:
        """Keep the signature line of a witness; the first one of each stays."""
        await self._rows(_COSIGN, (size, witness_id, line))

    async def _rows(self, statement: str, parameters: Sequence[Any]) -> list[TupleRow]:
        return await self._statements.rows(self._sql(statement).as_bytes(), parameters)


class PostgresTree:
    """Implements application.checkpoints.Tree on one connection.

    Its statements are planned anew each time: a plan made on an empty log would read a grown one from end to end.
    """

    def __init__(self, connection: Connection, sql: _Sql) -> None:
        self._connection = connection
        self._sql = sql

    async def where(self) -> Where:
        """Where log and checkpoints stand."""
        ((head, *newest),) = await self._rows(_WHERE)
        return Where(head, None if newest[0] is None else _published(newest))

    async def following(self, after: int, limit: int) -> int:
        """How many of the `limit` positions past one hold an event."""
        ((number,),) = await self._rows(_FOLLOWING, after, after + limit)
        return int(number)

    async def root_at(self, size: int) -> bytes | None:
        """The root of the checkpoint of this size, where there is one."""
        found = await self._rows(_ROOT_AT, size)
        return bytes(found[0][0]) if found else None

    async def hashed(self, after: int, limit: int) -> bytes:
        """The leaf hashes of the `limit` positions past one, made anew from the rows as they lie there."""
        ((hashes,),) = await self._rows(_HASHED, after, after + limit)
        return bytes(hashes)

    async def edge(self, size: int) -> Edge:
        """The edge of the tree at a checkpoint of this size."""
        tiles = [(level, size >> BITS * (level + 1)) for level in range(_levels(size))]
        rows = await self._rows(f"{_ROOTS} UNION ALL {_LEAVES}", *_edges(tiles[1:], size), *_leaves(tiles[0][1], size))
        found = {level: split(hashes) for level, _, hashes in rows if hashes is not None}
        return Edge(found.get(level, []) for level, _ in tiles)

    async def extend(self, tiles: Sequence[Tile], checkpoint: Published, leaves: Sequence[bytes]) -> None:
        """Keep full tiles, a checkpoint, and the leaves it adds to the tile that is not full."""
        if tiles:
            levels, numbers, roots, hashes = zip(*tiles, strict=True)
            await self._do(_ADD_TILES, Ints(levels), Bigints(numbers), Byteas(roots), Byteas(hashes))
        size, root, note, subtrees = checkpoint
        await self._do(_ADD_CHECKPOINT, size, root, note, b"".join(subtrees), b"".join(leaves))

    async def _rows(self, statement: str, *parameters: Any) -> list[TupleRow]:
        answer = await self._connection.execute(self._sql(statement), parameters, prepare=False, binary=True)
        return await answer.fetchall()

    async def _do(self, statement: str, *parameters: Any) -> None:
        await self._connection.execute(self._sql(statement), parameters, prepare=False, binary=True)


def _published(row: Sequence[Any]) -> Published:
    size, root, note, subtrees = row
    return Published(size, bytes(root), note, tuple(split(bytes(subtrees))))


def _levels(size: int) -> int:
    """Levels of tiles in a tree."""
    return max(1, (size.bit_length() + BITS - 1) // BITS)


def _pairs(tiles: Sequence[tuple[int, int]]) -> tuple[Ints, Bigints]:
    return Ints(level for level, _ in tiles), Bigints(number for _, number in tiles)


def _edges(tiles: Sequence[tuple[int, int]], size: int) -> tuple[Ints, Bigints, Bigints]:
    """Tiles above the lowest that are not full at a size, each with the number of full ones below."""
    return *_pairs(tiles), Bigints(size >> BITS * level for level, _ in tiles)


def _leaves(number: int | None, size: int) -> tuple[int, int, int]:
    """The lowest tile that is not full, and which checkpoints hold its leaves; none where it is not asked for."""
    return (-1, size, size) if number is None else (number, number * TILE, size)
