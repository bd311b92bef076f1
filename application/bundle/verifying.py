"""Application: does a bundle hold? Every byte is hashed again; what holds, is missing or was changed is named."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from application.bundle.at_once import Piece
from application.bundle.container import Container, NoBundle, opened
from application.bundle.lines import (
    ALL,
    CATALOGUE,
    CHECKPOINT,
    CONSISTENCY,
    ENTERPRISE,
    EVENTS,
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
    Part,
)
from application.bundle.pieces import each_looked_at, erasures_in, processes_for
from application.bundle.rows import Rules, Shown, missing
from application.proof import HASH_BYTES, Checkpoint, Key, Note, NotProven, a_hash, root_of, verify_consistency


@dataclass(slots=True)
class Verdict:
    """What was found."""

    shown: Shown
    says: list[str] = field(default_factory=list)
    """What else there is to tell, in sentences."""

    @property
    def faults(self) -> int:
        """How many there are."""
        return self.shown.faulty


class _Manifest(NamedTuple):
    """What a bundle says it holds; true once it was found to."""

    kind: str
    of: str
    events: int
    first: int
    last: int
    texts: bool
    evidence: bool

    @classmethod
    def parse(cls, text: bytes) -> _Manifest:
        """Raises NoBundle."""
        try:
            said = json.loads(text)
            kind, of = said["of"]["kind"], " ".join(str(one) for one in said["of"].values())
            events, first, last = numbers = said["events"], said["first"], said["last"]
            form, texts, evidence = said["form"], said["texts"], said["evidence"]
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            raise NoBundle(f"{MANIFEST} is not in the form it has to have") from None
        if form != FORM:
            raise NoBundle(f"{MANIFEST} names another form than {FORM}")
        good = all(type(one) is int and 0 <= one < 1 << 63 for one in numbers) and kind in (
            ALL,
            PERIOD,
            HAZARD,
            ENTERPRISE,
        )
        if not good or type(texts) is not bool or evidence not in (FILES, HASHES):
            raise NoBundle(f"{MANIFEST} is not in the form it has to have")
        shown = "".join(one if one.isprintable() else "?" for one in of[:200])
        return cls(kind, shown, events, first, last, texts, evidence == FILES)


def verified(path: str, key: str | None = None, saved: str | None = None) -> Verdict:
    """What a bundle holds to: `key` is the verifier key of the log, `saved` a checkpoint of it that was kept.

    Raises NoBundle where it can't be verified, NotProven for a key that is none, OSError.
    """
    return _Verifying(opened(path), None if key is None else Key.parse(key), saved).done()


class _Verifying:
    """One verification."""

    def __init__(self, container: Container, key: Key | None, saved: str | None) -> None:
        self._container = container
        self._manifest = _Manifest.parse(container.small(MANIFEST) or b"")
        self._keys = self._brought()
        self._key = key
        self._saved = saved
        self.verdict = Verdict(Shown())

    def done(self) -> Verdict:
        """All of it."""
        says, manifest, shown = self.verdict.says, self._manifest, self.verdict.shown
        for odd in self._container.odd:
            shown.fault(0, odd)
        for name in (EVENTS, PROOFS, CATALOGUE, *([TEXTS] if manifest.texts else [])):
            if name not in self._container.parts:
                shown.fault(0, f"{name} is missing")
        checkpoint = self._checkpoint()
        if checkpoint is None:
            return self.verdict
        says.insert(0, f"bundle of {manifest.of}, under the checkpoint of {checkpoint.origin} at {checkpoint.size}")
        self._rows(checkpoint)
        self._evidence()
        return self.verdict

    def _brought(self) -> list[Key]:
        """The keys the bundle brings: that of the log, then those of witnesses."""
        found = []
        for line in (self._container.small(KEYS) or b"").decode("utf-8", "replace").splitlines()[:100]:
            try:
                found.append(Key.parse(line))
            except NotProven as bad:
                raise NoBundle(f"{KEYS}: {bad}") from None
        return found

    def _checkpoint(self) -> Checkpoint | None:
        """The checkpoint, if the log signed it."""
        shown, says = self.verdict.shown, self.verdict.says
        note = self._container.small(CHECKPOINT)
        if self._key is None:
            if not self._keys:
                shown.fault(0, f"{KEYS} is missing, and no key was given")
                return None
            says.append(f"signed with the key the bundle brings itself: compare it with yours, {self._keys[0]}")
        key = self._key or self._keys[0]
        if note is None:
            shown.fault(0, f"{CHECKPOINT} is missing: nothing here can be proved")
            return None
        try:
            text = note.decode()
            checkpoint = Checkpoint.opened(text, key)
            for witness in self._keys[1:]:
                for cosigned in Note.parse(text).signed_by(witness):
                    says.append(f"cosigned by {witness.name}, {cosigned.seconds} s after 1970-01-01T00:00Z")
        except UnicodeDecodeError:
            shown.fault(0, f"{CHECKPOINT}: it is no text")
            return None
        except NotProven as bad:
            shown.fault(0, f"{CHECKPOINT}: {bad}: nothing here can be proved")
            return None
        return checkpoint

    def _rows(self, checkpoint: Checkpoint) -> None:
        manifest, shown, parts = self._manifest, self.verdict.shown, self._container.parts
        events, old = parts.get(EVENTS), self._old(checkpoint)
        roots, edge = bytearray(), b""
        if events is not None:
            with processes_for(events) as pool:
                rules = Rules(
                    last=manifest.last,
                    dense=manifest.kind in (ALL, PERIOD),
                    from_the_first=manifest.kind != PERIOD,
                    texts=TEXTS in parts,
                    erasures=erasures_in(events, pool),
                )
                kept = -1 if old is None else old.size // GROUP
                shown.position = manifest.first - 1 if manifest.kind == PERIOD else 0
                all = Piece(
                    events, parts.get(TEXTS), parts.get(PROOFS), shown.position, rules,
                    checkpoint.size, checkpoint.root, kept, manifest.evidence,
                )  # fmt: skip
                for found in each_looked_at(all, pool):
                    shown.follow(found.shown, rules)
                    roots += found.roots
                    edge += found.edge
            self._complete(rules, checkpoint)
            self._told_of(rules)
        if old is not None:
            self._held_against(old, checkpoint, bytes(roots), edge)

    def _complete(self, rules: Rules, checkpoint: Checkpoint) -> None:
        """That nothing is missing behind the last row, as far as a bundle of this kind can tell."""
        manifest, shown = self._manifest, self.verdict.shown
        last = checkpoint.size if manifest.kind == ALL else manifest.last
        if rules.dense and shown.position < last:
            shown.fault(shown.position + 1, missing(shown.position + 1, last))
        if shown.rows != manifest.events:
            shown.fault(0, f"{MANIFEST} says {manifest.events} events, and there are {shown.rows}")

    def _told_of(self, rules: Rules) -> None:
        shown, says = self.verdict.shown, self.verdict.says
        says.append(f"{shown.rows} events, of which {shown.proven} are proved to be what was signed")
        absent = f", {shown.absent} not in this bundle" if shown.absent else ""
        says.append(f"{shown.checked} texts are those committed to, {shown.erased.total()} erased{absent}")
        for stream, texts in sorted(shown.erased.items(), key=lambda one: rules.erasures[one[0]].position):
            erasure = rules.erasures[stream]
            says.append(f"position {erasure.position} erased {texts} texts: {erasure.legal_basis}")

    def _old(self, checkpoint: Checkpoint) -> Checkpoint | None:
        """The checkpoint that was saved, if it is one of this log."""
        if self._saved is None:
            return None
        try:
            old = Checkpoint.opened(self._saved, self._key or self._keys[0])
        except NotProven as bad:
            self.verdict.shown.fault(0, f"the checkpoint saved: {bad}")
            return None
        return old

    def _held_against(self, old: Checkpoint, checkpoint: Checkpoint, roots: bytes, edge: bytes) -> None:
        """That the log still begins as it was when a checkpoint of it was saved."""
        shown, said = self.verdict.shown, f"the checkpoint saved, at {old.size}"
        try:
            if old.size > checkpoint.size:
                raise NotProven(
                    "it is newer than the bundle's, and only a newer bundle can prove that it follows on it"
                )
            if old.size == checkpoint.size:
                if old.root != checkpoint.root:
                    raise NotProven("the log signed another root at this size")
            elif old.size:
                self._begins_with(old, checkpoint, roots, edge)
        except NotProven as bad:
            shown.fault(0, f"{said}: {bad}")
        else:
            self.verdict.says.append(f"{said}, is what the bundle's checkpoint follows on")

    def _begins_with(self, old: Checkpoint, checkpoint: Checkpoint, roots: bytes, edge: bytes) -> None:
        path = self._path_from(old.size)
        if path is not None:
            verify_consistency(old.size, old.root, checkpoint.size, checkpoint.root, path)
            return
        if self.verdict.shown.proven != checkpoint.size:
            raise NotProven(
                "the bundle holds no proof from there, and not every event that is proved: export with --checkpoint"
            )
        groups, over = divmod(old.size, GROUP)
        nodes = [roots[at : at + HASH_BYTES] for at in range(0, groups * HASH_BYTES, HASH_BYTES)]
        rest = [edge[at : at + HASH_BYTES] for at in range(0, over * HASH_BYTES, HASH_BYTES)]
        if root_of([*nodes, *([root_of(rest)] if rest else [])]) != old.root:
            raise NotProven(f"the first {old.size} events are others than those signed then")

    def _path_from(self, size: int) -> list[bytes] | None:
        """The consistency proof the bundle brings from a checkpoint of this size. Raises NotProven."""
        for line in (self._container.small(CONSISTENCY) or b"").splitlines():
            try:
                said = json.loads(line)
                if said["old_size"] == size:
                    return [a_hash(one) for one in said["path"]]
            except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
                raise NotProven(f"{CONSISTENCY} is not in the form it has to have") from None
        return None

    def _evidence(self) -> None:
        """That the evidence is there, and what it is named by."""
        if not self._manifest.evidence:
            return
        shown, here = self.verdict.shown, 0
        wanted = set(shown.evidence)
        for name, part in self._container.evidence():
            encoded = name.encode()
            if encoded not in shown.evidence:
                shown.fault(0, f"evidence {name}: no event here names it")
            elif _hashed(part) != name:
                shown.fault(0, f"evidence {name}: its bytes were changed")
            else:
                here += 1
            wanted.discard(encoded)
        for missed in sorted(wanted):
            shown.fault(0, f"evidence {missed.decode()}: it is missing")
        self.verdict.says.append(f"{here} pieces of evidence are those the events name")


def _hashed(part: Part) -> str:
    digest, left = sha256(), part.end - part.start
    with Path(part.path).open("rb") as file:
        file.seek(part.start)
        while left > 0 and (some := file.read(min(left, 1 << 18))):
            digest.update(some)
            left -= len(some)
    return digest.hexdigest()


def sentences(verdict: Verdict, most: int) -> list[str]:
    """What there is to tell: so many of the faults, row by row, and what holds."""
    faults = [str(fault) for fault in sorted(verdict.shown.faults[:most])]
    more = verdict.faults - len(faults)
    return [*faults, *([f"{more} more faults are not shown"] if more else []), *verdict.says]
