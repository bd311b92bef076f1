"""Infrastructure: the machine's clock and its randomness. Nothing else in the product makes time, ids or salts."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

SALT_BYTES = 16


class SystemClock:
    """The clock of this machine, in UTC."""

    def now(self) -> datetime:
        """Now, with an offset of zero."""
        return datetime.now(UTC)


class SystemChance:
    """The operating system's source of randomness."""

    def id(self) -> UUID:
        """A new UUIDv7 (RFC 9562): ids made one after another sort so, which keeps the log's index narrow."""
        return uuid7()

    def salt(self) -> bytes:
        """16 random bytes."""
        return os.urandom(SALT_BYTES)
