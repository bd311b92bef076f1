"""Infrastructure: the bearer tokens of one jurisdiction, hashed at rest in its schema.

Whose a token is gets asked with every request, so the answer is remembered for a second at most:
within it a revocation made by another process may not be seen yet; one made here is seen at once.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow

from application.ports import Chance, Clock
from application.tokens import TokenRecord
from domain.actors import OF_AN_ENTERPRISE, Actor, Role
from domain.refusals import CONTRACT, Rule, RuleBroken
from infrastructure.connected import connected
from infrastructure.log.pool import Pool

REMEMBERED_SECONDS = 1.0
MOST_REMEMBERED = 10_000

ENTERPRISE_NEEDED = Rule("token.enterprise_needed", "a token of this role belongs to one enterprise: name it", CONTRACT)
NO_ENTERPRISE = Rule("token.no_enterprise", "a token of this role belongs to no enterprise", CONTRACT)
OWN_ROLE = Rule("token.role", "this role is the product's own and gets no token", CONTRACT)

_SECRET_BYTES = 32
_NO_TOKEN_FOR = frozenset({Role.SERVICE, Role.IMPORTER})
_COLUMNS = "id, actor_id, role, enterprise, created_at, revoked_at"


class PostgresTokens:
    """The application's Tokens over the table of one schema. What asks the database may raise Unavailable."""

    def __init__(
        self,
        pool: Pool,
        schema: str,
        code: str,
        clock: Clock,
        chance: Chance,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._table = sql.Identifier(schema, "tokens")
        self._clock = clock
        self._chance = chance
        self._seconds = seconds
        self._prefix = f"hzl_{code}_"
        self._form = re.compile(rf"{re.escape(self._prefix)}[A-Za-z0-9_-]{{43}}")
        self._remembered: dict[bytes, tuple[float, Actor]] = {}

    async def create(self, actor: Actor) -> str:
        """A new token for the actor, shown this once: `hzl_`, its jurisdiction and 43 characters, which scanners know.

        Raises RuleBroken where role and enterprise do not go together.
        """
        _goes_together(actor)
        async with connected(self._pool) as connection:
            return await self._insert(connection, actor)

    async def create_first(self, actor: Actor) -> str | None:
        """A token for the actor if there has never been any; of several processes that start at once one gets it."""
        _goes_together(actor)
        async with connected(self._pool) as connection, connection.transaction():
            await connection.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(self._table))
            found = await connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(self._table))
            return None if await found.fetchone() else await self._insert(connection, actor)

    async def actor_of(self, token: str) -> Actor | None:
        """Whose token it is; None for an unknown or revoked one, or one of another jurisdiction."""
        if not self._form.fullmatch(token):
            return None
        hashed = _hashed(token)
        until, actor = self._remembered.get(hashed, (0.0, None))
        if actor is not None and self._seconds() < until:
            return actor
        asked_at = self._seconds()
        actor = await self._find(hashed)
        self._remembered.pop(hashed, None)
        if actor is not None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[hashed] = (asked_at + REMEMBERED_SECONDS, actor)
        return actor

    async def revoke(self, id: UUID) -> bool:
        """Revoke a token; whether there was one to revoke."""
        statement = sql.SQL("UPDATE {} SET revoked_at = %s WHERE id = %s AND revoked_at IS NULL RETURNING hash")
        async with connected(self._pool) as connection:
            answer = await connection.execute(statement.format(self._table), (self._clock.now(), id), binary=True)
            row = await answer.fetchone()
        if row is not None:
            self._remembered.pop(row[0], None)
        return row is not None

    async def all(self) -> Sequence[TokenRecord]:
        """Every token ever made, newest first."""
        statement = sql.SQL("SELECT {} FROM {} ORDER BY created_at DESC, id DESC")
        async with connected(self._pool) as connection:
            answer = await connection.execute(statement.format(sql.SQL(_COLUMNS), self._table))
            return [_record(row) for row in await answer.fetchall()]

    async def _find(self, hashed: bytes) -> Actor | None:
        statement = sql.SQL("SELECT {} FROM {} WHERE hash = %s AND revoked_at IS NULL")
        async with connected(self._pool) as connection:
            answer = await connection.execute(statement.format(sql.SQL(_COLUMNS), self._table), (hashed,))
            row = await answer.fetchone()
        return None if row is None else _record(row).actor

    async def _insert(self, connection: AsyncConnection[TupleRow], actor: Actor) -> str:
        token = self._prefix + secrets.token_urlsafe(_SECRET_BYTES)
        values = (self._chance.id(), _hashed(token), actor.id, actor.role.value, actor.enterprise, self._clock.now())
        statement = sql.SQL(
            "INSERT INTO {} (id, hash, actor_id, role, enterprise, created_at) VALUES (%s, %s, %s, %s, %s, %s)"
        )
        await connection.execute(statement.format(self._table), values)
        return token


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _record(row: tuple[Any, ...]) -> TokenRecord:
    id, actor_id, role, enterprise, created_at, revoked_at = row
    return TokenRecord(id, Actor(actor_id, Role(role), enterprise), created_at, revoked_at)


def _goes_together(actor: Actor) -> None:
    if actor.role in _NO_TOKEN_FOR:
        raise RuleBroken(OWN_ROLE, "role")
    if actor.role in OF_AN_ENTERPRISE and actor.enterprise is None:
        raise RuleBroken(ENTERPRISE_NEEDED, "enterprise")
    if actor.role not in OF_AN_ENTERPRISE and actor.enterprise is not None:
        raise RuleBroken(NO_ENTERPRISE, "enterprise")
