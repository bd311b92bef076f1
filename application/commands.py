"""Application: what can be done. Read the stream, let the aggregate decide, append what happened.

A refusal is the domain's to raise; here it is only made sure that whatever a command refers to
exists, that it was decided on the version the caller has seen, and that a repeated command is
answered as the first time.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5
from weakref import WeakValueDictionary

from application.log import Append, CommandKey, EventLog, Known, Receipt, Recorded, Stale, Unavailable
from application.ports import Chance, Clock, EvidenceStore, ViewedTexts
from domain.actors import Actor
from domain.enterprise.enterprise import Enterprise, EnterpriseCommand, Register
from domain.event import Act, Aggregate, DomainEvent
from domain.hazard.closing import EraseTexts
from domain.hazard.hazard import Hazard
from domain.hazard.inspecting import Dismiss
from domain.hazard.moves import Move
from domain.hazard.reporting import Report, Transfer
from domain.refusals import CONTRACT, Conflict, KeyReused, Rule, RuleBroken, StaleVersion, Unknown, VersionRequired
from domain.rules.rulebook import Rulebook

NO_HAZARD = Rule("hazard.unknown", "there is no such hazard", CONTRACT)
NO_ENTERPRISE = Rule("enterprise.unknown", "no enterprise is registered under this code", CONTRACT)
REGISTERED = Rule("enterprise.registered", "an enterprise is registered under this code already", CONTRACT)
NO_EVIDENCE = Rule("evidence.unknown", "nothing is stored under this hash; store the file first", CONTRACT)
NO_DUPLICATE = Rule("dismissal.original_unknown", "the hazard named as the original does not exist", CONTRACT)
MATCH = Rule(
    "if_match.required", "this decision replaces something: say in If-Match which version it was taken on", CONTRACT
)
STALE = Rule("if_match.stale", "the resource has moved on since this version", CONTRACT)
REUSED = Rule("idempotency_key.reused", "this Idempotency-Key was used with another request body", CONTRACT)

PATIENCE = 5.0
"""Seconds for which a command that named no version is decided anew while others are faster."""

A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, in which chain of causes, under which Idempotency-Key and on which version."""

    actor: Actor
    correlation_id: UUID
    command: CommandKey | None = None
    expected_version: int | None = None


def enterprise_stream(code: str, uscc: str) -> UUID:
    """The stream of an enterprise; the same code can't be registered twice in a jurisdiction."""
    return uuid5(NAMESPACE_URL, f"hazardloop:{code}/enterprises/{uscc}")


