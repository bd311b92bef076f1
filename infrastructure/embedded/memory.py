"""Infrastructure: how much of its data the embedded server holds in memory of its own.

PostgreSQL's default, 128 MB, is outgrown by a log of some hundred thousand events: from then on every append first
has to write out what others need again. What isn't used yet takes no memory.
"""

from __future__ import annotations

import os
from pathlib import Path

PART = 8
"""One part in so many of the machine's memory: the system's own cache does the rest."""

LEAST_MB, MOST_MB = 128, 1024

GROUP = Path("/sys/fs/cgroup/memory.max")
"""What a container may use of the machine's memory; "max" or no such file: all of it."""


def shared_buffers(group: Path = GROUP) -> int:
    """The setting of this name, in MB."""
    share = _memory(group) // PART // 2**20
    return max(LEAST_MB, min(share, MOST_MB))


def _memory(group: Path) -> int:
    """Bytes that may be used at all."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(machine, int(group.read_text()))
    except (OSError, ValueError):
        return machine
