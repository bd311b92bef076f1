"""The refused rows as a file for whoever is to correct them."""

from __future__ import annotations

import csv

import pytest

from application.importing.faults import Fault, Finding
from application.importing.importing import Returned
from application.importing.table import Row
from infrastructure.importing.report import CsvFindings, CsvRefusals

FIRST = Fault(3, "整改期限", "尽快", "import.date", "plan.deadline: no date")
SECOND = Fault(17, "备注", 'two\nlines, and a "quote"', "string_too_long", "report.place: too long")


def returned(fault: Fault) -> Returned:
    return Returned(Row(fault.row, {}), [fault])


def test_every_finding_is_a_line_with_what_the_log_says(tmp_path):
    out = tmp_path / "findings.csv"

    with CsvFindings(out) as found:
        found.add([Finding("2025", 3, "隐患等级", "重大", "general", "import.conflict", "self_inspect.grade: no")])

    with out.open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["sheet"], line["row"], line["value"], line["in_log"]) == ("2025", "3", "重大", "general")


def test_every_fault_is_a_line_with_row_column_value_and_rule(tmp_path):
    out = tmp_path / "refused.csv"

    with CsvRefusals(out) as report:
        report.add([returned(FIRST)])
        report.add([])
        report.add([returned(SECOND)])

    with out.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {
                "row": "3",
                "column": "整改期限",
                "value": "尽快",
                "rule": "import.date",
                "says": "plan.deadline: no date",
            },
            {"row": "17", "column": "备注", "value": SECOND.value, "rule": "string_too_long", "says": SECOND.says},
        ]


def test_spreadsheets_know_its_encoding_by_its_mark(tmp_path):
    with CsvRefusals(tmp_path / "refused.csv") as report:
        report.add([returned(FIRST)])

    assert (tmp_path / "refused.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_no_fault_leaves_no_file(tmp_path):
    with CsvRefusals(tmp_path / "refused.csv") as report:
        report.add([])

    assert not list(tmp_path.iterdir())


def test_no_fault_leaves_no_older_report_either(tmp_path):
    (tmp_path / "refused.csv").write_text("older")

    with CsvRefusals(tmp_path / "refused.csv"):
        pass

    assert not list(tmp_path.iterdir())


def test_only_its_owner_reads_it_also_where_an_older_one_was_open_to_all(tmp_path):
    out = tmp_path / "refused.csv"
    out.write_text("older")
    out.chmod(0o644)

    with CsvRefusals(out) as report:
        report.add([returned(FIRST)])

    assert out.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("begins", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(tmp_path, begins):
    out = tmp_path / "refused.csv"
    formula = f'{begins}HYPERLINK("x")'

    with CsvRefusals(out) as report:
        report.add([returned(Fault(3, formula, formula, "import.date", formula))])

    with out.open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["column"], line["value"], line["says"]) == (f"'{formula}",) * 3


def test_a_new_report_takes_the_place_of_an_older_one(tmp_path):
    for _ in range(2):
        with CsvRefusals(tmp_path / "refused.csv") as report:
            report.add([returned(FIRST)])

    assert (tmp_path / "refused.csv").read_text(encoding="utf-8").count("\n") == 2
