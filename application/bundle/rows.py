"""Application: what rows have to hold to, in a bundle as in the database: order, and the texts committed to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from application.bundle.lines import TEXTS_ERASED, Erasure, Row, commitments, evidence_named, texts_held

FAULTS_KEPT = 1000
"""Faults that are told one by one; more are counted."""

OUTLIVED = "its erasure is logged, and its texts are still there"
GONE = "its texts are gone, and no erasure is logged"
OTHER_TEXTS = "the texts are not those that were committed to"


class Fault(NamedTuple):
    """Something that can't be so where nobody has tampered; position 0 for what is no row. Never says a text."""

    position: int
    says: str

    def __str__(self) -> str:
        return f"position {self.position}: {self.says}" if self.position else self.says


@dataclass(frozen=True, slots=True)
class Rules:
    """What rows have to hold to."""

    last: int
    """The last position; behind it, where there is one, lie the erasures of what is before it."""
    dense: bool = True
    """Every position is there."""
    from_the_first: bool = True
    """Every stream is there from its first version on."""
    texts: bool = True
    """Texts are there unless they were erased."""
    erasures: Mapping[bytes, Erasure] = field(default_factory=dict)
    """The last of each stream."""


@dataclass(slots=True)
class Shown:
    """What rows that lie one behind the other show. Of faults the first are kept, and all are counted."""

    rows: int = 0
    proven: int = 0
    checked: int = 0
    """Texts that are what was committed to."""
    absent: int = 0
    """Texts that are not here."""
    erased: Counter[bytes] = field(default_factory=Counter)
    """Texts that were erased, by stream."""
    faults: list[Fault] = field(default_factory=list)
    faulty: int = 0
    begins: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    """Of each stream the first version that these rows hold, and its position; not of those who came behind them."""
    lasts: dict[bytes, int] = field(default_factory=dict)
    """Of each stream the last version."""
    recorded: tuple[int, int] | None = None
    """When the first and the last of them were recorded, in microseconds since the Unix epoch."""
    position: int = 0
    """The last one."""
    evidence: set[bytes] = field(default_factory=set)
    """The pieces of evidence they name."""

    def fault(self, position: int, says: str) -> None:
        """Note something that can't be so."""
        self.faulty += 1
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(Fault(position, says))

    def follow(self, later: Shown, rules: Rules) -> None:
        """Let those come behind these."""
        if self.recorded and later.recorded and later.recorded[0] < self.recorded[1]:
            self.fault(self.position + 1, EARLIER)
        for stream, (first, position) in later.begins.items():
            last = self.lasts.get(stream)
            if last is not None or first != 1:
                self.version_follows(last, first, position, rules)
        self.lasts.update(later.lasts)
        if later.recorded:
            self.recorded = (self.recorded or later.recorded)[0], later.recorded[1]
        self.rows, self.proven = self.rows + later.rows, self.proven + later.proven
        self.checked, self.absent = self.checked + later.checked, self.absent + later.absent
        self.erased.update(later.erased)
        self.evidence |= later.evidence
        self.faulty += later.faulty
        self.faults = (self.faults + later.faults)[:FAULTS_KEPT]
        self.position = later.position or self.position

    def version_follows(self, before: int | None, version: int, position: int, rules: Rules) -> None:
        """That a version comes behind the last there was of its stream."""
        last = before if before is not None else 0 if rules.from_the_first else version - 1
        if version != last + 1 and (before is None or position <= rules.last):
            self.fault(position, f"it is version {version} of its stream, and the one before it is {last}")


EARLIER = "it was recorded earlier than the event before it"


class Rows:
    """Takes rows in their order, and notes what does not hold."""

    def __init__(self, rules: Rules, after: int = 0, *, first_here: bool = True, evidence: bool = False) -> None:
        """`after`: the position before the first. Unless `first_here`, somebody else looks at what came before."""
        self.shown = Shown(position=after)
        self._rules = rules
        self._first_here = first_here
        self._evidence = evidence

    def take(self, row: Row, private: bytes | None) -> None:
        """Look at the next one."""
        position, recorded, stream, version, _, state = row
        shown = self.shown
        shown.rows += 1
        if position != shown.position + 1:
            self._order(row)
        shown.position = position
        if shown.recorded is None:
            shown.recorded = recorded, recorded
        else:
            if recorded < shown.recorded[1]:
                shown.fault(position, EARLIER)
            shown.recorded = shown.recorded[0], recorded
        before = shown.lasts.get(stream)
        if before is None:
            shown.begins[stream] = version, position
            if self._first_here:
                shown.version_follows(None, version, position, self._rules)
        elif version != before + 1:
            shown.version_follows(before, version, position, self._rules)
        shown.lasts[stream] = version
        self._compare_texts(row, private)
        if self._evidence:
            shown.evidence.update(evidence_named(state))

    def _order(self, row: Row) -> None:
        before, position = self.shown.position, row.position
        if position <= before:
            self.shown.fault(position, f"it lies behind position {before}")
        elif position > self._rules.last and row.name != TEXTS_ERASED:
            self.shown.fault(position, f"it does not belong here: the last position is {self._rules.last}")
        elif self._rules.dense and before < self._rules.last:
            self.shown.fault(before + 1, missing(before + 1, min(position - 1, self._rules.last)))

    def _compare_texts(self, row: Row, private: bytes | None) -> None:
        committed = commitments(row.state)
        if private is None:
            if committed:
                self._hole(row, len(committed))
            return
        erasure = self._rules.erasures.get(row.stream)
        held = texts_held(private)
        if erasure is not None and row.version < erasure.version:
            self.shown.fault(row.position, OUTLIVED)
        elif held is not None and (held == committed or set(held) == set(committed)):
            self.shown.checked += len(committed)
        else:
            self.shown.fault(row.position, OTHER_TEXTS)

    def _hole(self, row: Row, texts: int) -> None:
        erasure = self._rules.erasures.get(row.stream)
        if erasure is not None and row.version < erasure.version:
            self.shown.erased[row.stream] += texts
        elif self._rules.texts:
            self.gone(row, texts)
        else:
            self.shown.absent += texts

    def gone(self, row: Row, texts: int) -> None:
        """Texts are gone, and no erasure is known."""
        self.shown.fault(row.position, GONE)


def missing(first: int, last: int) -> str:
    """That rows are not there."""
    return "it is missing" if first == last else f"it is missing, and so are those up to {last}"
