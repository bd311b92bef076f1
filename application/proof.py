"""Application: what an auditor proves with: hashes, proofs, checkpoints and receipts of the transparency log.

This one file needs Python's standard library and `cryptography` and nothing of this project, so that anybody can take
it and trust nobody. Trees and proofs are those of RFC 6962, checkpoints and receipts those of C2SP (signed-note,
tlog-checkpoint, tlog-cosignature, tlog-proof), signatures Ed25519. Whatever does not hold raises NotProven.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()
LOG_KEY, WITNESS_KEY = 1, 4
"""What a key signs (signed-note): the text of a checkpoint, or a timed cosignature of it."""

MOST_CHARACTERS = 200_000
"""The longest note read: one with more than 16 signatures of the longest kind."""

MOST_SIGNATURES = 100
"""Signatures of a note, as other readers of notes have it: each costs whoever verifies them."""

LARGEST = 2**63 - 1
"""Leaves a log could ever have, as positions have 64 bits, and seconds a cosignature may say."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ENVELOPE = b'{"position":%d,"recorded_us":%d,"stream_id":"%b","version":%d,"name":"%b","state":%b}\n'
_DASH = "— "
_RECEIPT = "c2sp.org/tlog-proof@v1"


class NotProven(Exception):
    """It does not hold, or is not in the form it has to have; the message says what."""


