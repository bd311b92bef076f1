"""API: all the HTTP API asks of the rest. `api/wiring.py` builds it; tests may give a clock and chance of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from application.jurisdiction import Jurisdiction
from application.log import CommandKey
from application.ports import Chance, Clock


class CommandKeys(Protocol):
    """The ids of Idempotency-Keys. Keyed: a plain hash of personal text would outlive its erasure."""

    def command_key(self, actor_id: UUID, method: str, path: str, key: str, body: bytes) -> CommandKey:
        """The key in its scope (actor, method, path with the jurisdiction) and what was asked under it. No I/O."""


class Service(Protocol):
    """What one serving process has."""

    @property
    def clock(self) -> Clock:
        """What time it is."""

    @property
    def chance(self) -> Chance:
        """New ids."""

    @property
    def command_keys(self) -> CommandKeys:
        """How idempotency keys are stored."""

    @property
    def stopping(self) -> asyncio.Event:
        """Set when the process is asked to stop, before it waits for its connections: live streams end themselves."""

    def jurisdiction(self, code: str) -> Jurisdiction:
        """The jurisdiction of a code; no I/O. Raises Unknown, or Unavailable where its schema is behind."""

    def jurisdictions(self) -> Sequence[str]:
        """The codes of those that are served and whose schema is current."""

    def check_mapping(self, content: bytes) -> None:
        """Look whether an import could go by this mapping. Raises BadMapping."""

    def work_on_import(self, code: str, id: UUID) -> None:
        """Let somebody do what was asked of an import. Returns at once."""

    async def database_ready(self) -> bool:
        """Whether the database answers and the schema of every jurisdiction served is current. Never raises."""
