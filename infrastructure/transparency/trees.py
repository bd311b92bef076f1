"""Infrastructure: the tree of one jurisdiction's log in PostgreSQL: full tiles, checkpoints and cosignatures.

The database puts the bytes of a leaf together, this process hashes them: with the sequencer's patience, not with that
of whoever appends. Nothing is ever updated; one row is locked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from application.checkpoints import Published, Where
from application.proof import HASH_BYTES, leaf_hashes
from application.tree import BITS, ROW, ROW_BITS, TILE, Edge, Tile, roots_of_rows, split
from infrastructure.connected import connected
from infrastructure.log.arrays import Bigints, Byteas, Ints
from infrastructure.log.batch import schema_of
from infrastructure.log.pool import Pool
from infrastructure.statements import Statements
from infrastructure.views.builds import Connection

# Statements are planned seldom, and then in the way that suits a long log, however short it is by then: along the
# indexes. Parameters lie in subqueries, where the planner does not see them: what it sees it thinks worth planning for
# anew each time. That, as compiling, would take longer than all there is to read.
_ALONG_INDEXES = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
    set_config('jit', 'off', true)
"""
_TAKE = f"{_ALONG_INDEXES} FROM {{sequencer}} FOR UPDATE SKIP LOCKED"

_WHERE = """
SELECT coalesce((SELECT max(notification_id) FROM {events}), 0), c.size, c.root, c.note, c.subtrees
FROM (SELECT 1) one LEFT JOIN (SELECT * FROM {checkpoints} ORDER BY size DESC LIMIT 1) c ON true
"""

_FOLLOWING = """
SELECT count(*) FROM {events}
WHERE notification_id > (SELECT %b::bigint) AND notification_id <= (SELECT %b::bigint)
"""

_ROOT_AT = "SELECT root FROM {checkpoints} WHERE size = %b"

# The envelope of application/proof.py; what is sent of a text is UTF-8, as the pool has it. 256 leaves to an array: a
# row a leaf costs server and client more. One more is let through, so that a position that lies there twice is one leaf
# too many. The numeric seconds are exact and take long; as a double they are to the microsecond until 2041, 2^51 µs.
_LEAVES_OF = """
SELECT part.after, ARRAY (
    SELECT textsend(concat(
            '{{"position":', e.notification_id,
            ',"recorded_us":', CASE
                WHEN e.recorded_at BETWEEN '1970-01-01Z' AND '2040-01-01Z'
                THEN (date_part('epoch', e.recorded_at) * 1000000)::bigint
                ELSE (extract(epoch FROM e.recorded_at) * 1000000)::bigint
            END,
            ',"stream_id":"', e.originator_id,
            '","version":', e.originator_version,
            ',"name":"', replace(replace(replace(e.topic, '\\', '\\\\'), '"', '\\"'), E'\\n', '\\n'),
            '","state":'
        )) || e.state || '\\x7d0a'::bytea
    FROM {events} e WHERE e.notification_id > part.after AND e.notification_id <= least(part.after + 256, asked.last)
    ORDER BY e.notification_id LIMIT 257
)
FROM (SELECT (SELECT %b::bigint) AS after, (SELECT %b::bigint) AS last) asked,
    generate_series(asked.after, last - 1, 256) part (after)
"""

_EXTEND = """
WITH added AS (
    INSERT INTO {tiles} SELECT * FROM unnest(%b::smallint[], %b::bigint[], %b::bytea[], %b::bytea[], %b::bytea[])
)
INSERT INTO {checkpoints} (size, root, note, subtrees, leaves) VALUES (%b, %b, %b, %b, %b)
"""

# What has no full tile yet: at level 0 the leaves of the checkpoints since, above it the roots of the tiles below.
_LEAVES = """
SELECT true, 0, (SELECT %b::bigint), string_agg(c.leaves, ''::bytea ORDER BY c.size)
FROM {checkpoints} c WHERE c.size > (SELECT %b::bigint) AND c.size <= (SELECT %b::bigint)
"""

_ROOTS = """
SELECT true, n.level, n.number, (
    SELECT string_agg(t.root, ''::bytea ORDER BY t.number) FROM {tiles} t
    WHERE t.level = n.level - 1 AND t.number >= n.number * 256 AND t.number < n.below
)
FROM unnest((SELECT %b::int[]), (SELECT %b::bigint[]), (SELECT %b::bigint[])) AS n (level, number, below)
"""

# Of a full tile: 16 of its hashes, or where it begins at none the roots over each 16.
_ROWS = """
SELECT false, n.level, n.number, t.hashes
FROM unnest(
        (SELECT %b::int[]), (SELECT %b::bigint[]), (SELECT %b::int[]), (SELECT %b::bigint[]), (SELECT %b::int[])
    ) AS n (level, number, tile_level, tile, begin),
    LATERAL (
        SELECT CASE WHEN n.begin = 0 THEN sixteens ELSE substr(hashes, n.begin, 512) END AS hashes
        FROM {tiles} WHERE level = n.tile_level AND number = n.tile OFFSET 0
    ) t
"""

