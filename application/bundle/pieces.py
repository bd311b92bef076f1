"""Application: a bundle cut into pieces, and these looked at by as many processes as there are processors."""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from io import FileIO
from multiprocessing import get_context
from pathlib import Path

from application.bundle.at_once import Found, Piece
from application.bundle.lines import GROUP, LONGEST_LINE, TEXTS_ERASED, Erasure, NoRow, Part, Row
from application.bundle.piece import looked_at

PIECE = 2 << 20
"""Bytes of events looked at together, about."""

_ERASES = b'"name":"%b"' % TEXTS_ERASED

ALONE = 8
"""Pieces one process does sooner than others have started."""


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


def _cut(all: Piece) -> Iterator[Piece]:
    """Piece after piece; no group of 16 positions lies in two."""
    events, texts, proofs, after = all.events, all.texts, all.proofs, all.after
    while True:
        end, before = _end_of_group(events, events.line_from(events.start + PIECE))
        number = events.number_at(end) if end < events.end else None
        mine = events if number is None else events._replace(end=end)
        mine_texts, texts = _split(texts, number)
        mine_proofs, proofs = _split(proofs, None if number is None else _first_of_group(number))
        yield all._replace(events=mine, texts=mine_texts, proofs=mine_proofs, after=after)
        if number is None:
            return
        after, events = before, events._replace(start=end)


def _split(part: Part | None, number: int | None) -> tuple[Part | None, Part | None]:
    """What lies before the line of a number, and what lies from it on."""
    if part is None or number is None:
        return part, None
    at = part.line_of(number)
    return part._replace(end=at), part._replace(start=at)


def _end_of_group(events: Part, at: int) -> tuple[int, int]:
    """Where the next group begins, from a line on, or the next line that can't be read; and the position before it."""
    before = 0
    for _ in range(GROUP + 1):
        number = events.number_at(at) if at < events.end else None
        if number is None or (before and _first_of_group(number) != _first_of_group(before)):
            break
        at, before = events.line_from(at + 1), number
    return at, before


def _first_of_group(position: int) -> int:
    return (position - 1) // GROUP * GROUP + 1


def each_looked_at(all: Piece) -> Iterator[Found]:
    """What each piece of it shows, in order; many are looked at by as many processes as there are processors."""
    pieces = _cut(all)
    if all.events.end - all.events.start < ALONE * PIECE:
        yield from map(looked_at, pieces)
        return
    processes = os.cpu_count() or 1
    with ProcessPoolExecutor(processes, get_context("spawn"), gc.disable) as pool:
        asked: deque[Future[Found]] = deque()
        for piece in pieces:
            asked.append(pool.submit(looked_at, piece))
            if len(asked) > 2 * processes:
                yield asked.popleft().result()
        while asked:
            yield asked.popleft().result()
