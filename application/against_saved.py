"""Application: is the log still what it was when somebody saved a checkpoint of it? Every row is hashed again.

Whoever administers the database can change rows, tree and checkpoints, and with the key sign anew. What they can't
change is the checkpoint that was saved elsewhere. What is newer than that, it says nothing of.
"""

from __future__ import annotations

from collections.abc import Sequence

from application.auditing import RawLog, whole
from application.bundle.rows import Fault
from application.checkpoints import Trees
from application.proof import Checkpoint, root_of
from application.tree import ROW, split

ROWS_AT_ONCE = 1000


async def held_against(saved: Checkpoint, log: RawLog, trees: Trees) -> Sequence[Fault]:
    """What does not agree with a checkpoint that was saved, as near to the rows as can be told. Raises Unavailable."""
    faults: list[Fault] = []
    hashes: dict[int, bytes] = {}
    async for raw in whole(log, saved.size):
        hashes[raw.position] = raw.row.leaf
    faults += [
        Fault(position, "it was signed, and is not in the log any more")
        for position in range(1, saved.size + 1)
        if position not in hashes
    ]
    newest = await trees.checkpoint()
    published = await trees.checkpoint(saved.size)
    if newest is None or newest.size < saved.size:
        faults.append(Fault(saved.size, f"the log is signed up to {newest.size if newest else 0} only"))
    elif published is None or published.root != saved.root:
        faults.append(Fault(saved.size, "the log has no checkpoint, or another one, of this size"))
    if not faults and root_of(list(hashes.values())) == saved.root:
        return []
    if newest is not None and newest.size >= saved.size:
        faults += await _unlike(hashes, newest.size, trees)
    return faults or [Fault(0, f"the first {saved.size} events, and the tree over them, are others than those signed")]


async def _unlike(hashes: dict[int, bytes], size: int, trees: Trees) -> list[Fault]:
    """The rows that are others than those the tree was made of, as far as the tree itself is still what it was."""
    found: list[Fault] = []
    numbers = sorted({(position - 1) // ROW for position in hashes})
    for some in range(0, len(numbers), ROWS_AT_ONCE):
        rows = await trees.rows(size, [(0, number) for number in numbers[some : some + ROWS_AT_ONCE]])
        for (_, number), packed in sorted(rows.items()):
            for position, leaf in enumerate(split(packed), number * ROW + 1):
                if hashes.get(position, leaf) != leaf:
                    found.append(Fault(position, "it is not what was hashed when it was signed"))
    return found
