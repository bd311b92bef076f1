"""Application: a bundle cut into pieces, and these looked at by as many processes as there are processors."""

from __future__ import annotations

import gc
import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from itertools import islice, repeat
from multiprocessing import get_context
from pathlib import Path
from threading import active_count
from typing import BinaryIO

from application.bundle.at_once import Found, Piece
from application.bundle.cutting import cut
from application.bundle.lines import LONGEST_LINE, TEXTS_ERASED, Erasure, NoRow, Part, Row
from application.bundle.piece import looked_at

_ERASES = b'"name":"%b"' % TEXTS_ERASED

PROCESSORS = os.cpu_count() or 1

ALONE = 16 << 20
"""Bytes of events one process does sooner than others have started."""

TOGETHER = 4
"""Pieces given to a process at once: it must not wait for the next."""


def erasures_in(events: Part, pool: Executor | None) -> dict[bytes, Erasure]:
    """The last erasure of each stream, found without looking at every line. Raises OSError."""
    share = -(-(events.end - events.start) // PROCESSORS) or 1
    begins = range(events.start, events.end, share)
    found: dict[bytes, Erasure] = {}
    for some in (map if pool is None else pool.map)(_erasing, repeat(events), begins, repeat(share)):
        for stream, erasure in some:
            if stream not in found or found[stream].version < erasure.version:
                found[stream] = erasure
    return found


def _erasing(events: Part, begin: int, size: int) -> list[tuple[bytes, Erasure]]:
    """The erasures whose name begins within so many bytes, each with its stream."""
    found = []
    with Path(events.path).open("rb") as file:
        for at in range(begin, min(begin + size, events.end), LONGEST_LINE):
            file.seek(at)
            end = min(at + LONGEST_LINE, begin + size) + len(_ERASES) - 1
            block, name = file.read(min(end, events.end) - at), -1
            while (name := block.find(_ERASES, name + 1)) >= 0:
                with suppress(NoRow):
                    row = _row_around(file, events, at + name)
                    if row.erasure is not None:
                        found.append((row.stream, row.erasure))
    return found


def _row_around(file: BinaryIO, events: Part, at: int) -> Row:
    """The row of the line a byte lies in. Raises NoRow."""
    before = max(events.start, at - LONGEST_LINE)
    file.seek(before)
    begin = before + file.read(at - before).rfind(b"\n") + 1
    file.seek(begin)
    line, newline, _ = file.read(min(LONGEST_LINE, events.end - begin)).partition(b"\n")
    return Row.of(line + newline)


@contextmanager
def processes_for(events: Part) -> Iterator[ProcessPoolExecutor | None]:
    """One for each processor, which start while something else is done; None where there is little to look at."""
    if events.end - events.start < ALONE:
        yield None
        return
    # A process forked begins with all of this one's modules; where other threads run it may begin with their locks.
    how = get_context("fork" if sys.platform == "linux" and active_count() == 1 else "spawn")
    with ProcessPoolExecutor(PROCESSORS, how, gc.disable) as pool:
        for _ in range(PROCESSORS):
            pool.submit(int)  # which is the first thing it is asked for, and starts it
        yield pool


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
