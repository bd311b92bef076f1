"""Infrastructure: what is kept of an Idempotency-Key and of the request made under it.

Keyed, because a plain hash of personal text would outlive its erasure: whoever can guess the text
could still find it. The secret lies in a file beside the data and never in the database; several
machines that serve the same jurisdictions need the same file.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from application.log import CommandKey

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
    """The secret of this home (32 bytes), made at the first start. Raises BadSecret or OSError.

    Linked into its place whole: of several processes that start at once all end up with the same one.
    """
    file = home / SECRET_FILE
    if not file.exists():
        _make(file)
    secret = file.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise BadSecret(f"{file} should hold {SECRET_BYTES} bytes and holds {len(secret)}: put the right file back")
    return secret


def _make(file: Path) -> None:
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.write(os.urandom(SECRET_BYTES))
            written.flush()
            os.fsync(written.fileno())
        try:
            file.hardlink_to(draft)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
