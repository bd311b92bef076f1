"""Domain: the enterprise as an aggregate: registered, changed, closed."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import StringConstraints

from domain.actors import ENTERPRISE, OF_AN_ENTERPRISE, UNION, Actor, Role
from domain.command import Command, Fields, Label, claimed_in_order, require
from domain.event import Act, Aggregate, DomainEvent
from domain.hazard.rules import OF_ANOTHER_ENTERPRISE, ROLE
from domain.refusals import NotAllowed, Rule, RuleBroken, WrongStage
from domain.uscc import EnterpriseCode, is_placeholder

CLOSED = Rule("enterprise.closed", "the enterprise is closed")
NOTHING_CHANGES = Rule("enterprise.no_change", "a change names at least one field")
PLACEHOLDER = Rule("enterprise.placeholder", "only an import registers a placeholder for an enterprise not named")

IndustryCode = Annotated[str, StringConstraints(pattern=r"^([A-T]|[0-9]{2,4})$")]
"""GB/T 4754-2017: a section letter, or two to four digits."""

REGISTRARS = UNION | {Role.ADMINISTRATOR, Role.REGULATOR}


class EnterpriseEvent(DomainEvent):
    """Something that happened to an enterprise."""

    def apply(self, aggregate: Enterprise) -> None:
        """Change the enterprise as this event says."""


class Enterprise(Aggregate):
    """An enterprise under supervision."""

    def __init__(self) -> None:
        self.uscc = ""
        self.enterprise_name = ""
        self.industry_code: str | None = None
        self.three_in_one = False
        self.crowded = False
        self.union_organisation: str | None = None
        self.closed = False

    def visible_to(self, actor: Actor) -> bool:
        """Its own people, and everybody who acts for no enterprise."""
        return _own_or_any(actor, self.uscc)

    def carry_out(self, command: EnterpriseCommand, act: Act) -> None:
        """Check who, whose and when, then let the command decide. Raises Refusal."""
        require(act.by.role in command.roles, ROLE, refusal=NotAllowed)
        require(_own_or_any(act.by, self.uscc), OF_ANOTHER_ENTERPRISE, refusal=NotAllowed)
        require(not self.closed, CLOSED, refusal=WrongStage)
        claimed_in_order(act, self.modified_on)
        command.decide(self, act)


class EnterpriseCommand(Command):
    """What can be done to a registered enterprise."""

    @abstractmethod
    def decide(self, enterprise: Enterprise, act: Act) -> None:
        """Check the rules and let the event happen. Raises Refusal."""


class RegistrationFields(Fields):
    """Who the enterprise is, and the attributes of its premises the notice singles out."""

    uscc: EnterpriseCode
    enterprise_name: Label
    industry_code: IndustryCode | None = None
    three_in_one: bool = False
    """三合一: people live where they work and store."""
    crowded: bool = False
    """人员密集场所."""
    union_organisation: Label | None = None
    """The basic-level or subordinate union it is counted under."""


class EnterpriseRegistered(EnterpriseEvent, RegistrationFields):
    """An enterprise came under supervision."""

    name: ClassVar[str] = "enterprise.registered.v1"

    def apply(self, aggregate: Enterprise) -> None:
        for field in RegistrationFields.model_fields:
            setattr(aggregate, field, getattr(self, field))


class Register(Command, RegistrationFields):
    """Register an enterprise."""

    roles: ClassVar[frozenset[Role]] = REGISTRARS | ENTERPRISE | {Role.IMPORTER}

    def open(self, id: UUID, act: Act) -> Enterprise:
        """The new enterprise, with its first event pending. Raises Refusal."""
        require(act.by.role in self.roles, ROLE, refusal=NotAllowed)
        require(_own_or_any(act.by, self.uscc), OF_ANOTHER_ENTERPRISE, "uscc", refusal=NotAllowed)
        require(not is_placeholder(self.uscc) or act.by.role is Role.IMPORTER, PLACEHOLDER, "uscc")
        claimed_in_order(act, None)
        enterprise: Enterprise = Enterprise.begin(id, act.occurred_at)
        enterprise.happen(EnterpriseRegistered, act, **self.said())
        return enterprise


class ChangeFields(Fields):
    """What is different now; a field left out stays as it is."""

    enterprise_name: Label | None = None
    industry_code: IndustryCode | None = None
    three_in_one: bool | None = None
    crowded: bool | None = None
    union_organisation: Label | None = None


class EnterpriseChanged(EnterpriseEvent, ChangeFields):
    """Something about the enterprise changed."""

    name: ClassVar[str] = "enterprise.changed.v1"

    def apply(self, aggregate: Enterprise) -> None:
        for field in ChangeFields.model_fields:
            if getattr(self, field) is not None:
                setattr(aggregate, field, getattr(self, field))


class Change(EnterpriseCommand, ChangeFields):
    """Change what is known of an enterprise."""

    roles: ClassVar[frozenset[Role]] = REGISTRARS | ENTERPRISE

    def decide(self, enterprise: Enterprise, act: Act) -> None:
        said = self.said()
        if all(value is None for value in said.values()):
            raise RuleBroken(NOTHING_CHANGES)
        enterprise.happen(EnterpriseChanged, act, **said)


class EnterpriseClosed(EnterpriseEvent):
    """The enterprise ceased to be."""

    name: ClassVar[str] = "enterprise.closed.v1"

    def apply(self, aggregate: Enterprise) -> None:
        aggregate.closed = True


class Close(EnterpriseCommand):
    """Close an enterprise; its hazards stay where they stand."""

    roles: ClassVar[frozenset[Role]] = REGISTRARS

    def decide(self, enterprise: Enterprise, act: Act) -> None:
        enterprise.happen(EnterpriseClosed, act)


def _own_or_any(actor: Actor, uscc: str) -> bool:
    """People of an enterprise have to do with their own only."""
    return actor.role not in OF_AN_ENTERPRISE or actor.enterprise == uscc