@dataclass(frozen=True, slots=True)
class Commands:
    """Everything that can be done in one jurisdiction."""

    code: str
    log: EventLog
    rules: Rulebook
    clock: Clock
    chance: Chance
    evidence: EvidenceStore
    texts: ViewedTexts
    turns: WeakValueDictionary[UUID, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """Of the commands of this process that lost a race for a stream, one at a time tries again."""

    async def report(self, request: Request, report: Report) -> Receipt:
        """Report a hazard; answers the new stream's first version."""
        id = self.chance.id()
        if (receipt := await self._answered(request, id)) is not None:
            return receipt
        hazard = report.open(id, self._act(request, report.occurred_at))
        if report.enterprise_uscc is not None:
            await self._enterprise_is_known(report.enterprise_uscc)
        await self._evidence_is_known(report.evidence)
        return await self._first(request, hazard, NO_HAZARD)

    async def carry_out(self, request: Request, hazard_id: UUID, move: Move) -> Receipt:
        """Make one move on a hazard."""

        async def decide(hazard: Hazard) -> None:
            hazard.carry_out(move, self._act(request, move.occurred_at, hazard))
            # Only now: whoever may not make the move learns nothing of what else there is.
            await self._references_are_known(move, request.actor)

        erases = hazard_id if isinstance(move, EraseTexts) else None
        receipt = await self._next(request, hazard_id, Hazard, NO_HAZARD, move.replaces, decide, erases)
        if erases is not None:
            # Asked again, it is done again: what is acknowledged is gone everywhere.
            await self.texts.forget([erases])
        return receipt

    async def register(self, request: Request, register: Register) -> Receipt:
        """Register an enterprise."""
        id = enterprise_stream(self.code, register.uscc)
        if (receipt := await self._answered(request, id)) is not None:
            return receipt
        return await self._first(request, register.open(id, self._act(request, register.occurred_at)), REGISTERED)

    async def carry_out_on_enterprise(self, request: Request, uscc: str, command: EnterpriseCommand) -> Receipt:
        """Change or close an enterprise."""

        async def decide(enterprise: Enterprise) -> None:
            enterprise.carry_out(command, self._act(request, command.occurred_at, enterprise))

        id = enterprise_stream(self.code, uscc)
        return await self._next(request, id, Enterprise, NO_ENTERPRISE, command.replaces, decide)

    async def _answered(self, request: Request, stream_id: UUID) -> Receipt | None:
        """What the command was answered the first time, before any rule is asked."""
        if request.command is not None:
            _, known = await self.log.read_for(stream_id, request.command)
            if known is not None:
                return _again(known, request)
        if request.expected_version is not None:
            # What is about to be created has no version yet.
            raise StaleVersion(STALE, "If-Match")
        return None

    async def _first(self, request: Request, aggregate: Aggregate, taken: Rule) -> Receipt:
        (outcome,) = await self.log.append([Append(_pending(aggregate), request.command)])
        if isinstance(outcome, Stale):
            raise Conflict(taken)
        return outcome if isinstance(outcome, Receipt) else _again(outcome, request)

    async def _next(
        self,
        request: Request,
        stream_id: UUID,
        kind: type[A],
        unknown: Rule,
        replaces: bool,
        decide: Callable[[A], Awaitable[None]],
        erases: UUID | None = None,
    ) -> Receipt:
        async def attempt() -> Receipt | None:
            """One attempt; None if somebody else was faster."""
            recorded, known = await self.log.read_for(stream_id, request.command)
            if known is not None:
                return _again(known, request)
            aggregate = kind.fold(readable(recorded))
            if aggregate is None or not aggregate.visible_to(request.actor):
                raise Unknown(unknown)
            _on_this_version(request, aggregate, replaces)
            await decide(aggregate)
            (outcome,) = await self.log.append([Append(_pending(aggregate), request.command, erases)])
            if isinstance(outcome, Stale):
                return None
            return outcome if isinstance(outcome, Receipt) else _again(outcome, request)

        receipt = await attempt()
        if receipt is not None:
            return receipt
        turn = self.turns.setdefault(stream_id, asyncio.Lock())
        try:
            async with asyncio.timeout(PATIENCE), turn:
                while (receipt := await attempt()) is None:
                    pass
                return receipt
        except TimeoutError:
            raise Unavailable from None

    def _act(self, request: Request, occurred_at: datetime | None, on: Aggregate | None = None) -> Act:
        """Said to have occurred now where nothing else is said, but never before what it follows."""
        now = self.clock.now()
        return Act(
            by=request.actor,
            now=now,
            occurred_at=occurred_at or (max(now, on.modified_on) if on else now),
            correlation_id=request.correlation_id,
            rules=self.rules,
        )

    async def _references_are_known(self, move: Move, actor: Actor) -> None:
        await self._evidence_is_known(getattr(move, "evidence", ()))
        consent = getattr(move, "consent", None)
        if consent is not None:
            await self._evidence_is_known(consent.evidence)
        if isinstance(move, Transfer):
            await self._enterprise_is_known(move.enterprise_uscc)
        if isinstance(move, Dismiss) and move.duplicate_of is not None:
            original = Hazard.fold(readable(await self.log.read(move.duplicate_of)))
            if original is None or not original.visible_to(actor):
                raise RuleBroken(NO_DUPLICATE, "duplicate_of")

    async def _enterprise_is_known(self, uscc: str) -> None:
        if not await self.log.read(enterprise_stream(self.code, uscc)):
            raise RuleBroken(NO_ENTERPRISE, "enterprise_uscc")

    async def _evidence_is_known(self, names: Sequence[str]) -> None:
        if names and await self.evidence.missing(names):
            raise RuleBroken(NO_EVIDENCE, "evidence")


def readable(recorded: Sequence[Recorded]) -> list[DomainEvent]:
    """The events of a stream. Raises Unavailable where this release can't read one: nothing is decided on a guess."""
    events = [one.event for one in recorded if isinstance(one.event, DomainEvent)]
    if len(events) < len(recorded):
        raise Unavailable(60)
    return events


def _pending(aggregate: Aggregate) -> Sequence[DomainEvent]:
    return [event for event in aggregate.collect_events() if isinstance(event, DomainEvent)]


def _on_this_version(request: Request, aggregate: Aggregate, replaces: bool) -> None:
    if request.expected_version is None:
        if replaces:
            raise VersionRequired(MATCH, "If-Match")
    elif request.expected_version != aggregate.version:
        raise StaleVersion(STALE, "If-Match")


def _again(known: Known, request: Request) -> Receipt:
    assert request.command is not None
    if not hmac.compare_digest(known.request, request.command.request):
        raise KeyReused(REUSED, "Idempotency-Key")
    return known.receipt
