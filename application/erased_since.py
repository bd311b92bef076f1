"""Application: a restored log says texts again that were erased since; a later copy of it tells which.

The copy proves nothing: it is an operator who believes it. So what it does not tell of is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from application.auditing import RawLog, whole
from application.bundle.lines import Row
from application.commands import Commands
from application.deciding import Request
from application.log import Receipt
from domain.hazard.closing import EraseTexts


@dataclass(slots=True)
class SaidAgain:
    """A hazard whose texts were erased, and lie in the log nevertheless."""

    hazard_id: UUID
    legal_basis: str
    """Of the erasure, as the copy tells it."""
    version: int = 0
    """The last of its events in the log."""
    told: list[int] = field(default_factory=list)
    """Versions that hold texts and are in the copy, byte for byte, before the erasure."""
    untold: list[int] = field(default_factory=list)
    """Versions that hold texts and are not: said since the restore, or of another log."""


async def said_again(copy: Callable[[], Iterable[Row]], log: RawLog) -> Sequence[SaidAgain]:
    """What a later copy tells to be erased, and the log says. `copy` is gone through twice. Raises Unavailable."""
    erasures = {row.stream: erasure for row in copy() if (erasure := row.erasure) is not None}
    before = {
        (row.stream, row.version, row.state)
        for row in copy()
        if row.stream in erasures and row.version < erasures[row.stream].version
    }
    streams = {UUID(stream.decode()): erasure for stream, erasure in erasures.items()}
    found = {id: SaidAgain(id, erasure.legal_basis) for id, erasure in streams.items()}
    async for raw in whole(log, streams=found.keys()):
        if (hazard := found.get(raw.stream_id)) is not None:
            hazard.version = raw.version
            if raw.private is not None:
                told = (raw.row.stream, raw.version, raw.state) in before
                (hazard.told if told else hazard.untold).append(raw.version)
    return [hazard for hazard in found.values() if hazard.told]


async def erase_again(commands: Commands, request: Request, hazard: SaidAgain) -> Receipt:
    """Erase the texts of a hazard nothing else was said of. Raises Refusal (it has moved on meanwhile), Unavailable."""
    request = request._replace(expected_version=hazard.version)
    return await commands.carry_out(request, hazard.hazard_id, EraseTexts(legal_basis=hazard.legal_basis))
