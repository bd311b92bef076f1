"""Each row of the loop's table: from every stage and by every role it lists, and by no other."""

import pytest
from _pytest.mark import ParameterSet

from domain.actors import Role
from domain.hazard import rules
from domain.hazard.moves import Move
from domain.hazard.words import Grade, Stage
from domain.refusals import NotAllowed, WrongStage
from tests.domain.given import ACTORS, given
from tests.domain.hazard.table import ROWS, Row


def cases(of: str) -> list[ParameterSet]:
    found = []
    for row in ROWS:
        possible = set(Stage) - ({Stage.DUAL_REPORTED} if row.grade is Grade.GENERAL else set())
        words: dict[str, set[Stage] | set[Role]] = {
            "stages listed": set(row.stages),
            "stages not listed": possible - row.stages - row.special_stages,
            "stages of records": set(row.of_records & possible) if Role.IMPORTER in row.roles else set(),
            "stages of no record": (
                possible - row.stages - row.special_stages - row.of_records if Role.IMPORTER in row.roles else set()
            ),
            "roles listed": set(row.roles),
            "roles not listed": set(Role) - row.roles,
        }
        found += [pytest.param(row, word, id=f"{row} {word}") for word in sorted(words[of])]
    return found


@pytest.mark.parametrize(("row", "stage"), cases("stages listed"))
def test_given_a_stage_the_table_lists_when_moved_then_it_happens(row: Row, stage: Stage) -> None:
    outcome = given(row.at(stage)).when(row.move, by=row.by)
    assert outcome.refusal is None, outcome.refusal
    assert len(outcome.events) == 1


@pytest.mark.parametrize(("row", "stage"), cases("stages not listed"))
def test_given_a_stage_the_table_does_not_list_when_moved_then_refused(row: Row, stage: Stage) -> None:
    given(row.at(stage)).when(row.move, by=row.by).refused(rules.STAGE, as_=WrongStage)


@pytest.mark.parametrize(("row", "stage"), cases("stages of records"))
def test_given_a_stage_the_table_lists_for_records_when_a_record_tells_of_it_then_it_happens(
    row: Row, stage: Stage
) -> None:
    outcome = given(row.at(stage)).when(row.move, by=ACTORS[Role.IMPORTER])
    assert outcome.refusal is None, outcome.refusal


@pytest.mark.parametrize(("row", "stage"), cases("stages of no record"))
def test_given_any_other_stage_when_a_record_tells_of_it_then_refused(row: Row, stage: Stage) -> None:
    given(row.at(stage)).when(row.move, by=ACTORS[Role.IMPORTER]).refused(rules.STAGE, as_=WrongStage)


@pytest.mark.parametrize(("row", "role"), cases("roles listed"))
def test_given_a_role_the_table_lists_when_moved_then_it_happens(row: Row, role: Role) -> None:
    outcome = given(row.at(min(row.stages))).when(row.move, by=ACTORS[role])
    assert outcome.refusal is None, outcome.refusal
    assert outcome.events[0].by.role is role


@pytest.mark.parametrize(("row", "role"), cases("roles not listed"))
def test_given_a_role_the_table_does_not_list_when_moved_then_refused(row: Row, role: Role) -> None:
    refusal = given(row.at(min(row.stages))).when(row.move, by=ACTORS[role]).refusal
    assert isinstance(refusal, NotAllowed)
    assert refusal.rule is row.special_roles.get(role, rules.ROLE)


def test_given_the_table_then_every_move_there_is_stands_in_it() -> None:
    declared, waiting = set[type[Move]](), [Move]
    while waiting:
        declared |= (subclasses := set(waiting.pop().__subclasses__()))
        waiting += subclasses
    assert {type(row.move) for row in ROWS} == declared


def test_given_the_contract_then_these_decisions_must_say_which_version_they_replace() -> None:
    replacing = "SelfInspect Dismiss Plan Extend Rectify Reinspect Regrade CloseOut"
    assert {type(row.move).__name__ for row in ROWS if row.move.replaces} == set(replacing.split())
