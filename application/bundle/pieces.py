"""Application: a bundle cut into pieces, and these looked at by as many processes as there are processors."""

from __future__ import annotations

import gc
import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import islice, repeat
from multiprocessing import get_context
from pathlib import Path
from threading import active_count
from typing import BinaryIO

from application.bundle.at_once import Found, Piece
from application.bundle.container import NoBundle
from application.bundle.cutting import cut
from application.bundle.lines import LONGEST_LINE, TEXTS_ERASED, Erasure, NoRow, Part, Row
from application.bundle.piece import looked_at

_ERASES = b'"name":"%b"' % TEXTS_ERASED

PROCESSORS = min(os.cpu_count() or 1, 61)
"""Windows waits for no more processes."""

ALONE = 16 << 20
"""Bytes of events one process does sooner than others have started."""

TOGETHER = 16
"""Pieces given to a process at once: handing over takes time, and at the end none is to wait long for another."""


def erasures_in(events: Part, pool: Executor | None) -> dict[bytes, Erasure]:
    """The last erasure of each stream, found without looking at every line. Raises OSError."""
    share = -(-(events.end - events.start) // PROCESSORS) or 1
    begins = range(events.start, events.end, share)
    each = map if pool is None else pool.map
    found: dict[bytes, Erasure] = {}
    for some in each(_erasing, repeat(events), begins, repeat(share)):
        for stream, erasure in some.items():
            _keep_last(found, stream, erasure)
    return found


def _erasing(events: Part, begin: int, size: int) -> dict[bytes, Erasure]:
    """The same of the lines in which the name of an erasure begins within so many bytes."""
    found: dict[bytes, Erasure] = {}
    at, end = begin, min(begin + size, events.end)
    with Path(events.path).open("rb") as file:
        while at < end:
            file.seek(at)
            some = min(LONGEST_LINE, end - at)
            named = file.read(min(some + len(_ERASES) - 1, events.end - at)).find(_ERASES)
            if named < 0:
                at += some
                continue
            line, at = _line_around(file, events, at + named)
            with suppress(NoRow):
                row = Row.of(line)
                if row.erasure is not None:
                    _keep_last(found, row.stream, row.erasure)
    return found


def _keep_last(found: dict[bytes, Erasure], stream: bytes, erasure: Erasure) -> None:
    if stream not in found or found[stream].version < erasure.version:
        found[stream] = erasure


def _line_around(file: BinaryIO, events: Part, at: int) -> tuple[bytes, int]:
    """The line a byte lies in, or the beginning of one that is too long, and where it ends."""
    before = max(events.start, at - LONGEST_LINE)
    file.seek(before)
    file.seek(before + file.read(at - before).rfind(b"\n") + 1)
    line = rest = file.readline(min(LONGEST_LINE + 1, events.end - file.tell()))
    while rest and not rest.endswith(b"\n"):
        rest = file.readline(min(LONGEST_LINE, events.end - file.tell()))
    return line, file.tell()


@contextmanager
def processes_for(events: Part) -> Iterator[ProcessPoolExecutor | None]:
    """One for each processor; None where there is little to look at. Raises NoBundle where one of them is killed."""
    if events.end - events.start < ALONE:
        yield None
        return
    # A process forked has all of this one's modules at once; of other threads it would have the locks as they stand.
    how = get_context("fork" if sys.platform == "linux" and active_count() == 1 else "spawn")
    with ProcessPoolExecutor(PROCESSORS, how, gc.disable) as pool:
        for _ in range(PROCESSORS):
            pool.submit(int)  # which is the first thing it is asked for, and starts it
        collects = gc.isenabled()
        gc.disable()  # here as there: nothing refers to itself, so the collector would look for nothing
        try:
            yield pool
        except BrokenProcessPool:
            raise NoBundle("a process that looked at it was killed, perhaps for want of memory") from None
        finally:
            if collects:
                gc.enable()


def each_looked_at(all: Piece, pool: ProcessPoolExecutor | None) -> Iterator[Found]:
    """What each piece of it shows, in order. Raises OSError."""
    pieces = cut(all)
    if pool is None:
        yield from map(looked_at, pieces)
        return
    asked: deque[Future[list[Found]]] = deque()
    while some := [*islice(pieces, TOGETHER)]:
        asked.append(pool.submit(_all_looked_at, some))
        if len(asked) > 2 * PROCESSORS:
            yield from asked.popleft().result()
    while asked:
        yield from asked.popleft().result()


def _all_looked_at(pieces: Sequence[Piece]) -> list[Found]:
    return [*map(looked_at, pieces)]
