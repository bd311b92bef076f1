"""Application: the way up from groups of 16 rows to the root, where what is proven once need not be proven again."""

from __future__ import annotations

from binascii import a2b_base64

from application.bundle.lines import GROUP_LEVEL
from application.proof import HASH_BYTES, node_hash

KNOWN = 256
"""Nodes of the tree that are remembered as proven."""


class Climbing:
    """Proves the roots over groups of 16 leaves of one tree."""

    def __init__(self, size: int, root: bytes) -> None:
        self._size, self._root = size, root
        self._known: dict[tuple[int, int], bytes] = {}

    def climbs(self, group: int, reached: bytes, above: bytes) -> bool:
        """Whether the path leads from this root of a group to the root, or to what is known to lie below it."""
        at, last, level = group, (self._size - 1) >> GROUP_LEVEL, GROUP_LEVEL
        passed = {(level, at): reached}
        comma, rest = above[:1], above
        while comma:
            known = self._known.get((level, at))
            if known is not None:
                if known != reached:
                    return False
                break
            encoded, comma, rest = rest.partition(b",")
            if last == 0 or (step := hash_in(encoded)) is None:
                return False
            left = at & 1 == 1 or at == last
            if at & 1 or at < last:
                passed[level, at ^ 1] = step
            while left and at and not at & 1:
                at, last, level = at >> 1, last >> 1, level + 1
            reached = node_hash(step, reached) if left else node_hash(reached, step)
            at, last, level = at >> 1, last >> 1, level + 1
            passed[level, at] = reached
        else:
            if last or reached != self._root:
                return False
        if len(self._known) > KNOWN:
            self._known.clear()
        self._known.update(passed)
        return True


def hash_in(encoded: bytes) -> bytes | None:
    """The hash of a JSON text in base64."""
    try:
        found = a2b_base64(encoded[1:-1], strict_mode=True)
    except ValueError:
        return None
    return found if len(found) == HASH_BYTES else None
