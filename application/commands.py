"""Application: what can be done. A refusal is the domain's to raise; here it is only made sure that whatever a command
refers to exists.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from application.deciding import Beginning, Following, Request, Turns
from application.log import EventLog, Receipt, readable
from application.ports import Chance, Clock, EvidenceStore, ViewedTexts
from application.remembering import Remembered
from application.witnessing import witness_key
from domain.actors import Actor
from domain.enterprise.enterprise import Enterprise, EnterpriseCommand, Register
from domain.event import Act, Aggregate
from domain.hazard.closing import EraseTexts
from domain.hazard.hazard import Hazard
from domain.hazard.inspecting import Dismiss
from domain.hazard.moves import Move
from domain.hazard.reporting import Report, Transfer
from domain.refusals import CONTRACT, Rule, RuleBroken
from domain.rules.rulebook import Rulebook
from domain.transparency.witness import RegisterWitness, Witness
from domain.transparency.witness import stream_of as witness_stream

A = TypeVar("A", bound=Aggregate)

NO_HAZARD = Rule("hazard.unknown", "there is no such hazard", CONTRACT)
NO_ENTERPRISE = Rule("enterprise.unknown", "no enterprise is registered under this code", CONTRACT)
REGISTERED = Rule("enterprise.registered", "an enterprise is registered under this code already", CONTRACT)
WITNESS_NAMED = Rule("witness.registered", "a witness is registered under this name already", CONTRACT)
NO_EVIDENCE = Rule("evidence.unknown", "nothing is stored under this hash; store the file first", CONTRACT)
NO_DUPLICATE = Rule("dismissal.original_unknown", "the hazard named as the original does not exist", CONTRACT)


@lru_cache(maxsize=4096)
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
    turns: Turns = field(default_factory=Turns)
    remembered: Remembered = field(default_factory=Remembered)
    """One for all jurisdictions of a process."""

    async def report(self, request: Request, report: Report) -> Receipt:
        """Report a hazard; answers the new stream's first version."""
        id = self.chance.id()

        async def begin() -> Hazard:
            hazard = report.open(id, self._act(request, report.occurred_at))
            if report.enterprise_uscc is not None:
                await self._enterprise_is_known(report.enterprise_uscc)
            await self._evidence_is_known(report.evidence)
            return hazard

        return await Beginning(self.log, request, id, begin, NO_HAZARD).decided()

    async def carry_out(self, request: Request, hazard_id: UUID, move: Move) -> Receipt:
        """Make one move on a hazard."""

        async def decide(hazard: Hazard) -> None:
            hazard.carry_out(move, self._act(request, move.occurred_at, hazard))
            # Only now: whoever may not make the move learns nothing of what else there is.
            await self._references_are_known(move, request.actor)

        erases = hazard_id if isinstance(move, EraseTexts) else None
        receipt = await self._following(request, hazard_id, Hazard, decide, NO_HAZARD, move.replaces, erases)
        if erases is not None:
            # Asked again, it is done again: what is acknowledged is gone everywhere.
            await self.texts.forget([erases])
        return receipt

    async def register(self, request: Request, register: Register) -> Receipt:
        """Register an enterprise."""
        id = enterprise_stream(self.code, register.uscc)

        async def begin() -> Enterprise:
            return register.open(id, self._act(request, register.occurred_at))

        return await Beginning(self.log, request, id, begin, REGISTERED).decided()

    async def carry_out_on_enterprise(self, request: Request, uscc: str, command: EnterpriseCommand) -> Receipt:
        """Change or close an enterprise."""

        async def decide(enterprise: Enterprise) -> None:
            enterprise.carry_out(command, self._act(request, command.occurred_at, enterprise))

        id = enterprise_stream(self.code, uscc)
        return await self._following(request, id, Enterprise, decide, NO_ENTERPRISE, command.replaces)

    async def register_witness(self, request: Request, register: RegisterWitness) -> Receipt:
        """Register the key of a witness."""
        id = witness_stream(self.code, witness_key(register.verifier_key).name)

        async def begin() -> Witness:
            return register.open(id, self._act(request, register.occurred_at))

        return await Beginning(self.log, request, id, begin, WITNESS_NAMED).decided()

    async def _following(
        self,
        request: Request,
        id: UUID,
        kind: type[A],
        decide: Callable[[A], Awaitable[None]],
        unknown: Rule,
        replaces: bool,
        erases: UUID | None = None,
    ) -> Receipt:
        return await Following(
            self.code, self.log, self.remembered, self.turns, request, id, kind, decide, unknown, replaces, erases
        ).decided()

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
        id = enterprise_stream(self.code, uscc)
        if self.remembered.is_registered(self.code, id):
            return
        if not await self.log.read(id):
            raise RuleBroken(NO_ENTERPRISE, "enterprise_uscc")
        self.remembered.registered(self.code, id)

    async def _evidence_is_known(self, names: Sequence[str]) -> None:
        if names and await self.evidence.missing(names):
            raise RuleBroken(NO_EVIDENCE, "evidence")
