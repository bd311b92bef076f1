"""What a command leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ran:
    """Its exit code and what it wrote."""

    code: int
    out: str
    err: str


Hazardloop = Callable[..., Ran]
"""Runs the command with these arguments."""


def done(ran: Ran) -> str:
    """What it wrote, if it is done."""
    assert ran.code == 0, ran.err
    return ran.out
