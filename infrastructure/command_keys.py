"""Infrastructure: what is kept of an Idempotency-Key and of the request made under it.

Keyed, because a plain hash of personal text would outlive its erasure: whoever can guess the text
could still find it. The secret lies in a file beside the data and never in the database; several
machines that serve the same jurisdictions need the same file.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from application.log import CommandKey
from infrastructure.whole_files import kept_once

SECRET_FILE = "command-keys.secret"
SECRET_BYTES = 32
LENGTH = 16
"""Bytes kept of each hash: by chance two keys meet after some 2^64 commands."""


class BadSecret(Exception):
    """The secret's file is there and holds no secret; the message names it."""


class KeyedCommandKeys:
    """Makes command keys from requests, with HMAC-SHA-256 under one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def command_key(self, actor_id: UUID, method: str, path: str, key: str, body: bytes) -> CommandKey:
        """The key in its scope (actor, method, path with the jurisdiction) and what was asked under it. No I/O."""
        scope = (actor_id.bytes, method.encode(), path.encode(), key.encode("utf-8", "surrogatepass"))
        return CommandKey(self._hash(b"scope", scope), self._hash(b"request", (body,)))

    def _hash(self, purpose: bytes, parts: Sequence[bytes]) -> bytes:
        digest = hmac.new(self._secret, purpose, hashlib.sha256)
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.digest()[:LENGTH]


def kept_secret(home: Path) -> bytes:
    """The secret of this home (32 bytes), made at the first start. Raises BadSecret or OSError."""
    file = home / SECRET_FILE
    secret = kept_once(file, lambda: os.urandom(SECRET_BYTES))
    if len(secret) != SECRET_BYTES:
        raise BadSecret(f"{file} should hold {SECRET_BYTES} bytes and holds {len(secret)}: put the right file back")
    return secret
