"""API: how a worker makes way, so that whoever waits for an answer goes first.

On idle processors it waits for nobody.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from contextlib import suppress
from pathlib import Path

NICE = 10
"""How much longer than others the worker waits for a busy processor."""

TURN_SECONDS = 0.01
"""How long its turns are: longer than the usual 3 ms or less. Who has shorter ones may interrupt them when he wakes
(Linux from 6.12 on: sched_setattr(2), sched_runtime of an ordinary process)."""

SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}
"""The number of the system call; older C libraries have no name for it."""

_ATTRIBUTES = struct.Struct("=IIQiIQQQ")
"""struct sched_attr: size, policy, flags, nice, priority, runtime in nanoseconds, deadline, period."""

_KEEP_POLICY = 0x08


def make_way() -> None:
    """In the worker, before it starts threads: they make way as it does."""
    os.nice(NICE)
    # Linux may share processors out among sessions first, and this is one: the nice of its processes counts within it.
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(NICE))
    _take_long_turns()


def _take_long_turns() -> None:
    """Where the system knows of such turns and lets it; where not, nothing changes."""
    number = SCHED_SETATTR.get(platform.machine())
    if sys.platform == "linux" and number is not None:
        nice = os.getpriority(os.PRIO_PROCESS, 0)
        turn = round(TURN_SECONDS * 1_000_000_000)
        attributes = _ATTRIBUTES.pack(_ATTRIBUTES.size, 0, _KEEP_POLICY, nice, 0, turn, 0, 0)
        ctypes.CDLL(None).syscall(number, 0, attributes, 0)
