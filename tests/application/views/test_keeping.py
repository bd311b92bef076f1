"""What is kept between two batches: all the aggregate holds, no text, and always the same bytes."""

from collections.abc import Sequence
from dataclasses import fields
from random import Random

import pytest

from application.log import Recorded
from application.views.hazard_memory import HazardMemory
from application.views.keeping import KeptHazard, NotKept, kept, recalled
from domain.event import DomainEvent
from domain.hazard.hazard import Hazard
from domain.hazard.words import Grade, Stage
from tests.application.views.recorded import at, lie, recorded
from tests.domain.given import id_of, state
from tests.domain.hazard.roads import MAJOR, road
from tests.domain.hazard.test_any_sequence import Walk


def remembered(log: Sequence[Recorded]) -> HazardMemory:
    memory = HazardMemory.of(log[0])
    for one in log:
        memory.take(one)
    return memory


def walked(seed: int) -> list[Recorded]:
    chance, walk = Random(seed), Walk()
    for _ in range(60):
        walk.step(chance.randrange(10**6), chance.randrange(20))
    events = [event for event in walk.hazard.pending_events if isinstance(event, DomainEvent)]
    return [lie(event, position, at(position)) for position, event in enumerate(events, 1)]


def test_given_a_hazard_then_every_attribute_it_has_is_kept() -> None:
    hazard: Hazard = Hazard.begin(id_of("stream"), at(0))

    assert {name.removeprefix("_") for name in state(hazard)} == {one.name for one in fields(KeptHazard)}


def test_given_a_hazard_with_an_attribute_nobody_declared_then_it_is_refused_and_not_lost() -> None:
    memory = remembered(recorded(road(Stage.CLOSED, MAJOR)))
    vars(memory.hazard)["undeclared"] = True

    with pytest.raises(NotKept):
        kept(memory)


@pytest.mark.parametrize("seed", range(25))
def test_given_any_walk_when_recalled_then_the_next_event_finds_it_as_it_was(seed: int) -> None:
    log = walked(seed)
    for cut in {1, len(log) // 2, len(log)}:
        memory = remembered(log[:cut])

        again = recalled(kept(memory))

        assert state(again.hazard) == state(memory.hazard)
        assert type(again.hazard.stage) is Stage
        assert type(again.hazard.sent) is set
        assert list(again.duties.open()) == list(memory.duties.open())
        assert (again.now, again.latest, again.duties.begun) == (memory.now, memory.latest, memory.duties.begun)
        assert kept(again) == kept(memory)


@pytest.mark.parametrize("seed", range(5))
def test_given_any_walk_when_kept_between_events_then_it_ends_in_the_same_bytes(seed: int) -> None:
    log = walked(seed)
    memory = remembered(log[:1])
    for one in log[1:]:
        if not isinstance(one.event, DomainEvent) or "correct" not in one.name:
            memory = recalled(kept(memory))
        memory.texts = memory.texts or remembered(log[: one.position - 1]).texts
        memory.take(one)

    assert kept(memory) == kept(remembered(log))


def test_given_texts_then_none_of_them_is_kept() -> None:
    memory = remembered(recorded(road(Stage.CLOSED, MAJOR)))

    assert memory.texts[1].description == "gas cylinder leaks"
    for said in ("gas", "valve", "CNY"):
        assert said not in kept(memory)


def test_given_sets_then_they_are_kept_in_one_order() -> None:
    memory = remembered(recorded(road(Stage.DUAL_REPORTED, MAJOR)))
    other = remembered(recorded(road(Stage.DUAL_REPORTED, MAJOR)))
    other.hazard.sent = set()
    for report in sorted(memory.hazard.sent, reverse=True):
        other.hazard.sent.add(report)

    assert kept(memory) == kept(other)
    assert recalled(kept(memory)).hazard.grade is Grade.MAJOR
