"""A ledger in an XLSX file: read as a reader sees it; and what would fill the memory is refused before it is loaded."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from application.importing.table import NotATable
from infrastructure.importing import xlsx_limits
from infrastructure.importing.books import open_ledger
from tests.infrastructure.importing.small_xlsx import FIRST, SHEET, cell, packed
from tests.infrastructure.importing.two_columns import cells, two_columns


@pytest.fixture
def workbook(tmp_path):
    """Writes sheets of rows into a file; a merged title is put above those of a name that ends in 有题."""

    def write(sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> Path:
        file = tmp_path / "ledger.xlsx"
        with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"}) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                if name in hidden:
                    sheet.hide()
                for number, row in enumerate(rows):
                    for column, cell in enumerate(row):
                        sheet.write(number, column, cell)
        return file

    return write


HEADER = ["序号", "隐患描述"]


def test_cells_are_what_a_reader_sees(workbook):
    midnight, morning = datetime.date(2024, 6, 3), datetime.datetime(2024, 6, 3, 8, 30)  # noqa: DTZ001 - of no place
    rows = [[1, "灯"], [1.5, "a\nb "], [True, midnight], [morning, 1e15], ["007", -3.0]]

    ledger = open_ledger(workbook({"台账": [HEADER, *rows]}), two_columns())

    assert cells(ledger) == [
        (2, "1", "灯"),
        (3, "1.5", "a\nb"),
        (4, "TRUE", "2024-06-03"),
        (5, "2024-06-03 08:30:00", "1000000000000000"),
        (6, "007", "-3"),
    ]
    assert (ledger.size, ledger.read_as) == (5, "XLSX; header in 台账: row 1")


def test_a_title_and_a_header_merged_over_two_rows(tmp_path):
    file = tmp_path / "ledger.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("一")
        sheet.merge_range(0, 0, 0, 3, "某公司隐患台账")
        sheet.merge_range(1, 0, 2, 0, "序号")
        sheet.merge_range(1, 1, 1, 2, "隐患")
        sheet.write_row(2, 1, ["描述", "部位"])
        sheet.merge_range(1, 3, 2, 3, "备注")
        sheet.write_row(3, 0, [1, "灯不亮", "仓库", ""])

    ledger = open_ledger(file, two_columns(what="隐患/描述"))

    assert [dict(row.cells) for row in ledger.rows()] == [
        {"序号": "1", "隐患/描述": "灯不亮", "隐患/部位": "仓库", "备注": ""}
    ]
    assert ledger.read_as == "XLSX; header in 一: rows 2 to 3"


def test_every_sheet_with_the_columns_is_read_in_its_order_and_the_others_are_named(workbook):
    sheets = {"封面": [["某公司"]], "2024": [HEADER, [1, "灯"]], "2025": [["台账"], HEADER, [2, "门"]], "空": []}

    ledger = open_ledger(workbook(sheets), two_columns())

    assert [(row.sheet, row.number, row.cells["序号"]) for row in ledger.rows()] == [("2024", 2, "1"), ("2025", 3, "2")]
    assert ledger.read_as == 'XLSX; header in 2024: row 1, 2025: row 2; without the sheets "封面", "空"'


def test_only_the_sheets_that_are_named_are_read_hidden_ones_too(workbook):
    file = workbook({"新": [HEADER, [2, "门"]], "旧": [HEADER, [1, "灯"]]}, hidden=("旧",))

    assert [row.sheet for row in open_ledger(file, two_columns()).rows()] == ["新"]
    assert [row.sheet for row in open_ledger(file, two_columns(sheets=["旧"])).rows()] == ["旧"]
    with pytest.raises(NotATable, match='there is no sheet "二"'):
        open_ledger(file, two_columns(sheets=["新", "二"]))


def test_a_table_that_begins_further_right_and_down(workbook):
    file = workbook({"一": [[], ["", "", "序号", "隐患描述"], ["", "", 1, "灯"]]})

    assert cells(open_ledger(file, two_columns())) == [(3, "", "", "1", "灯")]


def test_where_no_sheet_has_the_columns_it_is_said_of_the_first(workbook):
    with pytest.raises(NotATable, match='sheet 一: the header in row 1 has no column "隐患描述"'):
        open_ledger(workbook({"一": [["序号", "x"]], "二": [["y"]]}), two_columns())


def test_a_workbook_with_nothing_in_it(workbook):
    with pytest.raises(NotATable, match="there is no header"):
        open_ledger(workbook({"一": []}), two_columns())


def test_a_workbook_as_small_as_can_be(tmp_path):
    file = packed(tmp_path / "x.xlsx", f"{FIRST}<row r='2'>{cell('A2', '1')}{cell('B2', '灯')}</row>")

    assert cells(open_ledger(file, two_columns())) == [(2, "1", "灯")]


@pytest.mark.parametrize(
    "far",
    [
        "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        '<row r="1048576"><c  s="1"  r = "XFD1048576"><v>1</v></c></row>',
        "<x:row r='1048576'><x:c r='XFD1048576'/></x:row>",
        "<row r='1048576'><c r='A2'/><c r='XFD2'/></row>",
        "<row r='1000000'>" + "<c><v>1</v></c>" * 10 + "</row>",
        "<row r='2'>" + "<c><v>1</v></c>" * 6_000_000 + "</row>",
        "<row><c r='XFE16777217'/></row>",
    ],
    ids=["far", "spaced", "prefixed", "rows", "placeless", "many", "beyond"],
)
def test_cells_that_lie_far_apart_are_refused_before_all_between_them_is_loaded(tmp_path, far):
    with pytest.raises(NotATable, match="a sheet reaches over more than 5000000 cells"):
        open_ledger(packed(tmp_path / "x.xlsx", FIRST + far), two_columns())


def test_a_bomb_is_refused_by_the_directory_of_its_zip(tmp_path):
    file = packed(tmp_path / "x.xlsx", FIRST)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/x.png", "w") as bomb:
        for _ in range((xlsx_limits.MOST_UNPACKED >> 20) + 1):
            bomb.write(bytes(1 << 20))

    assert file.stat().st_size < 1 << 20
    with pytest.raises(NotATable, match="unpacked, it would take 513 MB, more than 512"):
        open_ledger(file, two_columns())


def test_a_part_that_is_larger_than_the_directory_says_is_refused(tmp_path):
    file = packed(tmp_path / "x.xlsx", FIRST + " " * 100_000)
    content = bytearray(file.read_bytes())
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    file.write_bytes(content)

    with pytest.raises(NotATable, match="can't be unpacked"):
        open_ledger(file, two_columns())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda file: zipfile.ZipFile(file, "w").close(), "the file is no XLSX"),
        (lambda file: file.write_bytes(file.read_bytes()[:-100]), "can't be unpacked"),
        (lambda file: file.write_bytes(file.read_bytes()[:200]), "can't be unpacked"),
        (lambda file: packed(file, "<row"), "the file is no XLSX"),
    ],
)
def test_what_is_damaged_is_refused(tmp_path, change, sentence):
    file = packed(tmp_path / "x.xlsx", FIRST)
    change(file)

    with pytest.raises(NotATable, match=sentence):
        open_ledger(file, two_columns())


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused_lest_two_readers_take_one_each(tmp_path):
    file = packed(tmp_path / "x.xlsx", FIRST)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(SHEET, "<worksheet/>")

    with pytest.raises(NotATable, match="two of its parts have one name"):
        open_ledger(file, two_columns())
