"""Who let a record into the log: what is stored of it, for ever."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.actors import Actor, Role
from domain.catalogue import CATALOGUE
from domain.event import Act
from domain.importing import IMPORTERS, CommitImport, CommittedImport, ImportCommitted
from domain.refusals import NotAllowed
from tests.domain.given import KUNSHAN, NOW, book


def committed(role: Role) -> CommittedImport:
    found: CommittedImport = CommittedImport.begin(UUID(int=3), NOW)
    act = Act(Actor(UUID(int=1), role), NOW, NOW, UUID(int=3), book(KUNSHAN))
    CommitImport(source="隐患排查治理台账").decide(found, act)
    return found


@pytest.mark.parametrize("role", sorted(IMPORTERS))
def test_it_says_who_and_which_record(role: Role) -> None:
    (event,) = committed(role).collect_events()

    assert isinstance(event, ImportCommitted)
    assert (event.source, event.by.actor_id, event.by.role) == ("隐患排查治理台账", UUID(int=1), role)


def test_the_name_is_for_ever() -> None:
    assert ImportCommitted.name == "import.committed.v1"
    assert "import.committed.v1" in CATALOGUE.schemas()


@pytest.mark.parametrize("role", sorted(set(Role) - IMPORTERS))
def test_nobody_else_does(role: Role) -> None:
    with pytest.raises(NotAllowed):
        committed(role)
