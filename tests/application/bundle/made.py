"""Bundles made by hand, without a log: so many rows of a few streams, some with texts, one of them erased."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from application.bundle.lines import (
    ALL,
    CHECKPOINT,
    EVENTS,
    EVIDENCE,
    FILES,
    FORM,
    GROUP,
    HASHES,
    KEYS,
    MANIFEST,
    PROOFS,
    TEXTS,
    TEXTS_ERASED,
    Row,
    event_line,
    proof_line,
    text_line,
)
from application.proof import LOG_KEY, Checkpoint, Key, Note, sign
from application.tree import paths_within
from domain.erasable import commitment
from tests.application import naive_tree

NAME = "log.example/320583"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes([3]) * 32)
KEY = Key(NAME, LOG_KEY, PRIVATE.public_key().public_bytes_raw())
STREAMS = 5
ERASED = 2
"""The stream whose texts are erased by the last row but one."""


def note(size: int, root: bytes, private: Ed25519PrivateKey = PRIVATE) -> str:
    text = Checkpoint(NAME, size, root).text
    return str(Note(text, (sign(text, NAME, private),)))


def sealed(position: int, text: str) -> tuple[str, str]:
    salt = position.to_bytes(16, "big")
    return commitment(salt, text), salt.hex()


def compact(said: object) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def text_of(position: int, plain: bool) -> str:
    """Every other one has to be escaped in JSON, unless they are to be plain."""
    return f"安全出口被堵 {position}" if plain or position % 2 else f'安全出口被堵 "{position}"'


@dataclass
class Log:
    """Rows as they lie in a log, and what was said in them."""

    rows: list[Row] = field(default_factory=list)
    private: dict[int, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, size: int, evidence: str | None = None, *, erases: bool = True, plain: bool = False) -> Log:
        log, versions = cls(), [0] * STREAMS
        for position in range(1, size + 1):
            last = erases and position == size - 1
            stream = ERASED if last else position % STREAMS
            versions[stream] += 1
            seal, salt = sealed(position, text_of(position, plain))
            state = {"description": {"commitment": seal}, "evidence": [evidence] if evidence else []}
            if last:
                state = {"legal_basis": "个人信息保护法 Art 47"}
            else:
                log.private[position] = compact({seal: [salt, text_of(position, plain)]})
            name = TEXTS_ERASED if last else b"hazard.reported.v1"
            id = str(UUID(int=stream)).encode()
            log.rows.append(Row(position, 10**15 + position, id, versions[stream], name, compact(state)))
        for row in log.rows[: size - 1]:
            if erases and row.stream == str(UUID(int=ERASED)).encode():
                log.private.pop(row.position, None)
        return log

    @property
    def leaves(self) -> list[bytes]:
        return [row.leaf for row in self.rows]

    @property
    def envelopes(self) -> list[bytes]:
        return [row.envelope for row in self.rows]

    def note(self, size: int | None = None) -> str:
        return note(len(self.rows) if size is None else size, naive_tree.root(self.envelopes[:size]))

    def proofs(self, positions: Collection[int]) -> Iterable[bytes]:
        leaves, envelopes, size = self.leaves, self.envelopes, len(self.rows)
        for first in range(1, size + 1, GROUP):
            mine = sorted({*positions} & {*range(first, first + GROUP)})
            if mine:
                within = paths_within(leaves[first - 1 : first - 1 + GROUP])
                above = naive_tree.path(first - 1, envelopes)[len(within[0]) :]
                yield proof_line(first, above, {position: within[position - first] for position in mine})

    def bundle(
        self, folder: Path, positions: Sequence[int] | None = None, kind: str = ALL, files: bool = False
    ) -> Path:
        """A bundle of these positions, in a folder."""
        folder.mkdir()
        here = list(range(1, len(self.rows) + 1)) if positions is None else list(positions)
        rows = [self.rows[position - 1] for position in here]
        write = {
            CHECKPOINT: self.note().encode(),
            KEYS: f"{KEY}\n".encode(),
            EVENTS: b"".join(map(event_line, rows)),
            TEXTS: b"".join(text_line(at, self.private[at]) for at in here if at in self.private),
            PROOFS: b"".join(self.proofs(here)),
            "catalogue.json": b"{}",
            MANIFEST: json.dumps(
                {
                    "form": FORM,
                    "of": {"kind": kind},
                    "events": len(here),
                    "first": here[0],
                    "last": here[-1],
                    "texts": True,
                    "evidence": FILES if files else HASHES,
                }
            ).encode(),
        }
        for name, content in write.items():
            (folder / name).write_bytes(content)
        if files:
            (folder / EVIDENCE).mkdir()
        return folder
