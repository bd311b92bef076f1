"""docs/loop.md shows the loop as the code has it, and names every duty."""

from pathlib import Path

import pytest

from domain.actors import Role
from domain.command import NOT_AHEAD, NOT_BEFORE
from domain.hazard import rules
from domain.hazard.moves import Move
from domain.hazard.words import Stage
from domain.refusals import Rule
from tests.domain.hazard.loop_page import BLOCKS, OF_EVERY_MOVE, TITLES, rules_of
from tests.domain.hazard.table import ROWS

PAGE = Path(__file__).parents[3] / "docs" / "loop.md"
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", BLOCKS)
def test_given_the_declared_moves_then_the_page_shows_them(name: str) -> None:
    begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    assert TEXT.count(begin) == TEXT.count(end) == 1, f"docs/loop.md has no block '{name}'"
    shown, declared = TEXT.partition(begin)[2].partition(end)[0], BLOCKS[name]()
    assert shown == declared, (
        f"docs/loop.md is behind the code. Between the marks of '{name}' it has to say:\n{declared}"
    )


def test_given_the_moves_tried_in_tests_then_each_has_a_row_on_the_page() -> None:
    assert {type(row.move) for row in ROWS} == {move for move in TITLES if issubclass(move, Move)}


def test_given_the_rules_then_some_move_is_refused_by_each() -> None:
    used = {rule for move in TITLES for rule in rules_of(move)} | set(OF_EVERY_MOVE)
    assert [rule for rule in vars(rules).values() if isinstance(rule, Rule) and rule not in used] == []


def test_given_the_rules_then_each_has_an_id_of_its_own() -> None:
    ids = [rule.id for rule in [*vars(rules).values(), NOT_AHEAD, NOT_BEFORE] if isinstance(rule, Rule)]
    assert len(ids) == len(set(ids))


def test_given_the_stages_and_the_roles_then_the_page_knows_no_others() -> None:
    for word in Stage:
        assert word in TEXT
    for role in (
        Role.ENTERPRISE_OFFICER,
        Role.MAIN_RESPONSIBLE_PERSON,
        Role.UNION_INSPECTOR,
        Role.HIGHER_UNION,
        Role.SERVICE,
    ):
        assert f"`{role}`" in TEXT
