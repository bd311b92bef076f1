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
from typing import NamedTuple

from application.proof import envelope, leaf_hash

FORM = "hazardloop-bundle/2"
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
SALT_BYTES = 16

TEXTS_ERASED = b"hazard.texts_erased.v1"


def _event_head(number: bytes) -> bytes:
    """How a line of an event begins, with what a number is written in."""
    head = rb'\{"position":(%b),"recorded_us":(-?%b),"stream_id":"(.{36})","version":(%b),"name":"'
    return head % (number, number, number)


# No number has more digits than Python turns into one. A line by itself is compared whole with the ways to write it;
# of many at once only their form is, so there no number may begin with a nought.
EVENT = re.compile(
    _event_head(rb"[0-9]{1,20}") + rb'([^"\\\n]+)","state(?:":(.*)|_base64":"([A-Za-z0-9+/]*={0,2})")\}\n'
)
EVENT_LINES = re.compile(rb'(?m)^(%b[^"\\\n]+","state":.*\}\n)' % _event_head(rb"[1-9][0-9]{0,19}"))
STREAM_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TEXT = re.compile(rb'\{"position":([0-9]{1,20}),"texts(?:":(.*)|_base64":"([A-Za-z0-9+/]*={0,2})")\}\n')
PROOF = re.compile(rb'\{"first":([0-9]{1,20}),"above":\[([^\]\n]*)\],"rows":(\{.*\})\}\n')
NUMBER = re.compile(rb'\{"[a-z_]{5,8}":([0-9]{1,20}),')

# What is hex is found out when it is decoded: a character of any kind is looked for faster than one of some.
# In JSON without blanks a quotation mark within a text is escaped, so neither can be part of a text.
COMMITTED = b'{"commitment":"'
_COMMITMENT = re.compile(rb'\{"commitment":"(.{64})"\}')
_EVIDENCE = re.compile(rb'"evidence":\[("[0-9a-f]{64}"(?:,"[0-9a-f]{64}")*)\]')
TEXT_LINES = re.compile(
    rb'(?m)((?:^\{"position":([0-9]{1,20}),"texts":\{|,)"(.{64})":\["(.{32})","([^"\\\x00-\x1f]*)"\](\}\}\n)?)'
)
"""Parts of lines of one text each: which ends show where the next one begins a line."""


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
        """The row of a line, which is one of the two ways to write it. Raises NoRow."""
        found = EVENT.fullmatch(line)
        if found is None:
            raise NoRow("a line is not in the form it has to have")
        position, recorded, stream, version, name, _, _ = found.groups()
        if STREAM_ID.fullmatch(stream) is None:
            raise NoRow("a line holds no stream id")
        row = cls(int(position), int(recorded), stream, int(version), name, said(found, 6))
        if line not in (row.envelope, _with_base64(row)):
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
    return row.envelope if _is_json_of_one_line(row.state) else _with_base64(row)


def _with_base64(row: Row) -> bytes:
    return row._replace(state=b"").envelope.removesuffix(b'"state":}\n') + _in_base64(b"state", row.state)


def text_line(position: int, private: bytes) -> bytes:
    """A line of texts.jsonl: `{commitment: [salt in hex, text]}` as it lies in the log."""
    said = b'"texts":%b}\n' % private if _is_json_of_one_line(private) else _in_base64(b"texts", private)
    return b'{"position":%d,%b' % (position, said)


def _is_json_of_one_line(value: bytes) -> bool:
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
    try:
        held = [
            (sealed.encode(), unhexlify(salt), text.encode()) for sealed, (salt, text) in json.loads(private).items()
        ]
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    # A salt of another length would leave open where the text begins.
    if any(
        len(salt) != SALT_BYTES or sha256(salt + text).hexdigest().encode() != sealed for sealed, salt, text in held
    ):
        return None
    return [sealed for sealed, _, _ in held] or None


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
