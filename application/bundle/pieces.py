"""Application: a bundle cut into pieces, and these looked at by as many processes as there are processors."""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from io import FileIO
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

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


def erasures_in(events: Part) -> dict[bytes, Erasure]:
    """The last erasure of each stream, found without looking at every line. Raises OSError."""
    found: dict[bytes, Erasure] = {}
    for row in _erasing(events):
        erasure, known = row.erasure, found.get(row.stream)
        if erasure is not None and (known is None or known.version < erasure.version):
            found[row.stream] = erasure
    return found


def _erasing(events: Part) -> Iterator[Row]:
    with Path(events.path).open("rb", buffering=0) as file:
        at, tail = events.start, b""
        while at < events.end:
            file.seek(at)
            block = tail + file.read(min(events.end - at, LONGEST_LINE))
            found = block.find(_ERASES)
            while found >= 0:
                with suppress(NoRow):
                    yield _row_around(file, events, at - len(tail) + found)
                found = block.find(_ERASES, found + 1)
            at += len(block) - len(tail) or LONGEST_LINE
            tail = block[1 - len(_ERASES) :]


def _row_around(file: FileIO, events: Part, at: int) -> Row:
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
    with ProcessPoolExecutor(PROCESSORS, get_context("spawn"), gc.disable) as pool:
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
