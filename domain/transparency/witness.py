"""Domain: the witnesses of a log: who receives dual reports may cosign what the log was, with a key of their own.

What a regulator and a workers' congress have seen, operator and administrator together can't rewrite.
"""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import StringConstraints

from domain.actors import Actor, Role
from domain.command import Command, Fields, claimed_in_order, require
from domain.event import Act, Aggregate, DomainEvent
from domain.hazard.dual_reporting import RECEIVERS
from domain.hazard.rules import ROLE
from domain.refusals import NotAllowed

VerifierKey = Annotated[
    str, StringConstraints(max_length=300, pattern=r"^[!-*,-~]{1,200}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$")
]
"""A vkey (C2SP signed-note) of kind 4, Ed25519: the name it signs under, its id, the key. It names no person."""


class WitnessFields(Fields):
    """The key a witness signs with."""

    verifier_key: VerifierKey


class WitnessRegistered(DomainEvent, WitnessFields):
    """A recipient of dual reports will cosign checkpoints with this key."""

    name: ClassVar[str] = "witness.registered.v1"

    def apply(self, aggregate: Witness) -> None:
        """Change the witness as this event says."""
        aggregate.verifier_key = self.verifier_key
        aggregate.actor_id = self.by.actor_id


class Witness(Aggregate):
    """A key, and whose it is."""

    def __init__(self) -> None:
        self.verifier_key = ""
        self.actor_id: UUID | None = None

    def visible_to(self, actor: Actor) -> bool:
        """Everybody may know who vouches for a log."""
        return True


class RegisterWitness(Command, WitnessFields):
    """Register the key of a witness. A name is taken once; another key needs another name."""

    roles: ClassVar[frozenset[Role]] = frozenset(RECEIVERS.values())

    def open(self, id: UUID, act: Act) -> Witness:
        """The new witness, with its first event pending. Raises Refusal."""
        require(act.by.role in self.roles, ROLE, refusal=NotAllowed)
        claimed_in_order(act, None)
        witness: Witness = Witness.begin(id, act.occurred_at)
        witness.happen(WitnessRegistered, act, **self.said())
        return witness


def stream_of(code: str, name: str) -> UUID:
    """The stream of the witness that signs under a name."""
    return uuid5(NAMESPACE_URL, f"hazardloop:{code}/witnesses/{name}")