_EDGE = f"{_ROOTS} UNION ALL {_LEAVES}"
_ROWS_AND_EDGE = f"{_ROWS} UNION ALL {_EDGE}"

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
        self._made: dict[str, bytes] = {}

    def __call__(self, statement: str) -> bytes:
        if statement not in self._made:
            self._made[statement] = SQL(statement).format(**self._tables).as_bytes()
        return self._made[statement]


class PostgresTrees:
    """Implements application.checkpoints.Trees over one jurisdiction's schema."""

    def __init__(self, pool: Pool, code: str) -> None:
        self._pool = pool
        self._sql = _Sql(code)
        self._statements = Statements(pool)

    @asynccontextmanager
    async def looked_at(self) -> AsyncIterator[PostgresTree]:
        """To look at."""
        async with connected(self._pool) as connection, connection.transaction():
            await connection.execute(self._sql(_ALONG_INDEXES))
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

    async def rows(self, size: int, rows: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], bytes]:
        """The hashes of rows by level and number, as far as the tree goes at a checkpoint of this size."""
        lies = {row: _Place.of(*row) for row in rows}
        full = {row: place for row, place in lies.items() if place.number < size >> BITS * (place.level + 1)}
        tiles, begins = _pairs([place[:2] for place in full.values()]), Ints(place.begin for place in full.values())
        edge = dict(place[:2] for row, place in lies.items() if row not in full)
        leaves = _leaves(edge.pop(0, None), size)
        parameters = (*_pairs(list(full)), *tiles, begins, *_edges(list(edge.items()), size), *leaves)
        found = {tuple(where): hashes for *where, hashes in await self._rows(_ROWS_AND_EDGE, parameters)}
        return {
            row: found[False, *row] if row in full else place.of_edge(found[True, *place[:2]])
            for row, place in lies.items()
        }

    async def cosignatures(self, size: int) -> Sequence[str]:
        """The signature lines of the witnesses of a checkpoint."""
        return [line for (line,) in await self._rows(_COSIGNATURES, (size,))]

    async def cosign(self, size: int, witness_id: UUID, line: str) -> None:
        """Keep the signature line of a witness; the first one of each stays."""
        await self._rows(_COSIGN, (size, witness_id, line))

    async def _rows(self, statement: str, parameters: Sequence[Any]) -> list[TupleRow]:
        return await self._statements.rows(self._sql(statement), parameters)


class PostgresTree:
    """Implements application.checkpoints.Tree in one transaction."""

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

    async def hashed(self, after: int, limit: int) -> list[bytes]:
        """The leaf hashes of the `limit` positions past one, made anew from the rows as they lie there."""
        parts = sorted(await self._rows(_LEAVES_OF, after, after + limit))
        return leaf_hashes(leaf for _, leaves in parts for leaf in leaves)

    async def edge(self, size: int) -> Edge:
        """The edge of the tree at a checkpoint of this size."""
        tiles = [(level, size >> BITS * (level + 1)) for level in range(_levels(size))]
        rows = await self._rows(_EDGE, *_edges(tiles[1:], size), *_leaves(tiles[0][1], size))
        found = {level: split(hashes) for _, level, _, hashes in rows if hashes is not None}
        return Edge(found.get(level, []) for level, _ in tiles)

    async def extend(self, tiles: Sequence[Tile], checkpoint: Published, leaves: Sequence[bytes]) -> None:
        """Keep full tiles, a checkpoint, and the leaves it adds to the tile that is not full."""
        levels, numbers, *columns = zip(*tiles, strict=True) if tiles else ((),) * 5
        size, root, note, subtrees = checkpoint
        kept = (size, root, note, b"".join(subtrees), b"".join(leaves))
        statement, parameters = self._sql(_EXTEND), (Ints(levels), Bigints(numbers), *map(Byteas, columns), *kept)
        await self._connection.execute(statement, parameters, prepare=True, binary=True)

    async def _rows(self, statement: str, *parameters: Any) -> list[TupleRow]:
        answer = await self._connection.execute(self._sql(statement), parameters, prepare=True, binary=True)
        return await answer.fetchall()


class _Place(NamedTuple):
    """Where a row lies: in which tile, and from which of its bytes on; 0 for the roots over each 16 of its hashes."""

    level: int
    number: int
    begin: int

    @classmethod
    def of(cls, level: int, number: int) -> _Place:
        """The place of a row: rows of even levels lie side by side, 16 to a tile."""
        if level % 2:
            return cls(level // 2, number, 0)
        return cls(level // 2, number >> ROW_BITS, number % ROW * ROW * HASH_BYTES + 1)

    def of_edge(self, hashes: bytes) -> bytes:
        """The row, from the hashes of a tile that is not full."""
        if not self.begin:
            return b"".join(roots_of_rows(split(hashes)))
        return hashes[self.begin - 1 : self.begin - 1 + ROW * HASH_BYTES]


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
