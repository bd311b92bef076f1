"""A ledger in a CSV file: what spreadsheets write is read, and what is no table is refused with a sentence."""

from __future__ import annotations

import csv
import io

import pytest

from application.importing.ledger import MOST_COLUMNS, Ledger
from application.importing.table import NotATable
from infrastructure.importing.books import open_ledger
from infrastructure.importing.csv_book import LONGEST_ROW
from tests.infrastructure.importing.two_columns import cells, two_columns

LEDGER = "序号,隐患描述,备注\n1,防护栏杆缺失,\n2,灯不亮,已换\n"


@pytest.fixture
def table(tmp_path):
    def written(content: str | bytes, written_in: str = "utf-8", **shape) -> Ledger:
        file = tmp_path / "ledger.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode(written_in))
        return open_ledger(file, two_columns(**shape))

    return written


@pytest.fixture
def refusal(table):
    def refused(content: str | bytes, written_in: str = "utf-8", **shape) -> str:
        with pytest.raises(NotATable) as refusal:
            table(content, written_in, **shape)
        return str(refusal.value)

    return refused


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("said", ["auto", "as it is"])
def test_the_encodings_spreadsheets_write(table, encoding, said):
    ledger = table(LEDGER, encoding, encoding=encoding if said == "as it is" else "auto")

    assert ledger.read_as == f"{encoding}, separated by commas; header in row 1"
    assert cells(ledger) == [(2, "1", "防护栏杆缺失", ""), (3, "2", "灯不亮", "已换")]


def test_a_mark_nobody_mentioned_is_no_part_of_the_first_name(table):
    assert cells(table(LEDGER, "utf-8-sig", encoding="utf-8"))[0] == (2, "1", "防护栏杆缺失", "")


def test_its_size_is_known_before_its_first_row_is_asked_for(table):
    ledger = table(LEDGER)

    assert (ledger.name, ledger.size) == ("ledger.csv", 2)


@pytest.mark.parametrize("stated", [True, False])
@pytest.mark.parametrize(
    ("separator", "called"),
    [(";", "semicolons"), ("\t", "tabs"), ("|", "bars"), ("；", "；"), ("，", "Chinese commas")],
)
def test_other_separators_stated_or_guessed_and_said(table, separator, called, stated):
    ledger = table(LEDGER.replace(",", separator), **({"separator": separator} if stated else {}))

    assert len(cells(ledger)) == 2
    assert f"separated by {called};" in ledger.read_as


def test_a_separator_that_is_stated_is_taken_at_its_word(refusal):
    assert 'has no column "序号"' in refusal(LEDGER, separator=";")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_ends_of_lines_of_every_system(table, end):
    assert len(cells(table(LEDGER.replace("\n", end)))) == 2


def test_cells_with_several_lines_separators_and_quotes(table):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["序号", "隐患描述"], ["1", '一、"防护";\n二、栏杆, 缺失'], ["2", "灯"]])

    assert cells(table(text.getvalue())) == [(2, "1", '一、"防护";\n二、栏杆, 缺失'), (3, "2", "灯")]


def test_blanks_around_names_and_cells_are_none_of_them(table):
    assert cells(table(" 序号 ,隐患描述\u3000\n1  ,\u3000灯不亮\t\n")) == [(2, "1", "灯不亮")]


def test_blank_rows_are_none_but_count_where_a_spreadsheet_counts_them(table):
    ledger = table("序号,隐患描述\n1,灯\n\n,\n2,门\n")

    assert cells(ledger) == [(2, "1", "灯"), (5, "2", "门")]
    assert ledger.size == 2


def test_a_title_above_the_header(table, refusal):
    titled = "某公司隐患排查治理台账,,\n" + LEDGER

    assert cells(table(titled, header=2))[0] == (3, "1", "防护栏杆缺失", "")
    assert cells(table(titled))[0] == (3, "1", "防护栏杆缺失", "")
    assert "header in row 2" in table(titled).read_as
    assert refusal(titled, header=1) == 'the header in row 1 has no column "序号", "隐患描述", which the mapping names'


def test_a_header_merged_over_three_rows(table, refusal):
    merged = "台账,,,,\n序号,隐患,,整改,\n,基本情况,,期限,负责\n,描述,部位,,\n1,灯不亮,仓库,2024-06-03,甲\n"
    ledger = table(merged, identity="序号", what="隐患/基本情况/描述")

    assert cells(ledger) == [(5, "1", "灯不亮", "仓库", "2024-06-03", "甲")]
    assert next(ledger.rows()).cells.keys() == {
        "序号",
        "隐患/基本情况/描述",
        "隐患/基本情况/部位",
        "整改/期限",
        "整改/负责",
    }
    assert "header in rows 2 to 4" in ledger.read_as
    assert cells(table(merged, identity="序号", what="隐患/基本情况/描述", header=[2, 4])) == cells(ledger)
    assert "has no column" in refusal(merged, identity="序号", what="隐患/基本情况/描述", header=[2, 3])


