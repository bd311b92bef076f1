"""Searching: what is one to whoever reads it is one to the search, and the index never hides what is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.views.search import bigrams, can_be_stored, folded, needle, searchable

texts = st.text(alphabet="气瓶泄漏阀门 aAbBÄß１1%_\\ ", max_size=30)


@pytest.mark.parametrize(
    ("written", "as_"),
    [
        ("Valve", "valve"),
        ("ＡＢＣ１２", "abc12"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("气瓶", "气瓶"),
        ("㎡", "m2"),
    ],
)
def test_given_a_text_when_folded_then_width_and_case_are_one(written: str, as_: str) -> None:
    assert folded(written) == as_


@given(texts)
def test_given_a_folded_text_when_folded_again_then_it_stays(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(texts, st.integers(0, 30), st.integers(0, 30))
def test_given_any_part_of_a_text_then_its_bigrams_are_among_the_texts(text: str, start: int, end: int) -> None:
    whole = folded(text)

    assert set(bigrams(whole[start:end])) <= set(bigrams(whole))


def test_given_two_texts_in_a_row_then_no_query_matches_across_them() -> None:
    assert "瓶车" not in searchable(("气瓶", "车间"))
    assert searchable((None, "车间")) == "车间"


def test_given_bigrams_then_each_is_said_once_in_code_point_order() -> None:
    assert bigrams("abab") == ["ab", "ba"]
    assert bigrams("瓶") == bigrams("") == []


@pytest.mark.parametrize("q", [None, "", "  ", "\t\n"])
def test_given_a_query_of_nothing_then_it_restricts_nothing(q: str | None) -> None:
    assert needle(q) is None


def test_given_a_query_then_its_ends_are_cut_and_it_is_folded() -> None:
    assert needle("  ＶALVE 3 ") == "valve 3"


@pytest.mark.parametrize("text", ["\x00", "气\x00", "\ud800", "a\udfff"])
def test_given_signs_no_database_holds_then_it_is_said(text: str) -> None:
    assert not can_be_stored(text)
    assert can_be_stored("气瓶 %_\\ \U00020000")
