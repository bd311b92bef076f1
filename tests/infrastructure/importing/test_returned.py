"""The refused rows as a file for whoever is to correct them, of the shape their ledger has."""

from __future__ import annotations

import csv
import errno
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from xlsxwriter.exceptions import FileCreateError

from application.importing.faults import Fault
from application.importing.importing import Returned
from application.importing.ledger import CELL, RULE, Ledger
from infrastructure.importing.books import open_ledger
from infrastructure.importing.returned import ReturnedRows
from tests.infrastructure.importing.small_xlsx import FIRST, cell, packed
from tests.infrastructure.importing.two_columns import two_columns

TITLED = "某公司台账,,\n序号,隐患,\n,描述,备注\n1,灯不亮,\n2,=HYPERLINK(0),旧\n"
MERGED = two_columns(what="隐患/描述")


def ledger_of(path: Path, content: str) -> Ledger:
    path.write_text(content, encoding="utf-8")
    return open_ledger(path, MERGED)


def returned(ledger: Ledger, path: Path, *numbers: int) -> Path:
    """The file of these rows, each with two faults."""
    rows = [row for row in ledger.rows() if row.number in numbers]
    with ReturnedRows(path, ledger) as file:
        for row in rows:
            faults = [Fault(row.number, "备注", "", rule, f"report.place: {rule}") for rule in ("a", "b")]
            file.add([Returned(row, faults)])
    return path


def lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_row_comes_back_below_all_that_stood_above_it_with_cell_and_rule(tmp_path):
    out = returned(ledger_of(tmp_path / "ledger.csv", TITLED), tmp_path / "out.csv", 4)

    assert lines(out) == [
        ["某公司台账", "", ""],
        ["序号", "隐患", "", CELL, RULE],
        ["", "描述", "备注"],
        ["1", "灯不亮", "", "备注", "a: report.place: a; b: report.place: b"],
    ]
    assert out.read_bytes().startswith(b"\xef\xbb\xbf"), "spreadsheets know its encoding by its mark"


def test_no_cell_is_a_formula_and_it_is_read_again_as_it_was(tmp_path):
    out = returned(ledger_of(tmp_path / "ledger.csv", TITLED), tmp_path / "out.csv", 5)

    assert lines(out)[3][1] == "'=HYPERLINK(0)"
    (row,) = open_ledger(out, MERGED).rows()
    assert row.cells["隐患/描述"] == "=HYPERLINK(0)"
    assert not row.cells[CELL]


def test_what_comes_back_again_has_the_two_columns_once(tmp_path):
    first = returned(ledger_of(tmp_path / "ledger.csv", TITLED), tmp_path / "once.csv", 4, 5)

    again = returned(open_ledger(first, MERGED), tmp_path / "again.csv", 4, 5)

    assert lines(again) == lines(first)


def test_rows_of_a_spreadsheet_come_back_as_one_with_its_sheets(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "ledger.xlsx") as book:
        for name in ("甲", "乙"):
            sheet = book.add_worksheet(name)
            sheet.write(0, 0, "台账")
            for number, cells in enumerate([["序号", "隐患描述"], [1, "灯"], [2, "=1+1"]], start=1):
                for column, cell in enumerate(cells):
                    (sheet.write_string if isinstance(cell, str) else sheet.write)(number, column, cell)
    ledger = open_ledger(tmp_path / "ledger.xlsx", two_columns())

    out = returned(ledger, tmp_path / "out.xlsx", 4)

    again = open_ledger(out, two_columns())
    assert [(row.sheet, row.cells["序号"], row.cells["隐患描述"]) for row in again.rows()] == [
        ("甲", "2", "=1+1"),
        ("乙", "2", "=1+1"),
    ]
    assert out.stat().st_mode & 0o777 == 0o600
    assert [part.top[0] for part in again.parts] == [["台账", "", "", ""]] * 2


