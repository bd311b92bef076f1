"""API: what the commands that only look have in common: as whom they ask, and the past they look back to."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from api.cli.terminal import CommandFailed
from application.questions import ClockKind, LogVersion, Moment, Past
from domain.actors import Actor, Role
from domain.uscc import EnterpriseCode

LAST = 2**63 - 1
"""The highest position there can be."""

OPERATOR = Actor(UUID(int=0), Role.AUDITOR)
"""Whoever may start the command can read the database as well. Only ever asks, so it is in no event."""

At = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="As of this time (RFC 3339 with offset) instead of now.", show_default=False),
]
Version = Annotated[
    int | None,
    typer.Option(
        "--version",
        metavar="N",
        min=1,
        max=LAST,
        help="As the log held it up to this position; instead of --at.",
        show_default=False,
    ),
]
Fold = Annotated[
    bool, typer.Option("--fold", help="Fold the whole log for it, and compare: exit code 1 if the views say otherwise.")
]
ByClock = Annotated[ClockKind, typer.Option("--clock", help="Whether TIME is when it was recorded or occurred.")]

_ENTERPRISE: TypeAdapter[str] = TypeAdapter(EnterpriseCode)
_TIME: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


def moment(at: str | None, clock: ClockKind) -> Moment | None:
    """The time to look back to, if one was given."""
    if at is None:
        return None
    try:
        return Moment(_TIME.validate_python(at), clock)
    except ValidationError:
        raise CommandFailed("--at: a time has date, time and offset, such as 2026-03-02T09:00:00+08:00") from None


def past(at: str | None, clock: ClockKind, version: int | None) -> Past | None:
    """The past to look back to, if one was given."""
    one_past(at, version)
    return moment(at, clock) if version is None else LogVersion(version)


def one_past(at: str | None, version: int | None) -> None:
    """Refuse two pasts. Raises CommandFailed."""
    if at is not None and version is not None:
        raise CommandFailed("--version: a past is named by its version or by a time, not by both")


def code_given(given: str) -> str:
    """An enterprise's code as it was typed. Raises CommandFailed."""
    try:
        return _ENTERPRISE.validate_python(given)
    except ValidationError as error:
        raise CommandFailed(f"USCC: {error.errors(include_input=False)[0]['msg']}") from None


def shown(when: datetime | None) -> str:
    """A time for a table: to the second, with its offset."""
    return "" if when is None else when.isoformat(sep=" ", timespec="seconds")
