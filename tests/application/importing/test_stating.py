"""Where a mapping says the words of a field stand, and what a row then says."""

import pytest
from pydantic import TypeAdapter, ValidationError

from application.importing.stating import Condition, Stated, Value

CELLS = {"Type": "Serious", "House": "12", "Street": "Broadway", "Flat": "", "Note": "deleted, 2 days later"}
VALUES: TypeAdapter[tuple[Stated, ...]] = TypeAdapter(Value)


def said(value: object) -> list[str]:
    return [stated.stated(CELLS) for stated in VALUES.validate_python(value) if stated.applies(CELLS)]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"filled": True}, True),
        ({"filled": False}, False),
        ({"equals": "Serious"}, True),
        ({"equals": "serious"}, False),
        ({"in": ["Willful", "Serious"]}, True),
        ({"in": ["Willful"]}, False),
        ({"contains": "rio"}, True),
        ({"contains": "x"}, False),
        ({"starts": "Ser"}, True),
        ({"starts": "ious"}, False),
    ],
)
def test_a_condition_is_about_one_cell(condition, holds):
    assert Condition.model_validate({"column": "Type"} | condition).holds(CELLS) is holds


def test_a_blank_cell_is_not_filled():
    assert Condition.model_validate({"column": "Flat", "filled": False}).holds(CELLS)


@pytest.mark.parametrize(
    "condition",
    [{}, {"filled": True, "equals": "x"}, {"filled": "yes"}, {"in": []}, {"contains": ""}, {"is": "x"}],
)
def test_a_condition_has_exactly_one_test(condition):
    with pytest.raises(ValidationError):
        Condition.model_validate({"column": "Type"} | condition)


def test_a_text_alone_is_the_name_of_a_column():
    assert said("Type") == ["Serious"]


def test_a_table_alone_is_a_list_of_one():
    assert said({"constant": "general"}) == said([{"constant": "general"}]) == ["general"]


def test_pieces_in_which_every_column_is_blank_are_left_out():
    place = {"text": ["{House} {Street}", "flat {Flat}", "of {Type}"], "separator": ", "}

    assert said(place) == ["12 Broadway, of Serious"]


def test_a_text_of_blank_columns_says_nothing():
    assert said({"text": ["flat {Flat}"]}) == [""]


def test_what_a_cell_holds_is_never_read_as_a_text_with_columns():
    (piece,) = VALUES.validate_python({"text": ["{Note}"]})

    assert piece.stated({"Note": "{Type}"}) == "{Type}"


def test_an_alternative_applies_only_under_its_conditions():
    grade = [{"constant": "major", "when": [{"column": "Type", "equals": "Willful"}]}, {"constant": "general"}]

    assert said(grade) == ["general"]


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"column": "Type", "constant": "x"},
        {"constant": "general", "map": {"a": "b"}},
        {"column": "Type", "separator": ", "},
        {"text": ["no column"]},
        {"text": []},
        {"column": ""},
        {"column": "Type", "default": "x"},
        {"constant": 3},
    ],
)
def test_what_states_nothing_or_two_things_is_refused(value):
    with pytest.raises(ValidationError):
        VALUES.validate_python(value)


def test_all_columns_that_are_mentioned_are_known():
    (stated,) = VALUES.validate_python(
        {"text": ["{House} {Street}", "{House}"], "when": [{"column": "Type", "equals": "x"}]}
    )

    assert list(stated.mentioned()) == ["House", "Street", "Type"]
