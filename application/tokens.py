"""Application: bearer tokens. Hashed at rest, revocable, each for one actor, role and, maybe, enterprise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.actors import Actor


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """What is kept of a token: never the token."""

    id: UUID
    actor: Actor
    created_at: datetime
    revoked_at: datetime | None


class Tokens(Protocol):
    """The tokens of one jurisdiction."""

    async def create(self, actor: Actor) -> str:
        """A new token for the actor, shown this once."""

    async def actor_of(self, token: str) -> Actor | None:
        """Whose token it is; None for an unknown or revoked one."""

    async def revoke(self, id: UUID) -> bool:
        """Revoke a token; whether there was one to revoke."""

    async def all(self) -> Sequence[TokenRecord]:
        """Every token ever made, newest first."""
