"""Every event of a hazard says something in its file, and in its history all of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.answers import HazardFile
from application.log import Recorded, Unreadable
from application.said import Statement
from application.views.statements import PARTS, Parts, history_entry
from domain.erasable import Erasable
from domain.event import DomainEvent
from domain.hazard.dual_reporting import DualReportAcknowledged
from domain.hazard.hazard import Hazard, HazardEvent
from domain.hazard.reporting import Reported
from tests.application.views.recorded import at, lie
from tests.domain.given import NOW, id_of
from tests.domain.hazard.any_event import EVENTS, any_of

OF_A_HAZARD = [kind for kind in EVENTS if issubclass(kind, HazardEvent)]
COLUMNS = set(DomainEvent.model_fields) | {"duties"}


def test_given_the_catalogue_then_every_event_of_a_hazard_has_its_place_in_the_file() -> None:
    assert set(PARTS) | {Reported, DualReportAcknowledged} == set(OF_A_HAZARD)
    assert {part.field for part in PARTS.values()} <= set(HazardFile.model_fields)


@pytest.mark.parametrize("kind", [*PARTS], ids=lambda kind: kind.name)
def test_given_an_event_then_its_statement_leaves_nothing_out(kind: type[DomainEvent]) -> None:
    said = set(PARTS[kind].kind.model_fields) - set(Statement.model_fields)

    assert set(kind.model_fields) - COLUMNS <= said


@given(st.one_of(*(any_of(kind) for kind in EVENTS)))
def test_given_any_event_then_the_history_says_all_of_it(
    event: DomainEvent,
) -> None:
    entry = history_entry(lie(event, 7, at(1)))

    assert (entry.position, entry.recorded_at, entry.name) == (7, at(1), type(event).name)
    assert (entry.by, entry.occurred_at, entry.correlation_id) == (event.by, event.occurred_at, event.correlation_id)
    assert entry.body is not None
    assert entry.body.keys() == type(event).model_fields.keys() - DomainEvent.model_fields.keys()
    for name, value in event:
        if isinstance(value, Erasable):
            assert entry.body[name] == value.value


@given(st.one_of(*(any_of(kind) for kind in OF_A_HAZARD)))
def test_given_any_event_of_a_hazard_then_the_file_can_say_it(event: DomainEvent) -> None:
    parts = Parts()

    parts.take(lie(event, 1, NOW), Hazard.begin(event.originator_id, NOW))

    part = PARTS.get(type(event))
    assert part is None or part.field in parts.fields


def test_given_an_event_nobody_can_read_then_the_history_shows_that_it_is_there() -> None:
    unread = Recorded(lambda _: Unreadable("unknown"), 3, NOW, id_of("stream"), 3, "hazard.unheard_of.v9", b"{}")

    entry = history_entry(unread)

    assert (entry.position, entry.version, entry.name, entry.recorded_at) == (3, 3, "hazard.unheard_of.v9", NOW)
    assert (entry.by, entry.occurred_at, entry.body) == (None, None, None)
