"""What led to an event and what it led to: told by duties, by causation_id and correlation_id, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import chain
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from application.log import Recorded
from application.replaying.causing import Causation, Relation, causation, related
from domain.actors import Role
from domain.event import DomainEvent, id_in_log
from domain.hazard.reporting import Transfer
from domain.hazard.words import Grade, Stage
from tests.application.views.recorded import lie, recorded, watched
from tests.domain.given import ACTORS, KUNSHAN, NOW, THEIRS, did
from tests.domain.hazard.roads import inspected, reported, road, text


def apart(log: Sequence[Recorded]) -> list[Recorded]:
    """The same, each event under a correlation_id of its own."""
    return [one.telling(_with(one.event, correlation_id=uuid4())) for one in log]


def _with(event: object, **what: object) -> DomainEvent:
    assert isinstance(event, DomainEvent)
    return event.model_copy(update=what)


def told(log: Sequence[Recorded], position: int) -> Causation:
    return causation(log, position, KUNSHAN)


def links(found: Causation) -> tuple[list[tuple[int, Relation, str | None]], list[tuple[int, Relation, str | None]]]:
    causes, effects = (
        [(one.position, one.relation, one.duty) for one in side] for side in (found.causes, found.effects)
    )
    return causes, effects


def test_given_a_duty_met_then_what_started_it_is_the_cause_and_what_met_it_the_effect() -> None:
    log = apart(recorded(reported(), inspected()))
    met = Relation.DUTY_MET, "self_inspection"
    assert links(told(log, 1)) == ([], [(2, *met)])
    assert links(told(log, 2)) == ([(1, *met)], [])
    assert told(log, 1).together == ()


def test_given_a_duty_missed_put_off_or_passed_on_then_each_is_told_as_what_it_is() -> None:
    log = recorded(reported())
    duty = log[0].event.duties[0]  # type: ignore[union-attr]
    missed = apart(watched(log, duty, NOW + timedelta(days=4)))
    assert links(told(missed, 2)) == ([(1, Relation.DUTY_MISSED, "self_inspection")], [])
    later = duty.model_copy(update={"due": date(2026, 4, 1)})
    put_off = apart(watched(log, duty, NOW, now_due=later))
    assert links(told(put_off, 1))[1] == [(2, Relation.DUTY_RESCHEDULED, "self_inspection")]
    transfer = did(ACTORS[Role.UNION_INSPECTOR], Transfer(enterprise_uscc=THEIRS, reason=text("theirs")))
    passed_on = apart(recorded(*road(Stage.SELF_INSPECTED), transfer))
    assert links(told(passed_on, 3))[0] == [(2, Relation.DUTY_TRANSFERRED, "plan")]


def test_given_an_event_that_names_its_cause_then_it_is_found_from_both_ends() -> None:
    first, second = apart(recorded(reported(), inspected()))
    second = second.telling(_with(second.event, causation_id=id_in_log(KUNSHAN, 1)))
    assert (1, Relation.CAUSATION, None) in links(told([first, second], 2))[0]
    assert (2, Relation.CAUSATION, None) in links(told([first, second], 1))[1]
    elsewhere = second.telling(_with(second.event, causation_id=id_in_log("610102", 1)))
    assert (1, Relation.CAUSATION, None) not in links(told([first, elsewhere], 2))[0]


def test_given_events_of_one_go_then_those_that_are_neither_cause_nor_effect_stand_together() -> None:
    log = recorded(*road(Stage.RECTIFYING))
    assert [one.position for one in told(log, 1).together] == [3]
    assert told(apart(log), 1).together == ()


def test_given_two_events_then_they_are_related_by_stream_by_hazard_or_in_one_go() -> None:
    log = recorded(reported())
    report, missed = apart(watched(log, log[0].event.duties[0], NOW))  # type: ignore[union-attr]
    stranger = lie(_with(report.event, originator_id=uuid4()), 9, report.recorded_at)
    assert related(missed, report, KUNSHAN)
    assert related(stranger, report, KUNSHAN)
    (stranger,) = apart([stranger])
    assert not related(stranger, report, KUNSHAN)
    named = stranger.telling(_with(stranger.event, causation_id=id_in_log(KUNSHAN, report.position)))
    assert related(named, report, KUNSHAN)
    assert related(report, named, KUNSHAN)


@given(st.sampled_from([road(Stage.CLOSED, Grade.MAJOR), road(Stage.CLOSED), road(Stage.DISMISSED, Grade.MAJOR)]))
def test_given_any_road_then_what_is_an_effect_from_one_end_is_a_cause_from_the_other(road: Sequence[object]) -> None:
    log = apart(recorded(*road))  # type: ignore[arg-type]
    found = {one.position: told(log, one.position) for one in log}
    forth = {(at, *link) for at, one in found.items() for link in links(one)[1]}
    back = {(cause, at, *link) for at, one in found.items() for cause, *link in links(one)[0]}
    assert forth == back
    assert all(cause < effect for cause, effect, *_ in forth)
    assert len(forth) == len(list(chain.from_iterable(links(one)[0] for one in found.values())))
