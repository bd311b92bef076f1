"""Domain: who acts. A person is an actor id everywhere; names live outside the log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """The roles of design §6; the first five each belong to one enterprise."""

    WORKER = "worker"
    GROUP_CHECKER = "group_checker"
    ENTERPRISE_OFFICER = "enterprise_officer"
    MAIN_RESPONSIBLE_PERSON = "main_responsible_person"
    WORKERS_CONGRESS = "workers_congress"
    UNION_INSPECTOR = "union_inspector"
    REGULATOR = "regulator"
    HIGHER_UNION = "higher_union"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SERVICE = "service"
    IMPORTER = "importer"


ENTERPRISE = frozenset({Role.ENTERPRISE_OFFICER, Role.MAIN_RESPONSIBLE_PERSON})
OF_AN_ENTERPRISE = ENTERPRISE | {Role.WORKER, Role.GROUP_CHECKER, Role.WORKERS_CONGRESS}
UNION = frozenset({Role.UNION_INSPECTOR, Role.HIGHER_UNION})
ANYONE = frozenset(Role) - {Role.SERVICE}


class By(BaseModel):
    """Who did it, as every event says it: an actor id and the role it acted in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor_id: UUID
    role: Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever holds a token. `enterprise` is the USCC an enterprise's own people act for."""

    id: UUID
    role: Role
    enterprise: str | None = None

    @property
    def by(self) -> By:
        """What an event says of this actor."""
        return By(actor_id=self.id, role=self.role)