@pytest.mark.parametrize("name", ["二〇二五年" * 7, "甲:乙", "'引'", "History"])
def test_a_sheet_comes_back_whatever_it_is_called(tmp_path, name):
    """LibreOffice and WPS write names that Excel does not take."""
    file = packed(tmp_path / "ledger.xlsx", f"{FIRST}<row r='2'>{cell('A2', '1')}{cell('B2', '灯')}</row>", name=name)
    ledger = open_ledger(file, two_columns())
    assert [part.sheet.name for part in ledger.parts] == [name]

    again = open_ledger(returned(ledger, tmp_path / "out.xlsx", 2), two_columns())

    assert [row.cells["隐患描述"] for row in again.rows()] == ["灯"]


def test_what_a_killed_process_leaves_of_a_spreadsheet_lies_beside_it(tmp_path, monkeypatch):
    """Personal data goes with the folder of its job, and is never left where nobody looks."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "there is none"))
    file = packed(tmp_path / "ledger.xlsx", f"{FIRST}<row r='2'>{cell('A2', '1')}{cell('B2', '灯')}</row>")
    before = set(tmp_path.iterdir())

    out = returned(open_ledger(file, two_columns()), tmp_path / "out.xlsx", 2)

    assert set(tmp_path.iterdir()) - before == {out}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=20), min_size=2, max_size=2)
)
@example(["'=1", "''＠"])
def test_whatever_a_cell_says_it_says_when_it_comes_back(tmp_path, words):
    file = tmp_path / "ledger.csv"
    with file.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([["序号", "隐患描述", "备注"], ["1", *words]])
    ledger = open_ledger(file, two_columns())
    (row,) = ledger.rows()

    (again,) = open_ledger(returned(ledger, tmp_path / "out.csv", 2), two_columns()).rows()

    assert {name: again.cells[name] for name in row.cells} == row.cells


def test_it_is_written_as_the_mapping_says_a_file_of_its_is(tmp_path):
    (tmp_path / "ledger.csv").write_text("序号;隐患描述\n1;灯\n", encoding="gb18030")
    stated = two_columns(separator=";", encoding="gb18030", header=1)

    out = returned(open_ledger(tmp_path / "ledger.csv", stated), tmp_path / "out.csv", 2)

    assert [row.cells["隐患描述"] for row in open_ledger(out, stated).rows()] == ["灯"]


def test_nothing_refused_leaves_no_file_nor_an_older_one(tmp_path):
    ledger = ledger_of(tmp_path / "ledger.csv", TITLED)
    (tmp_path / "out.csv").write_text("older")

    with ReturnedRows(tmp_path / "out.csv", ledger) as file:
        file.add([])

    assert not (tmp_path / "out.csv").exists()


def test_only_its_owner_reads_it_also_where_an_older_one_was_open_to_all(tmp_path):
    (tmp_path / "out.csv").write_text("older")
    (tmp_path / "out.csv").chmod(0o644)

    out = returned(ledger_of(tmp_path / "ledger.csv", TITLED), tmp_path / "out.csv", 4)

    assert out.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
def test_no_beginning_of_a_formula_is_left(tmp_path, begins):
    content = f"序号,隐患描述,备注\n1,灯,{begins}1\n"
    (tmp_path / "ledger.csv").write_text(content, encoding="utf-8")

    out = returned(open_ledger(tmp_path / "ledger.csv", two_columns()), tmp_path / "out.csv", 2)

    assert lines(out)[1][2] == f"'{begins}1"


def test_a_spreadsheet_that_can_not_be_brought_to_its_end_is_a_fault_of_the_disk(tmp_path, monkeypatch):
    ledger = open_ledger(packed(tmp_path / "ledger.xlsx", FIRST + f"<row r='2'>{cell('A2', '1')}</row>"), two_columns())
    whole = xlsxwriter.Workbook.close

    def full(book: xlsxwriter.Workbook) -> None:
        whole(book)
        raise FileCreateError(OSError(errno.ENOSPC, "No space left on device"))

    monkeypatch.setattr(xlsxwriter.Workbook, "close", full)

    with pytest.raises(OSError, match="No space left on device"):
        returned(ledger, tmp_path / "out.xlsx", 2)
