"""A made-up event for tests of the log: the log knows nothing of hazards."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from application.log import Append, CommandKey, Receipt
from domain.actors import By, Role
from domain.catalogue import Catalogue
from domain.erasable import Erasable
from domain.event import DomainEvent
from infrastructure.log.event_log import PostgresEventLog

SCHEMA = "hazardloop_320583"
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
BY = By(actor_id=UUID(int=1), role=Role.WORKER)


class Noted(DomainEvent):
    """Somebody made a note."""

    name: ClassVar[str] = "note.noted.v2"

    text: Erasable | None = None
    line: str = ""


NOTES = Catalogue([Noted])


def noted(stream_id: UUID, version: int = 1, text: str | None = None, line: str = "") -> Noted:
    """A note, as an aggregate would make it."""
    return Noted(
        originator_id=stream_id,
        originator_version=version,
        by=BY,
        occurred_at=AT,
        correlation_id=UUID(int=2),
        text=None if text is None else Erasable(text),
        line=line,
    )


def note(stream_id: UUID | None = None, version: int = 1, text: str | None = None, line: str = "") -> Append:
    """An item of one note, in a stream of its own unless one is given."""
    return Append([noted(stream_id or uuid4(), version, text, line)])


def key(number: int, asked: bytes = b"what was asked  ") -> CommandKey:
    """A command's key."""
    return CommandKey(number.to_bytes(16, "big"), asked)


async def append_one(log: PostgresEventLog, item: Append) -> Receipt:
    """Append an item that has to be written."""
    (outcome,) = await log.append([item])
    assert isinstance(outcome, Receipt)
    return outcome


def lines(recorded: Sequence[object]) -> list[str]:
    """What the notes say, in the order given."""
    return [getattr(getattr(one, "event", None), "line", "unreadable") for one in recorded]
