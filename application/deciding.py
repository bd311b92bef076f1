"""Application: how one command is decided: on an aggregate as it stands, and again if somebody else was faster.

A command id is known before any rule is asked: the same command asked again is answered as the first time, whatever
the rules would say by now. Where a decision is taken before the log was read, the log says so on the way in; only what
is refused has to be looked up.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from application.log import Append, CommandKey, EventLog, Known, Receipt, Stale, Unavailable, readable
from application.remembering import Remembered
from domain.actors import Actor
from domain.event import Aggregate, DomainEvent
from domain.refusals import CONTRACT, Conflict, KeyReused, Refusal, Rule, StaleVersion, Unknown, VersionRequired

MATCH = Rule(
    "if_match.required", "this decision replaces something: say in If-Match which version it was taken on", CONTRACT
)
STALE = Rule("if_match.stale", "the resource has moved on since this version", CONTRACT)
REUSED = Rule("idempotency_key.reused", "this Idempotency-Key was used with another request body", CONTRACT)

PATIENCE = 5.0
"""Seconds for which a command that named no version is decided anew while others are faster."""

A = TypeVar("A", bound=Aggregate)

Turns = WeakValueDictionary[UUID, asyncio.Lock]
"""Of the commands of this process that lost a race for a stream, one at a time tries again."""


class Request(NamedTuple):
    """Who asks, in which chain of causes, under which Idempotency-Key and on which version."""

    actor: Actor
    correlation_id: UUID
    command: CommandKey | None = None
    expected_version: int | None = None


@dataclass(slots=True)
class Beginning:
    """A command that begins a stream. `begin` answers the new aggregate; `taken` is refused where there is one."""

    log: EventLog
    request: Request
    stream_id: UUID
    begin: Callable[[], Awaitable[Aggregate]]
    taken: Rule

    async def decided(self) -> Receipt:
        """What was written. Raises Refusal, Unavailable."""
        try:
            return await self._written()
        except Refusal:
            if self.request.command is None:
                raise
            _, known = await self.log.read_for(self.stream_id, self.request.command)
            if known is None:
                raise
            return _again(known, self.request)

    async def _written(self) -> Receipt:
        if self.request.expected_version is not None:  # what is about to be created has no version yet
            raise StaleVersion(STALE, "If-Match")
        (outcome,) = await self.log.append([Append(_pending(await self.begin()), self.request.command)])
        if isinstance(outcome, Known):
            return _again(outcome, self.request)
        if isinstance(outcome, Stale):
            raise Conflict(self.taken)
        return outcome


@dataclass(slots=True)
class Following(Generic[A]):
    """A command on a stream of the jurisdiction `code`.

    `decide` makes the events; `unknown` is refused where there is no such stream. `replaces`: it must name the version
    it was taken on. `erases`: whose texts go with it.
    """

    code: str
    log: EventLog
    remembered: Remembered
    turns: Turns
    request: Request
    stream_id: UUID
    kind: type[A]
    decide: Callable[[A], Awaitable[None]]
    unknown: Rule
    replaces: bool
    erases: UUID | None = None

    async def decided(self) -> Receipt:
        """What was written. Raises Refusal, Unavailable."""
        receipt = await self._on_remembered() or await self._on_read()
        if receipt is not None:
            return receipt
        turn = self.turns.setdefault(self.stream_id, asyncio.Lock())
        try:
            async with asyncio.timeout(PATIENCE), turn:
                while (receipt := await self._on_read()) is None:
                    pass
                return receipt
        except TimeoutError:
            raise Unavailable from None

    async def _on_remembered(self) -> Receipt | None:
        """On what this process remembers. It may have moved on elsewhere: what is refused on it is no answer yet."""
        remembered = self.remembered.take(self.code, self.stream_id, self.kind)
        if remembered is not None:
            with suppress(Refusal):
                return await self._on(remembered)
        return None

    async def _on_read(self) -> Receipt | None:
        recorded, known = await self.log.read_for(self.stream_id, self.request.command)
        return await self._on(self.kind.fold(readable(recorded))) if known is None else _again(known, self.request)

    async def _on(self, aggregate: A | None) -> Receipt | None:
        """Decided on the aggregate; None if somebody else was faster."""
        if aggregate is None or not aggregate.visible_to(self.request.actor):
            raise Unknown(self.unknown)
        self._taken_on(aggregate.version)
        await self.decide(aggregate)
        try:
            (outcome,) = await self.log.append([Append(_pending(aggregate), self.request.command, self.erases)])
        except Unavailable:
            self.remembered.forget()
            raise
        if isinstance(outcome, Known):
            return _again(outcome, self.request)
        if isinstance(outcome, Stale):
            return None
        self.remembered.keep(self.code, aggregate)
        return outcome

    def _taken_on(self, version: int) -> None:
        if self.request.expected_version is None:
            if self.replaces:
                raise VersionRequired(MATCH, "If-Match")
        elif self.request.expected_version != version:
            raise StaleVersion(STALE, "If-Match")


def _pending(aggregate: Aggregate) -> Sequence[DomainEvent]:
    return [event for event in aggregate.collect_events() if isinstance(event, DomainEvent)]


def _again(known: Known, request: Request) -> Receipt:
    assert request.command is not None
    if not hmac.compare_digest(known.request, request.command.request):
        raise KeyReused(REUSED, "Idempotency-Key")
    return known.receipt
