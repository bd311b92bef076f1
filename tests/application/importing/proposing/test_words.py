"""The words of headers and cells: each stands for one thing, and for one the loop knows."""

from __future__ import annotations

from collections import Counter

import pytest

from application.importing.moves import MOVES, REGISTRATION, MoveName, targets
from application.importing.proposing.columns import columns_of, date_formats, score, target_of
from application.importing.proposing.words import HEADERS, VALUES, header_words, meaning_of


def test_no_word_stands_for_two_things():
    assert [word for word, times in Counter(word for word, _ in header_words()).items() if times > 1] == []


def fields(whose: str) -> set[str]:
    known = REGISTRATION if whose == "enterprise" else targets(MOVES[MoveName(whose)])
    return {*known, "occurred_at", "people", "organisation"}


@pytest.mark.parametrize("target", sorted(HEADERS.keys() - {"identity", "nobody's"}))
def test_every_target_is_a_field_of_the_loop(target):
    whose, _, field = target.partition(".")

    assert field in fields(whose)


@pytest.mark.parametrize("target", VALUES)
def test_every_meaning_is_a_word_of_its_field_and_no_word_has_two(target):
    whose, _, field = target.partition(".")
    adapter = targets(MOVES[MoveName(whose)])[field].adapter

    for meaning in VALUES[target]:
        adapter.validate_python(meaning)
    words = [word for words in VALUES[target].values() for word in words.split()]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("排查日期", ("report.occurred_at", True)),
        (" 排查 日期* ", ("report.occurred_at", True)),
        ("整改/期限", ("plan.deadline", True)),
        ("整改期限（天）", ("plan.deadline", True)),
        ("Date Closed", ("close_before_import.occurred_at", True)),
        ("date_closed", ("close_before_import.occurred_at", True)),
        ("隐患整改责任人姓名", ("plan.people", False)),
        ("NOVDescription", ("report.description", False)),
        ("备注", None),
        ("", None),
    ],
)
def test_a_name_is_taken_for_what_its_words_say(name, found):
    assert target_of(name) == found


def test_the_surest_of_several_columns_comes_first_and_one_that_is_there_twice_is_none():
    found = columns_of(["隐患描述内容", "隐患描述", "备注", "复查日期", "复查日期"])

    assert [one.name for one in found["report.description"]] == ["隐患描述", "隐患描述内容"]
    assert "reinspect.occurred_at" not in found


def test_a_title_is_no_header():
    assert score(["某公司隐患排查治理台账", "", ""]) < score(["序号", "隐患描述", "排查日期"]) == 3


def test_the_words_of_cells():
    assert meaning_of("self_inspect.grade", " 重大隐患 ") == "major"
    assert meaning_of("self_inspect.grade", "较大") is None


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["2024-06-03", "2024/6/3", "2024-06-04"], [("%Y-%m-%d", True), ("%Y/%m/%d", True)]),
        (["2024年6月3日", "2024.6.3 8:30"], [("%Y年%m月%d日", True), ("%Y.%m.%d %H:%M", True)]),
        (["45446", "45447"], [("excel", True)]),
        (["04/26/2013", "05/01/2013"], [("%m/%d/%Y", True)]),
        (["26/04/2013", "01/05/2013"], [("%d/%m/%Y", True)]),
        (["03/04/2013"], [("%m/%d/%Y", False)]),
        (["尽快"], [("%Y-%m-%d", True)]),
    ],
)
def test_the_formats_of_days_are_seen_in_the_cells(cells, formats):
    assert date_formats(cells) == formats
