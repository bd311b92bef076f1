"""Application: while thousands of events are taken, the collector looks for garbage among them less often.

They all live until their batch is done. Looked through after every 700 new objects, as is usual, they cost half as
much again as the work on them. It is never switched off: a batch may have to wait for its database for long.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MANY = 500_000
"""New objects after which it looks nevertheless: more than a batch and the one read ahead hold, so that only what is
really left lying makes it look. Looking through as many takes a fifth of a second, in which nobody is served."""


class _Within:
    """How many are at it in this process, and after how many objects the collector looked before."""

    number = 0
    usual = gc.get_threshold()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let the collector look seldom until this context, and every other that overlaps it, has ended."""
    if not _Within.number:
        _Within.usual = gc.get_threshold()
        gc.set_threshold(MANY, *_Within.usual[1:])
    _Within.number += 1
    try:
        yield
    finally:
        _Within.number -= 1
        if not _Within.number:
            gc.set_threshold(*_Within.usual)
