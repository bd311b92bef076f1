"""API: whether the fold of the log and the views say the same. What is shown is what the fold says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from api.cli.terminal import FOUND_FAULTS, CommandFailed
from application.answers import Answer

A = TypeVar("A", bound=Answer)

_HOW_FAR = {"position"}
"""How far a board had been read: more may have been appended in between."""


def agreed(folded: A | None, viewed: A | None) -> A:
    """What the fold says, where the views say the same. Raises CommandFailed."""
    if folded is None or viewed is None:
        raise CommandFailed("the fold of the log and the views do not agree on whether it is there", FOUND_FAULTS)
    by_fold, by_views = (one.model_dump(exclude=_HOW_FAR) for one in (folded, viewed))
    differing = [name for name, value in by_fold.items() if value != by_views[name]]
    if differing:
        raise CommandFailed(f"the fold of the log and the views do not agree on {', '.join(differing)}", FOUND_FAULTS)
    return folded


def agreed_rows(folded: Sequence[A], viewed: Sequence[A], what: str) -> Sequence[A]:
    """The same of a list. Raises CommandFailed."""
    if list(folded) != list(viewed):
        raise CommandFailed(f"the fold of the log and the views do not agree on {what}", FOUND_FAULTS)
    return folded
