"""RFC 6962 §2.1 as it is written there, recursion and all: slow, and independent of the product's own."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) < 2:
        return sha256(b"\x00" + leaves[0]).digest() if leaves else sha256().digest()
    k = split(len(leaves))
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def path(number: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if number < k:
        return [*path(number, leaves[:k]), root(leaves[k:])]
    return [*path(number - k, leaves[k:]), root(leaves[:k])]


def proof(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    return subproof(old_size, leaves, True)


def subproof(m: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), root(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), root(leaves[:k])]
