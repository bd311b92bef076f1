"""A frozen database: what is known of it, and how it gets into a database of today's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import psycopg

HERE = Path(__file__).parent

TOKENS_BEGIN = "hzl_320583_"
"""Left out of the file, lest those who look for lost tokens find one."""


@dataclass(frozen=True)
class Answer:
    """What was asked with the auditor's token, path and query, and what was answered."""

    path: str
    query: dict[str, str]
    said: Any


@dataclass(frozen=True)
class Told:
    """What is known of a database once the story has been told."""

    at: str
    """The time it was then."""
    secret: str
    """The home's command-keys.secret, in hex."""
    auditor: str
    revoked: str
    worker: str
    """Whoever reported under KEY."""
    repeated: dict[str, Any]
    """What the command under KEY was answered."""
    answers: Sequence[Answer]

    def lines(self) -> str:
        """As it is kept: all but the answers, then one answer a line."""
        tokens = {name: getattr(self, name).removeprefix(TOKENS_BEGIN) for name in ("auditor", "revoked", "worker")}
        first = {"at": self.at, "secret": self.secret, **tokens, "repeated": self.repeated}
        rest = ([answer.path, answer.query, answer.said] for answer in self.answers)
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (first, *rest))

    @classmethod
    def of(cls, lines: str) -> Self:
        """What `lines` kept."""
        first, *rest = map(json.loads, lines.splitlines())
        tokens = {name: TOKENS_BEGIN + first[name] for name in ("auditor", "revoked", "worker")}
        return cls(**first | tokens, answers=[Answer(*line) for line in rest])

    @property
    def now(self) -> datetime:
        """The time it was then."""
        return datetime.fromisoformat(self.at)


def told(name: str) -> Told:
    """What is known of the frozen database of this name."""
    return Told.of((HERE / f"{name}.jsonl").read_text(encoding="utf-8"))


def thaw(name: str, url: str, schema: str | None = None) -> None:
    """Put the frozen database of this name into an empty one, under another schema if one is named."""
    sql = (HERE / f"{name}.sql").read_text(encoding="utf-8")
    if schema is not None:
        sql = sql.replace("hazardloop_320583", schema).replace("'320583'", f"'{schema.rpartition('_')[2]}'")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.encode())
