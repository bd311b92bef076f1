"""Benchmarks: the 400-byte event that is appended, of a size that many events of the loop have without their texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.actors import By, Role
from domain.catalogue import CATALOGUE
from domain.enterprise.enterprise import EnterpriseRegistered
from domain.event import DomainEvent
from infrastructure.log.batch import Row
from infrastructure.log.codec import Codec
from infrastructure.time_and_chance import SystemChance

BYTES = 400

_CHANCE = SystemChance()
_CODEC = Codec(_CHANCE, CATALOGUE)


def first_events(count: int) -> Sequence[DomainEvent]:
    """So many events, each the first of a stream of its own, each of 400 bytes as it lies in the log."""
    event = _event("e")
    event = _event("e" * (1 + BYTES - len(encoded(event).state)))
    return [event.model_copy(update={"originator_id": _CHANCE.id()}) for _ in range(count)]


def encoded(event: DomainEvent) -> Row:
    """The event as it lies in the log."""
    return _CODEC.encode(event)


def shared_out(count: int, writers: int) -> Sequence[Sequence[DomainEvent]]:
    """So many of them, the same number to each writer."""
    return [first_events(count // writers) for _ in range(writers)]


def _event(enterprise_name: str) -> EnterpriseRegistered:
    return EnterpriseRegistered(
        originator_id=_CHANCE.id(),
        originator_version=1,
        by=By(actor_id=_CHANCE.id(), role=Role.UNION_INSPECTOR),
        occurred_at=datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC),
        correlation_id=_CHANCE.id(),
        uscc="91320583MA1WXYRC06",
        enterprise_name=enterprise_name,
        industry_code="34",
        union_organisation="Kunshan",
    )
