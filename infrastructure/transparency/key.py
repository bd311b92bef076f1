"""Infrastructure: the key a home signs checkpoints with, in a file nobody else reads; never in the database or the log.

Machines that serve the same jurisdictions need the same file, as they need the same secret of command keys.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from application import proof
from application.proof import LOG_KEY, Key, Signature
from infrastructure.whole_files import kept_once

KEY_FILE = "checkpoints.key"
KEY_BYTES = 32


class FileSigner:
    """Implements application.checkpoints.Signer. The file is made when the key is first needed."""

    def __init__(self, home: Path) -> None:
        self._file = home / KEY_FILE

    def public(self, origin: str) -> Key:
        """Its public side, under the name of a log. Raises OSError."""
        return Key(origin, LOG_KEY, self._key.public_key().public_bytes_raw())

    def sign(self, text: str, origin: str) -> Signature:
        """Its signature of a checkpoint. Raises OSError."""
        return proof.sign(text, origin, self._key)

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        raw = kept_once(self._file, lambda: Ed25519PrivateKey.generate().private_bytes_raw())
        if len(raw) != KEY_BYTES:
            raise OSError(None, f"should hold {KEY_BYTES} bytes and holds {len(raw)}", str(self._file))
        return Ed25519PrivateKey.from_private_bytes(raw)
