"""Application: the lines of a bundle's files, as they are written and as they are read from whoever wrote them.

No line is believed, and none longer than 1 MiB is read. What lies where is in docs/bundles.md.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from binascii import unhexlify
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from application.proof import HASH_BYTES, envelope, leaf_hash

FORM = "hazardloop-bundle/1"
MANIFEST, CHECKPOINT, KEYS, CONSISTENCY = "bundle.json", "checkpoint", "keys", "consistency.jsonl"
EVENTS, TEXTS, PROOFS, CATALOGUE, EVIDENCE = (
    "events.jsonl",
    "texts.jsonl",
    "proofs.jsonl",
    "catalogue.json",
    "evidence/",
)

ALL, PERIOD, HAZARD, ENTERPRISE = "all", "period", "hazard", "enterprise"
FILES, HASHES = "files", "hashes"

LONGEST_LINE = 1 << 20
"""Bytes of the longest line there may be."""

GROUP = 16
"""Rows whose proofs go on together: positions 1 to 16, 17 to 32 and so on."""
GROUP_LEVEL = 4

TEXTS_ERASED = b"hazard.texts_erased.v1"

_EVENT_HEAD = rb'\{"position":([0-9]+),"recorded_us":(-?[0-9]+),"stream_id":"(.{36})","version":([0-9]+),"name":"'
EVENT = re.compile(_EVENT_HEAD + rb'([^"\\\n]+)","state(?:":(.*)|_base64":"([A-Za-z0-9+/]*={0,2})")\}\n')
EVENT_LINES = re.compile(rb'(?m)^(%b[^"\\\n]+","state":.*\}\n)' % _EVENT_HEAD)
STREAM_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TEXT = re.compile(rb'\{"position":([0-9]+),"texts(?:":(.*)|_base64":"([A-Za-z0-9+/]*={0,2})")\}\n')
_PROOF_HEAD = rb'\{"first":([0-9]+),"above":\[([^\]]*)\],"rows":'
PROOF = re.compile(_PROOF_HEAD + rb"(\{.*\})\}\n")
PROOF_LINES = re.compile(rb"(?m)^(%b\{.*\}\}\n)" % _PROOF_HEAD)
_NUMBER = re.compile(rb'\{"[a-z_]{5,8}":([0-9]{1,20}),')

# What is hex is found out when it is decoded: a character of any kind is looked for faster than one of some.
# In JSON without blanks a quotation mark within a text is escaped, so neither can be part of a text.
COMMITTED = b'{"commitment":"'
_COMMITMENT = re.compile(rb'\{"commitment":"(.{64})"\}')
_EVIDENCE = re.compile(rb'"evidence":\[("[0-9a-f]{64}"(?:,"[0-9a-f]{64}")*)\]')
ONE_TEXT = re.compile(rb'(?:(?:\{"position":([0-9]+),"texts":)?\{|,)"(.{64})":\["(.{32})","([^"\\\n]*)"\]')
OPENING = b'{"'
_AROUND_A_TEXT = len('"":["",""],') + 64 + 32


class NoRow(Exception):
    """A line is not in the form it has to have; the message says of which file it is."""


class Erasure(NamedTuple):
    """The erasure of all texts a stream held before its version."""

    position: int
    version: int
    legal_basis: str


class Row(NamedTuple):
    """An event, byte by byte."""

    position: int
    recorded_us: int
    stream: bytes
    version: int
    name: bytes
    state: bytes

    @classmethod
    def of(cls, line: bytes) -> Row:
        """The row of a line, which is the one way to write it. Raises NoRow."""
        found = EVENT.fullmatch(line)
        if found is None:
            raise NoRow("a line is not in the form it has to have")
        position, recorded, stream, version, name, _, _ = found.groups()
        if STREAM_ID.fullmatch(stream) is None:
            raise NoRow("a line holds no stream id")
        try:
            row = cls(int(position), int(recorded), stream, int(version), name, said(found, 6))
        except ValueError:
            raise NoRow("a line holds a number of too many digits") from None
        if event_line(row) != line:
            raise NoRow("a line is not in the form it has to have")
        return row

    @property
    def envelope(self) -> bytes:
        """What is proved of it."""
        return envelope(*self)

    @property
    def leaf(self) -> bytes:
        """The leaf hash."""
        return leaf_hash(self.envelope)

    @property
    def erasure(self) -> Erasure | None:
        """What it erases, where it does."""
        if self.name != TEXTS_ERASED:
            return None
        try:
            basis = str(json.loads(self.state)["legal_basis"])
        except (ValueError, KeyError, TypeError, RecursionError):
            basis = "no legal basis is named"
        return Erasure(self.position, self.version, "".join(one if one.isprintable() else "?" for one in basis[:200]))


def event_line(row: Row) -> bytes:
    """A line of events.jsonl: the envelope; but the state is in base64 where it is no JSON of one line."""
    if _in_a_line(row.state):
        return row.envelope
    return row._replace(state=b"").envelope.removesuffix(b'"state":}\n') + _in_base64(b"state", row.state)


def text_line(position: int, private: bytes) -> bytes:
    """A line of texts.jsonl: `{commitment: [salt in hex, text]}` as it lies in the log."""
    said = b'"texts":%b}\n' % private if _in_a_line(private) else _in_base64(b"texts", private)
    return b'{"position":%d,%b' % (position, said)


def _in_a_line(value: bytes) -> bool:
    """Whether it is JSON of one line."""
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return b"\n" not in value


def _in_base64(what: bytes, value: bytes) -> bytes:
    return b'"%b_base64":"%b"}\n' % (what, b64encode(value))


def proof_line(first: int, above: Sequence[bytes], rows: Mapping[int, Sequence[bytes]]) -> bytes:
    """A line of proofs.jsonl: the path of each row as far as its group of 16, and from there to the root."""
    own = {str(position): [b64encode(one).decode() for one in path] for position, path in rows.items()}
    said = {"first": first, "above": [b64encode(one).decode() for one in above], "rows": own}
    return json.dumps(said, separators=(",", ":")).encode() + b"\n"


def consistency_line(old_size: int, path: Sequence[bytes]) -> bytes:
    """A line of consistency.jsonl: what proves that the checkpoint follows on a smaller one."""
    said = {"old_size": old_size, "path": [b64encode(one).decode() for one in path]}
    return json.dumps(said, separators=(",", ":")).encode() + b"\n"


def said(found: re.Match[bytes], group: int) -> bytes:
    """What a line says byte by byte: in this group of its form, or in base64 in the next. Raises NoRow."""
    if found[group] is not None:
        return found[group]
    try:
        return b64decode(found[group + 1], validate=True)
    except ValueError:
        raise NoRow("a line holds no base64 where it should") from None


def commitments(state: bytes) -> list[bytes]:
    """The commitments in a state, as hex, in their order."""
    return _COMMITMENT.findall(state)


def evidence_named(state: bytes) -> list[bytes]:
    """The pieces of evidence a state names, as hex."""
    return [one.strip(b'"') for names in _EVIDENCE.findall(state) for one in names.split(b",")]


def texts_held(private: bytes) -> list[bytes] | None:
    """The commitments of a private part, as hex; None where a text is not the one of its commitment."""
    plain = ONE_TEXT.findall(private)
    opened_and_closed = private[:1] == b"{" and private.count(OPENING) == 1 and private[-1:] == b"}"
    if around(plain) + 1 != len(private) or not opened_and_closed:
        plain = _escaped(private)
    try:
        for _, sealed, salt, text in plain:
            if sha256(unhexlify(salt) + text).digest() != unhexlify(sealed):
                return None
    except ValueError:
        return None
    return [one[1] for one in plain] or None


def around(texts: Sequence[tuple[bytes, ...]]) -> int:
    """How long these texts are with all that stands around them, but the end of the private part."""
    return sum([len(one[3]) for one in texts]) + len(texts) * _AROUND_A_TEXT


def _escaped(private: bytes) -> list[tuple[bytes, ...]]:
    """The same of a private part in any form of JSON; empty for what is none."""
    try:
        held = json.loads(private).items()
        found: list[tuple[bytes, ...]] = [
            (b"", one.encode(), salt.encode(), said.encode()) for one, (salt, said) in held
        ]
        whole = all(len(unhexlify(sealed)) == HASH_BYTES and unhexlify(salt) for _, sealed, salt, _ in found)
        return found if whole else []
    except (ValueError, TypeError, AttributeError, RecursionError):
        return []


class Part(NamedTuple):
    """Some bytes of a file on the disk, from the first to before the last."""

    path: str
    start: int
    end: int

    def lines(self) -> Iterator[bytes]:
        """Its lines, each with its end. Raises NoRow for one that is cut off or too long, OSError."""
        left = self.end - self.start
        with Path(self.path).open("rb") as file:
            file.seek(self.start)
            while left > 0:
                line = file.readline(min(left, LONGEST_LINE + 1))
                left -= len(line)
                if line[-1:] != b"\n":
                    raise NoRow("a line is cut off" if len(line) <= LONGEST_LINE else "a line is longer than 1 MiB")
                yield line

    def line_from(self, at: int) -> int:
        """Where the first line begins that begins at a byte or after it; the end where none does."""
        with Path(self.path).open("rb") as file:
            return self._line_from(file, at)

    def number_at(self, at: int) -> int | None:
        """The number the line at a byte begins with; None where there is none."""
        with Path(self.path).open("rb") as file:
            return self._number_at(file, at)

    def line_of(self, number: int) -> int:
        """Where the first line begins whose number is at least this, if they are in order."""
        low, high = self.start, self.end
        with Path(self.path).open("rb") as file:
            while low < high:
                middle = (low + high) // 2
                at = self._line_from(file, middle)
                found = self._number_at(file, at)
                if at == self.end or (found is not None and found >= number):
                    high = middle
                else:
                    low = middle + 1
            return self._line_from(file, low)

    def _line_from(self, file: BinaryIO, at: int) -> int:
        if at <= self.start:
            return self.start
        file.seek(at - 1)
        line = file.readline(LONGEST_LINE + 1)
        return min(self.end, at - 1 + len(line)) if line.endswith(b"\n") else self.end

    def _number_at(self, file: BinaryIO, at: int) -> int | None:
        if at >= self.end:
            return None
        file.seek(at)
        found = _NUMBER.match(file.read(min(64, self.end - at)))
        return None if found is None else int(found[1])
