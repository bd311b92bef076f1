"""Application: a bundle is made: events, proofs and texts of a part of the log, under one checkpoint.

The log is read in pages, each a short transaction, and nothing is kept of a page that was written.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from application.auditing import RawEvent, RawLog, erasures, whole
from application.bundle.lines import (
    ALL,
    CATALOGUE,
    CHECKPOINT,
    CONSISTENCY,
    ENTERPRISE,
    EVENTS,
    EVIDENCE,
    FILES,
    FORM,
    GROUP,
    HASHES,
    HAZARD,
    KEYS,
    MANIFEST,
    PERIOD,
    PROOFS,
    TEXTS,
    commitments,
    consistency_line,
    event_line,
    evidence_named,
    proof_line,
    text_line,
)
from application.checkpoints import Published
from application.commands import NO_ENTERPRISE, NO_HAZARD, enterprise_stream
from application.jurisdiction import Jurisdiction
from application.proof import Note
from domain.catalogue import CATALOGUE as EVENTS_THERE_ARE
from domain.hazard.reporting import Reported, Transferred
from domain.hazard.watching import stream_of as duties_of
from domain.refusals import CONTRACT, Refusal, Rule, RuleBroken, Unknown

NOTHING_RECORDED = Rule("period.empty", "nothing that is signed was recorded in this period", CONTRACT)
ERASED_MEANWHILE = Rule(
    "bundle.erased_meanwhile", "texts were erased while the bundle was made: make it again", CONTRACT
)
NOTHING_SAVED = Rule("checkpoint.empty", "a checkpoint of no event is followed by any log", CONTRACT)


GROUPS_AT_ONCE = 64


class Sink(Protocol):
    """Where the files of a bundle are written, under their names."""

    def write(self, name: str, data: bytes) -> None:
        """Write behind what the file holds. Raises OSError."""


class Part(NamedTuple):
    """Which part of the log: what it is of, its positions, and where it is made of whole streams, these."""

    of: Mapping[str, str]
    first: int
    last: int
    streams: Collection[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Exporting:
    """Bundles of one jurisdiction, under the checkpoint that was the newest when it was begun."""

    place: Jurisdiction
    log: RawLog
    under: Published

    @classmethod
    async def begin(cls, place: Jurisdiction, log: RawLog) -> Exporting:
        """Under the newest checkpoint. Raises Unknown where nothing is signed yet, Unavailable."""
        return cls(place, log, await place.proofs.checkpoint())

    def everything(self) -> Part:
        """All that is signed."""
        return Part({"kind": ALL}, 1, self.under.size)

    def hazard(self, id: UUID) -> Part:
        """A hazard, and what the clock noticed of its duties."""
        return Part({"kind": HAZARD, "hazard": str(id)}, 1, self.under.size, {id, duties_of(id)})

    async def enterprise(self, uscc: str) -> Part:
        """An enterprise and every hazard that was ever its own. Raises Unavailable."""
        streams = {enterprise_stream(self.place.code, uscc)}
        named = f'"enterprise_uscc":"{uscc}"'.encode()
        async for raw in whole(self.log, self.under.size, names=[Reported.name, Transferred.name]):
            if named in raw.state:
                streams |= {raw.stream_id, duties_of(raw.stream_id)}
        return Part({"kind": ENTERPRISE, "enterprise": uscc}, 1, self.under.size, streams)

    async def period(self, since: datetime, until: datetime) -> Part:
        """What was recorded from a time to before another. Raises RuleBroken, Unavailable."""
        first, behind = [await self._first_at(at) for at in (since, until)]
        if first >= behind:
            raise RuleBroken(NOTHING_RECORDED, "until")
        of = {"kind": PERIOD, "since": since.isoformat(), "until": until.isoformat()}
        return Part(of, first, behind - 1)

    async def _first_at(self, at: datetime) -> int:
        """The first position recorded at a time or after it; one more than the last where there is none."""
        low, high = 1, self.under.size + 1
        while low < high:
            middle = (low + high) // 2
            found = await self.log.read_after(middle - 1, 1)
            if found and found[0].recorded_at < at:
                low = middle + 1
            else:
                high = middle
        return low

    async def export(
        self, part: Part, sink: Sink, *, texts: bool, evidence: bool, saved: int | None, tell: Callable[[int], object]
    ) -> int:
        """Write it; answers how many events it has. `saved`: the size of a checkpoint it is to be proved to follow on.

        Raises Refusal, Unavailable, OSError.
        """
        note = await self.place.proofs.note(self.under)
        sink.write(CHECKPOINT, note.encode())
        sink.write(KEYS, "".join([f"{one}\n" async for one in self._keys(note)]).encode())
        if saved is not None and saved < self.under.size:
            if saved == 0:
                raise RuleBroken(NOTHING_SAVED, "checkpoint")
            path = await self.place.proofs.consistency(saved, self.under.size)
            sink.write(CONSISTENCY, consistency_line(saved, path))
        sink.write(CATALOGUE, json.dumps(EVENTS_THERE_ARE.schemas(), ensure_ascii=False).encode())
        written = await self._events(part, sink, evidence=evidence, tell=tell)
        if texts:
            await self._texts(part, sink, tell)
        said = {"form": FORM, "of": part.of, **written, "texts": texts, "evidence": FILES if evidence else HASHES}
        sink.write(MANIFEST, json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n")
        return int(written["events"])

    async def _keys(self, note: str) -> AsyncIterator[object]:
        """The key of the log, then those of the witnesses that cosigned."""
        yield await self.place.proofs.key()
        for signature in Note.parse(note).signatures[1:]:
            if (key := await self.place.witnessing.key_of(signature.name)) is not None:
                yield key

    async def _rows(self, part: Part) -> AsyncIterator[RawEvent]:
        """The events of a part, and behind a period the erasures of what was said in it."""
        silent: set[bytes] = set()
        async for raw in whole(self.log, part.last, after=part.first - 1, streams=part.streams):
            if raw.private is None and commitments(raw.state):
                silent.add(raw.row.stream)
            yield raw
        known = await erasures(self.log, self.under.size, after=part.last)
        for position in sorted(known[stream].position for stream in silent if stream in known):
            for raw in await self.log.read_after(position - 1, 1):
                yield raw

    async def _events(self, part: Part, sink: Sink, *, evidence: bool, tell: Callable[[int], object]) -> dict[str, int]:
        proving = _Proving(self.place, self.under, sink)
        count, first, last, kept = 0, part.first, part.last, set[bytes]()
        async for raw in self._rows(part):
            sink.write(EVENTS, event_line(raw.row))
            await proving.take(raw.position)
            for name in evidence_named(raw.state) if evidence else ():
                if name not in kept:
                    kept.add(name)
                    await self._evidence(name.decode(), sink)
            if part.streams is not None:
                first, last = (first if count else raw.position), raw.position
            count += 1
            tell(raw.position)
        await proving.rest()
        if count == 0:
            raise Unknown(NO_HAZARD if part.of["kind"] == HAZARD else NO_ENTERPRISE)
        return {"events": count, "first": first, "last": last}

    async def _evidence(self, name: str, sink: Sink) -> None:
        """What is not there is missing in the bundle as well, and verifying it says so."""
        chunks = self.place.evidence.open(name)
        if chunks is not None:
            async for chunk in chunks:
                sink.write(EVIDENCE + name, chunk)

    async def _texts(self, part: Part, sink: Sink, tell: Callable[[int], object]) -> None:
        """In a second pass, so that no text is copied whose erasure the first one has copied."""
        known = await erasures(self.log, self.under.size)
        sink.write(TEXTS, b"")
        gone = False
        async for raw in whole(self.log, part.last, after=part.first - 1, streams=part.streams):
            if raw.private is not None:
                sink.write(TEXTS, text_line(raw.position, raw.private))
            elif commitments(raw.state):
                erasure = known.get(raw.row.stream)
                gone = gone or erasure is None or raw.version >= erasure.version
            tell(raw.position)
        if gone and await erasures(self.log, after=self.under.size):
            raise Refusal(ERASED_MEANWHILE)


class _Proving:
    """Writes the proofs of positions in their order, those of 16 side by side together."""

    def __init__(self, place: Jurisdiction, under: Published, sink: Sink) -> None:
        self._proofs, self._under, self._sink = place.proofs, under, sink
        self._groups: dict[int, list[int]] = {}

    async def take(self, position: int) -> None:
        """The next position."""
        group = (position - 1) // GROUP
        if len(self._groups) == GROUPS_AT_ONCE and group not in self._groups:
            await self.rest()
        self._groups.setdefault(group, []).append(position)

    async def rest(self) -> None:
        """Write what is not written yet."""
        for number, within, above in await self._proofs.groups(sorted(self._groups), self._under):
            first = number * GROUP + 1
            paths = {position: within[position - first] for position in self._groups[number]}
            self._sink.write(PROOFS, proof_line(first, above, paths))
        self._groups.clear()
