"""What is stored of an event: enough to read it again, and nothing that may one day have to be erased."""

import json
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.catalogue import Catalogue
from domain.erasable import Erasable, commitment
from domain.event import DomainEvent
from tests.domain.hazard.any_event import EVENTS, MARKER, any_of

FOR_EVER = """
duty.missed.v1 duty.rescheduled.v1 enterprise.changed.v1 enterprise.closed.v1 enterprise.registered.v1
hazard.reported.v1 hazard.self_inspected.v1 hazard.dismissed.v1 hazard.transferred.v1 hazard.corrected.v1
hazard.rectification_planned.v1 hazard.deadline_extended.v1 hazard.rectification_step_recorded.v1 hazard.rectified.v1
hazard.reinspected.v1 hazard.resumption_approved.v1 hazard.workers_notified.v1 hazard.dual_reported.v1
hazard.dual_report_acknowledged.v1 hazard.closed_out.v1 hazard.reopened.v1 hazard.grade_challenged.v1
hazard.grade_challenge_answered.v1 hazard.regraded.v1 hazard.closed_before_import.v1 hazard.texts_erased.v1
"""
MADE_BY_THE_PRODUCT, A_NUMBER = {"rule", "pack", "calendar"}, {"cost"}
CATALOGUE = Catalogue(EVENTS)

each_event = pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.name)
some = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class FakeSeal:
    """Commitments over salts that are merely counted."""

    def __init__(self) -> None:
        self.salts = count()
        self.texts: dict[str, str] = {}

    def close(self, value: str) -> str:
        sealed = commitment(next(self.salts).to_bytes(16, "big"), value)
        self.texts[sealed] = value
        return sealed

    def open(self, sealed: str) -> str | None:
        return self.texts.get(sealed)


def stored(event: DomainEvent) -> tuple[str, FakeSeal]:
    seal = FakeSeal()
    return event.model_dump_json(context=seal), seal


def loaded(event: DomainEvent, public: str, seal: FakeSeal) -> DomainEvent:
    return CATALOGUE.load(event.name, public.encode(), event.originator_id, event.originator_version, seal)


def texts_of(value: object) -> Iterator[Erasable]:
    if isinstance(value, Erasable):
        yield value
    for name in getattr(type(value), "model_fields", ()):
        yield from texts_of(getattr(value, name))


def test_given_the_events_then_their_names_are_for_ever() -> None:
    assert [kind.name for kind in EVENTS] == sorted(FOR_EVER.split())


@each_event
@some
@given(data=st.data())
def test_given_any_event_when_stored_and_read_then_it_is_the_same(kind: type[DomainEvent], data: st.DataObject) -> None:
    event = data.draw(any_of(kind))
    public, seal = stored(event)
    assert loaded(event, public, seal) == event
    assert stored(loaded(event, public, seal))[0] == public, "read and stored again, the bytes differ"


@each_event
@some
@given(data=st.data())
def test_given_any_event_when_stored_then_no_text_is_in_the_public_part(
    kind: type[DomainEvent], data: st.DataObject
) -> None:
    event = data.draw(any_of(kind))
    public, seal = stored(event)
    assert MARKER not in public
    assert MARKER not in str(json.loads(public))
    assert sorted(seal.texts.values()) == sorted(text.value or "" for text in texts_of(event))
    for sealed in seal.texts:
        assert sealed in public


@each_event
@some
@given(data=st.data())
def test_given_any_event_when_its_texts_are_erased_then_the_rest_can_be_read(
    kind: type[DomainEvent], data: st.DataObject
) -> None:
    event = data.draw(any_of(kind))
    public, _ = stored(event)
    without = loaded(event, public, FakeSeal())
    assert {text.value for text in texts_of(without)} <= {None}
    assert without.model_dump(exclude=set(marked(event))) == event.model_dump(exclude=set(marked(event)))


@each_event
@some
@given(data=st.data())
def test_given_any_event_when_its_texts_are_shown_then_they_never_slip_into_a_log_or_a_traceback(
    kind: type[DomainEvent], data: st.DataObject
) -> None:
    event = data.draw(any_of(kind))
    assert MARKER not in repr(event)
    assert MARKER not in str(event)


def marked(event: DomainEvent) -> Iterator[str]:
    return (name for name in type(event).model_fields if isinstance(getattr(event, name), Erasable))


@each_event
def test_given_an_event_when_described_then_its_public_part_has_no_free_text(kind: type[DomainEvent]) -> None:
    schema = kind.model_json_schema(mode="serialization")
    free = [name for name, part in strings(schema) if not part.keys() & {"format", "pattern", "enum", "const"}]
    assert set(free) <= MADE_BY_THE_PRODUCT | A_NUMBER


def strings(schema: object, name: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(schema, dict):
        if schema.get("type") == "string":
            yield name, schema
        for key, part in schema.items():
            inside = key in ("properties", "$defs", "anyOf", "items", "prefixItems")
            yield from strings(part, name if inside or key == "items" else key)
    elif isinstance(schema, list):
        for part in schema:
            yield from strings(part, name)