def test_rows_of_totals_are_passed_over_and_said(table):
    totalled = LEDGER + "合 计：,2,\n3,门,\n Total ,9\n"
    ledger = table(totalled)

    assert [number for number, *_ in cells(ledger)] == [2, 3, 5]
    assert (ledger.size, ledger.totals) == (3, 2)
    assert "without 2 rows of totals" in ledger.read_as


def test_a_mapping_may_say_that_there_are_no_totals(table):
    assert [number for number, *_ in cells(table(LEDGER + "合计,2,\n", totals=[]))] == [2, 3, 4]


def test_names_of_columns_lose_their_line_breaks(table):
    broken = '"序\n号","隐患\n描述","due\ndate"\n1,灯,\n'

    assert list(next(table(broken).rows()).cells) == ["序号", "隐患描述", "due date"]


def test_a_column_may_be_dropped_or_masked_while_it_is_read(table):
    people = "序号,隐患描述,检查人,电话\n1,灯,张三、李四,13800000000\n"
    (row,) = table(people, drop=["电话"], mask=["检查人"]).rows()

    assert (row.cells["检查人"], row.cells["电话"]) == ("张＊、李＊", "")
    assert row.raw == ["1", "灯", "张＊、李＊", ""]


def test_a_file_that_is_cut_between_two_looks(table, tmp_path):
    ledger = table(LEDGER)
    (tmp_path / "ledger.csv").write_bytes(LEDGER.encode()[:-12])

    with pytest.raises(NotATable, match="row 3"):
        list(ledger.rows())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "there is no header in row 1"),
        (b"\xef\xbb\xbf", "there is no header in row 1"),
        (LEDGER.replace("隐患描述", "Description"), 'no column "隐患描述"'),
        (LEDGER.replace("备注", "隐患描述"), 'more than one column "隐患描述"'),
        (LEDGER + "3,灯\n", "row 4 has 2 cells where the header has 3"),
        (LEDGER + "3,灯,,\n", "row 4 has 4 cells where the header has 3"),
        (LEDGER + '3,"灯,\n', "row 4 is not CSV: unexpected end of data"),
        (LEDGER + '3,"灯"x,\n', "row 4 is not CSV"),
        (LEDGER + "3,灯\x00,\n", "row 4 holds the character NUL, which no text has"),
        (b"PK\x03\x04\x14\x00\x06\x00", "the file is no XLSX: it can't be unpacked"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600), "the file is an old spreadsheet (XLS)"),
        (LEDGER + f"3,{'x' * 200_000},\n", "row 4 is not CSV: field larger than field limit"),
        (LEDGER + "3," + "x," * LONGEST_ROW, f"row 4 is longer than {LONGEST_ROW} characters"),
        (",".join(f"c{number}" for number in range(100_000)), "the header has 100000 columns"),
        (f"序号,隐患描述{',' * MOST_COLUMNS}\n", f"more than {MOST_COLUMNS}"),
        (LEDGER.encode("utf-16"), "the file is in UTF-16; save it as CSV in UTF-8"),
        (b"\xff\xff\xff\xff", "the file is not text in UTF-8 or GB18030"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(refusal, content, sentence):
    assert sentence in refusal(content)


def test_another_encoding_than_the_mapping_says(refusal):
    assert refusal(LEDGER, "gb18030", encoding="utf-8") == "the file is not text in UTF-8"
    assert refusal(LEDGER, "utf-8", encoding="gb18030") == "the file is not text in GB18030"


def test_a_folder_or_nothing_is_no_file(tmp_path):
    for path, sentence in [(tmp_path, "this is not a file"), (tmp_path / "none.csv", "there is no such file")]:
        with pytest.raises(NotATable, match=sentence):
            open_ledger(path, two_columns())


def test_what_stands_nowhere_in_the_header_is_listed_only_so_far(tmp_path):
    (tmp_path / "ledger.csv").write_text("a\n")

    with pytest.raises(NotATable, match='"x09" and 5 more'):
        open_ledger(tmp_path / "ledger.csv", two_columns(more=[f"x{number:02}" for number in range(13)]))
