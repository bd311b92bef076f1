"""Importing: cells that hold people: divided as ledgers divide them, and masked where a mapping says so."""

from __future__ import annotations

import re
from collections.abc import Sequence

DIVIDED_BY = re.compile(r"[、，,;；/\r\n]+")

MASK = "＊"


def people_in(cell: str) -> Sequence[str]:
    """Everybody a cell names, each once."""
    return list(dict.fromkeys(name for part in DIVIDED_BY.split(cell) if (name := part.strip())))


def masked(cell: str) -> str:
    """The first sign of everybody a cell names."""
    return "、".join(name[0] + MASK for name in people_in(cell))
