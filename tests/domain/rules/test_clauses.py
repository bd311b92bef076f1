"""A clause is one that makes a hazard major only where document and article are both named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rules.clauses import MajorClauses
from domain.rules.pack import UNVERIFIED
from tests.domain.given import KUNSHAN, book

CLAUSES = MajorClauses(cited_as=("工贸判定标准", "Order 10"), articles=(3, 4, 11, 23))


@pytest.mark.parametrize(
    "clause",
    [
        "工贸判定标准 第十一条",
        "《工贸判定标准》第11条第（二）项",
        "工贸判定标准第三条",
        "工贸判定标准 第二十三条",
        "MEM Order 10 Art 4(1)",
        "order 10, article 11",
        "ＯＲＤＥＲ　１０　Ａｒｔ．４",
    ],
)
def test_given_document_and_article_then_it_is_one_of_them(clause: str) -> None:
    assert CLAUSES.hold(clause)


@pytest.mark.parametrize(
    "clause",
    [
        "第十一条",
        "Art 4(1)",
        "工贸判定标准",
        "工贸判定标准 第十二条",
        "工贸判定标准 第一百一十一条",
        "Order 100 Art 4",
        "Order 10 part 4",
        "煤矿判定标准 第四条",
    ],
)
def test_given_another_document_or_article_or_none_then_it_is_none_of_them(clause: str) -> None:
    assert not CLAUSES.hold(clause)


@given(st.integers(1, 99), st.booleans())
def test_given_any_article_then_it_is_found_as_it_is_written(number: int, chinese: bool) -> None:
    only = MajorClauses(cited_as=("Order 10",), articles=(number,))
    tens, ones = divmod(number, 10)
    digits = " 一二三四五六七八九".replace(" ", "零")
    written = (digits[tens] if tens > 1 else "") + "十" * (tens > 0) + (digits[ones] if ones else "")
    assert only.hold(f"Order 10 第{written if chinese else number}条")
    assert only.hold("Order 10 第三条") == (number == 3)


@given(st.text(max_size=60))
def test_given_any_words_then_nothing_fails(words: str) -> None:
    CLAUSES.hold(words)
    CLAUSES.hold(f"Order 10 第{words}条")


def test_given_the_shipped_criteria_then_a_clause_is_listed_from_the_day_they_are_in_force() -> None:
    rules = book(KUNSHAN)
    assert rules.listed_as_major("工贸判定标准 第三条", date(2023, 5, 14)) is None
    third, eleventh = (rules.listed_as_major(f"工贸判定标准 第{n}条", date(2023, 5, 15)) for n in ("三", "十一"))
    assert third is not None
    assert eleventh is not None
    assert (third.mark, eleventh.mark) == (None, UNVERIFIED)