def microseconds(at: datetime) -> int:
    """Microseconds since the Unix epoch, exactly: PostgreSQL keeps time as finely."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def envelope(position: int, recorded_us: int, stream_id: bytes, version: int, name: bytes, state: bytes) -> bytes:
    """The canonical bytes of an event, which are leaf number `position - 1`: one line of JSON without blanks.

    Its members in this order, numbers in decimal: position; recorded time in microseconds since the Unix epoch; stream
    id in lower-case hex with hyphens; version; name; state, which are the public bytes exactly as they lie in the log.
    It ends with `}` and a line feed. Private parts are in no proof; commitments to them are.
    """
    # No name the service writes has to be escaped. Any that has to would otherwise leave open where the state begins.
    for written, escaped in ((b"\\", rb"\\"), (b'"', rb"\""), (b"\n", rb"\n")):
        name = name.replace(written, escaped)
    return _ENVELOPE % (position, recorded_us, stream_id, version, name, state)


def leaf_hash(leaf: bytes) -> bytes:
    """What stands for a leaf (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """The same of many at once, which takes less time."""
    begun, found = hashlib.sha256(b"\x00"), []
    for leaf in leaves:
        one = begun.copy()
        one.update(leaf)
        found.append(one.digest())
    return found


def node_hash(left: bytes, right: bytes) -> bytes:
    """What stands for two neighbours (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, the first first."""
    level, sha256 = b"".join(leaf_hashes), hashlib.sha256
    while (size := len(level)) > HASH_BYTES:
        pairs = [sha256(b"\x01" + level[at : at + 2 * HASH_BYTES]).digest() for at in range(0, size - HASH_BYTES, 64)]
        level = b"".join(pairs) + (level[-HASH_BYTES:] if size % 64 else b"")
    return level or EMPTY_ROOT


def roots_over(leaf_hashes: Sequence[bytes], each: int) -> list[bytes]:
    """The roots over so many leaf hashes each, a power of two; of the last, over as many as there are."""
    level, width, sha256 = list(leaf_hashes), 1, hashlib.sha256
    while width < each:
        pairs = zip(level[::2], level[1::2], strict=False)
        above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        level, width = above + level[-1:] * (len(level) % 2), width * 2
    return level


def root_of_subtrees(roots: Sequence[bytes]) -> bytes:
    """The root of a tree from those of the complete subtrees it is made of, the largest first."""
    *rest, root = roots or (EMPTY_ROOT,)
    for left in reversed(rest):
        root = node_hash(left, root)
    return root


def verify_inclusion(leaf: bytes, number: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """That the leaf with this hash and number is in the tree of this size and root (RFC 9162 §2.1.3.2)."""
    if not 0 <= number < size <= LARGEST:
        raise NotProven(f"leaf {number} does not lie in a tree of {size} leaves")
    _whole(leaf, root, *path)
    reached = leaf
    for step, left in _climbed(number, size - 1, path):
        reached = node_hash(step, reached) if left else node_hash(reached, step)
    if reached != root:
        raise NotProven(f"the path from leaf {number} leads to another root")


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> None:
    """That the larger tree begins with the smaller one, unchanged (RFC 9162 §2.1.4.2)."""
    if not 0 < old_size <= size <= LARGEST or (old_size < size) != bool(path):
        raise NotProven(f"no path of {len(path)} steps leads from a tree of {old_size} leaves to one of {size}")
    _whole(old_root, root, *path)
    at, last = old_size - 1, size - 1
    while at & 1 or (at and at == last):
        at, last = at >> 1, last >> 1
    # A smaller tree that is complete is a step of its own, which nobody needs to be told.
    first, *steps = path if at else (old_root, *path)
    old_reached = reached = first
    for step, left in _climbed(at, last, steps):
        old_reached = node_hash(step, old_reached) if left else old_reached
        reached = node_hash(step, reached) if left else node_hash(reached, step)
    if old_reached != old_root or reached != root:
        raise NotProven(f"the tree of {size} leaves does not begin with the one of {old_size}")


def _climbed(at: int, last: int, path: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each step up from a node to the root, and whether it lies to the left; `last` is the last node of its level."""
    for step in path:
        if last == 0:
            raise NotProven("the path is too long")
        left = at & 1 == 1 or at == last
        while left and at and not at & 1:
            at, last = at >> 1, last >> 1
        yield step, left
        at, last = at >> 1, last >> 1
    if last:
        raise NotProven("the path is too short")


def _whole(*hashes: bytes) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise NotProven(f"a hash has {HASH_BYTES} bytes")


class Key(NamedTuple):
    """A public key and the name it signs under. As text, the verifier key (vkey) of signed-note."""

    name: str
    kind: int
    """LOG_KEY or WITNESS_KEY."""
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell the keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> Key:
        """The key a text stands for, which may end with a newline. Raises NotProven."""
        name, id, encoded = (*vkey.removesuffix("\n").split("+", 2), "", "")[:3]
        public = from_base64(encoded)
        if len(public) != 1 + HASH_BYTES or public[0] not in (LOG_KEY, WITNESS_KEY):
            raise NotProven("a verifier key is a name, an id and an Ed25519 key, with a plus between them")
        key = cls(_key_name(name), public[0], public[1:])
        if key.id.hex() != id:
            raise NotProven("the verifier key has another id than it names")
        return key


class Signature(NamedTuple):
    """A signature line of a note. Only verifying shows that it was made with the key it names."""

    name: str
    key_id: bytes
    signed: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {_base64(self.key_id + self.signed)}\n"

    @property
    def seconds(self) -> int:
        """When a witness says it cosigned, in seconds since the Unix epoch."""
        return int.from_bytes(self.signed[:8], "big")

    @classmethod
    def parse(cls, line: str) -> Signature:
        """The signature of a line without its newline. Raises NotProven."""
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        signed = from_base64(encoded)
        if not line.startswith(_DASH) or len(signed) <= 4:
            raise NotProven("a signature line is an em dash, the name of a key and a signature in base64")
        return cls(_key_name(name), signed[:4], signed[4:])


class Note(NamedTuple):
    """A text, which ends with a newline, and its signatures (C2SP signed-note). Nothing in it is true unverified."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    @classmethod
    def parse(cls, note: str) -> Note:
        """The note as it was published. Raises NotProven."""
        if len(note) > MOST_CHARACTERS or any(one != "\n" and _no_text(one) for one in note):
            raise NotProven(
                f"a note has at most {MOST_CHARACTERS} characters, none that controls and none outside UTF-8"
            )
        text, blank, lines = note.rpartition("\n\n")
        if not blank or not text or not lines.endswith("\n"):
            raise NotProven("a note is a text, an empty line and signature lines")
        if lines.count("\n") > MOST_SIGNATURES:
            raise NotProven(f"a note has at most {MOST_SIGNATURES} signatures")
        return cls(text + "\n", tuple(Signature.parse(line) for line in lines[:-1].split("\n")))

    def signed_by(self, key: Key) -> tuple[Signature, ...]:
        """What this key signed it with, if it did. Raises NotProven where a signature in its name is a wrong one."""
        claimed = tuple(one for one in self.signatures if (one.name, one.key_id) == (key.name, key.id))
        for one in claimed:
            signed, message = one.signed, self.text.encode()
            if key.kind == WITNESS_KEY:
                signed, message = signed[8:], _cosigned(self.text, one.seconds)
                if one.seconds > LARGEST:
                    raise NotProven(f"{key.name} says a time no cosignature may say")
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(signed, message)
            except (InvalidSignature, ValueError):
                raise NotProven(f"the signature of {key.name} is a wrong one") from None
        return claimed


def sign(text: str, name: str, private: Ed25519PrivateKey) -> Signature:
    """A log's signature of a text."""
    key = Key(_key_name(name), LOG_KEY, private.public_key().public_bytes_raw())
    return Signature(name, key.id, private.sign(text.encode()))


def cosign(text: str, name: str, private: Ed25519PrivateKey, at: datetime) -> Signature:
    """A witness's cosignature of the text of a checkpoint (C2SP tlog-cosignature)."""
    key = Key(_key_name(name), WITNESS_KEY, private.public_key().public_bytes_raw())
    seconds = (at - _EPOCH) // timedelta(seconds=1)
    return Signature(name, key.id, seconds.to_bytes(8, "big") + private.sign(_cosigned(text, seconds)))


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


class Checkpoint(NamedTuple):
    """How large a log was, and its root then (C2SP tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """The checkpoint of a note's text; further lines are allowed and say nothing. Raises NotProven."""
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < 3 or not all(lines):
            raise NotProven("a checkpoint has three lines: origin, size and root")
        return cls(lines[0], _number(lines[1]), a_hash(lines[2]))

    @classmethod
    def opened(cls, note: str, log: Key) -> Checkpoint:
        """The checkpoint of a note, where this log signed it under its own name. Raises NotProven."""
        parsed = Note.parse(note)
        if log.kind != LOG_KEY or not parsed.signed_by(log):
            raise NotProven(f"it is not signed by {log.name} with the key known")
        checkpoint = cls.parse(parsed.text)
        if checkpoint.origin != log.name:
            raise NotProven(f"{log.name} signed it, and it is of {checkpoint.origin}")
        if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
            raise NotProven("an empty tree has another root")
        return checkpoint


class Receipt(NamedTuple):
    """That a leaf is in the log, to be shown to anybody without asking the log (C2SP tlog-proof)."""

    number: int
    path: tuple[bytes, ...]
    note: str
    """The signed checkpoint as it was published, with its cosignatures."""
    leaf: bytes | None = None
    """The envelope it speaks of, in the line `extra`."""

    def __str__(self) -> str:
        extra = "" if self.leaf is None else f"extra {_base64(self.leaf)}\n"
        path = "".join(f"{_base64(one)}\n" for one in self.path)
        return f"{_RECEIPT}\n{extra}index {self.number}\n{path}\n{self.note}"

    @classmethod
    def parse(cls, receipt: str) -> Receipt:
        """The receipt as it was given; nothing in it is true before it has been verified. Raises NotProven."""
        head, blank, note = receipt.partition("\n\n")
        first, *lines = head.split("\n")
        brought = lines and lines[0].startswith("extra ")
        leaf = from_base64(lines.pop(0).removeprefix("extra ")) if brought else None
        if first != _RECEIPT or not blank or not lines or not lines[0].startswith("index "):
            raise NotProven(f"a receipt begins with {_RECEIPT} and names an index")
        return cls(_number(lines[0].removeprefix("index ")), tuple(map(a_hash, lines[1:])), note, leaf)

    def verified(self, log: Key, leaf: bytes | None = None) -> Checkpoint:
        """The checkpoint that holds this leaf; without one, the leaf the receipt brought. Raises NotProven."""
        leaf = self.leaf if leaf is None else leaf
        if leaf is None:
            raise NotProven("the receipt brings no leaf: say which one it is to prove")
        checkpoint = Checkpoint.opened(self.note, log)
        verify_inclusion(leaf_hash(leaf), self.number, checkpoint.size, self.path, checkpoint.root)
        return checkpoint


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def from_base64(text: str) -> bytes:
    """The bytes of a text in base64. Raises NotProven."""
    try:
        data = b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not text or _base64(data) != text:
        raise NotProven("this is no base64 in its one form")
    return data


def a_hash(text: str) -> bytes:
    """The hash of a text in base64. Raises NotProven."""
    data = from_base64(text)
    _whole(data)
    return data


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or str(int(text)) != text or int(text) > LARGEST:
        raise NotProven(f"a number here has digits alone, no leading zero, and is at most {LARGEST}")
    return int(text)


def _no_text(one: str) -> bool:
    """Whether it controls, or is half a character, which Python makes of bytes that are no UTF-8."""
    return one < " " or "\ud800" <= one <= "\udfff"


def _key_name(name: str) -> str:
    if not name or "+" in name or any(one.isspace() or _no_text(one) for one in name):
        raise NotProven("the name of a key holds no space and no plus")
    return name
