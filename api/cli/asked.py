"""API: what the commands that only look have in common: as whom they ask, and the time they look back to."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from api.cli.terminal import CommandFailed
from application.questions import ClockKind, Moment
from domain.actors import Actor, Role

OPERATOR = Actor(UUID(int=0), Role.AUDITOR)
"""Whoever may start the command can read the database as well. Only ever asks, so it is in no event."""

At = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="As of this time (RFC 3339 with offset) instead of now.", show_default=False),
]
ByClock = Annotated[ClockKind, typer.Option("--clock", help="Whether TIME is when it was recorded or occurred.")]

_TIME: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


def moment(at: str | None, clock: ClockKind) -> Moment | None:
    """The time to look back to, if one was given."""
    if at is None:
        return None
    try:
        return Moment(_TIME.validate_python(at), clock)
    except ValidationError:
        raise CommandFailed("--at: a time has date, time and offset, such as 2026-03-02T09:00:00+08:00") from None


def shown(when: datetime | None) -> str:
    """A time for a table: to the second, with its offset."""
    return "" if when is None else when.isoformat(sep=" ", timespec="seconds")
