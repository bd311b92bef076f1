"""A proposed mapping can be used as it stands, says where it is unsure, and nothing the ledger does not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from application.importing.faults import RowRefused
from application.importing.mapping import LedgerMapping
from application.importing.moves import MoveName
from application.importing.table import NotATable
from application.importing.telling import Telling
from infrastructure.importing.files import Files
from infrastructure.importing.mappings import load_mapping
from tests.application.importing.given import KUNSHAN, NOW, RULES, RUN

SAMPLE = "yinhuan_taizhang.csv"


@pytest.fixture
def proposal(tmp_path):
    """The text proposed for a file of this content, and the mapping it reads as."""

    def propose(content: str) -> tuple[str, LedgerMapping, Path]:
        file = tmp_path / "台账.csv"
        file.write_text(content, encoding="utf-8")
        text = Files().proposal(str(file))
        (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
        return text, load_mapping(str(tmp_path / "mine.toml")), file

    return propose


def moves(mapping: LedgerMapping) -> list[str]:
    return [part.move for part in mapping.moves]


def test_for_the_sample_it_proposes_what_the_shipped_mapping_says(tmp_path):
    (tmp_path / "mine.toml").write_text(Files().proposal(SAMPLE), encoding="utf-8")
    mine, shipped = load_mapping(str(tmp_path / "mine.toml")), load_mapping("sample_zh")

    assert set(moves(mine)) == set(moves(shipped)) - {MoveName.STEP, MoveName.DISMISS}
    for ours, theirs in ((one, two) for one in mine.moves for two in shipped.moves if one.move == two.move):
        assert ours.occurred_at == theirs.occurred_at
        assert {
            name: ours.fields[name] for name in ours.fields.keys() & theirs.fields.keys() - {"funds_and_materials"}
        } == {name: theirs.fields[name] for name in ours.fields.keys() & theirs.fields.keys() - {"funds_and_materials"}}


def test_all_rows_but_the_ones_at_fault_can_be_told_under_it(tmp_path):
    (tmp_path / "mine.toml").write_text(Files().proposal(SAMPLE), encoding="utf-8")
    mapping = load_mapping(str(tmp_path / "mine.toml"))
    telling, refused = Telling(mapping, KUNSHAN, RULES, RUN), []
    for row in Files().ledger(SAMPLE, mapping).rows():
        try:
            telling.tell(row, NOW)
        except RowRefused as why:
            refused.append((row.number, why.faults[0].rule))

    assert refused == [(30, "import.date")]


REPEATING = "检查编号,问题编号,隐患描述,检查日期\n"


@pytest.mark.parametrize(
    ("rows", "identity", "says"),
    [
        ("A,1,灯不亮,2024-6-3\nA,2,灯坏,2024-6-3\n,,,\n合 计：,,2 项,\n", ("问题编号",), None),
        ("A,1,灯不亮,2024-6-3\nB,1,灯坏,2024-6-3\n", ("问题编号", "检查编号"), "does it tell every row"),
        ("A,1,灯不亮,2024-6-3\nA,1,灯坏,2024-6-4\n", ("问题编号", "检查日期"), "does it tell every row"),
        ("A,1,灯不亮,2024-6-3\nA,1,灯坏,2024-6-3\n", ("问题编号",), "1 rows are not told from another"),
        ("A,1,灯不亮,2024-6-3\nA,,灯坏,2024-6-3\n", ("问题编号",), "1 rows are not told from another"),
    ],
    ids=["alone", "by the inspection", "by the day", "the same", "blank"],
)
def test_the_identity_is_of_as_many_columns_as_it_takes(proposal, rows, identity, says):
    text, mapping, _ = proposal(REPEATING + rows)

    assert mapping.identity == identity
    lines = text.splitlines()
    before = lines[next(at for at, line in enumerate(lines) if line.startswith("identity =")) - 1]
    assert (says is None) is not before.startswith("# unsure")
    assert (says or "") in before


def test_under_a_title_and_a_header_merged_over_two_rows(proposal):
    text, mapping, file = proposal(
        "某公司隐患台账,,,,\n序号,隐患,,整改,\n,描述,发现日期,责任人,期限\n1,灯不亮,2024.6.3,张三、李四,2024.6.10\n"
    )

    assert "header in rows 2 to 3" in text
    assert moves(mapping) == ["report", "self_inspect", "plan"]
    assert "# unsure: the ledger names no self-inspection" in text
    assert mapping.dates.formats == ("%Y.%m.%d",)
    (plan,) = (part for part in mapping.moves if part.move is MoveName.PLAN)
    assert plan.fields["organisation_and_people"][0].people == ("整改/责任人",)
    (row,) = Files().ledger(str(file), mapping).rows()
    assert len(Telling(mapping, KUNSHAN, RULES, RUN).tell(row, NOW).made) == 3


def test_where_it_is_unsure_it_says_so(proposal):
    text, mapping, _ = proposal("编号,问题,检查日期,隐患级别\n1,灯不亮,03/04/2024,较大\n1,门坏了,03/05/2024,一般\n")

    assert "# unsure: does it tell every row from every other" in text
    assert "# unsure: is it the day or the month that stands first?" in text
    assert "# unsure: whose hazards are these?" in text
    assert "# unsure: how did the reports come in?" in text
    assert '# unsure: "较大" = one of general, major' in text
    assert mapping.moves[1].fields["grade"][0].map == {"一般": "general"}


def test_every_column_is_used_dropped_or_named_as_one_that_is_not(proposal):
    text, mapping, _ = proposal("编号,隐患编号,隐患描述,检查日期,报送期限,备注\n1,x,灯,2024-06-03,2024-07-01,\n")

    assert "# Columns nothing is proposed for: 隐患编号, 备注" in text
    assert mapping.columns == {"编号", "隐患描述", "检查日期", "报送期限"}


def test_people_are_dropped_where_the_loop_has_no_place_for_them(proposal):
    _, mapping, _ = proposal("编号,隐患描述,检查日期,检查人,联系电话\n1,灯,2024-06-03,张三,13800000000\n")

    assert mapping.drop == {"检查人", "联系电话"}


def test_without_a_word_for_it_the_longest_text_is_taken_for_the_hazard_and_the_first_day_for_its_finding(proposal):
    text, mapping, _ = proposal("nr,remarks,day\n1,a lamp is dark,2024-06-03\n")

    assert mapping.columns >= {"remarks", "day"}
    assert text.count("# unsure: is this it?") == 1


def test_a_name_that_no_toml_would_take_as_it_stands(proposal):
    _, mapping, _ = proposal('编号,"隐患 ""描述"" \\",检查日期\n1,灯,2024-06-03\n')

    assert '隐患 "描述" \\' in mapping.columns


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "序号,隐患描述,检查日期\n", "", "x"])
def test_what_says_too_little_is_refused(proposal, content):
    try:
        _, mapping, _ = proposal(content)
    except NotATable:
        return
    assert mapping.moves
