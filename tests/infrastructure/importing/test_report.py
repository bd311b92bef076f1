"""The refused rows as a file for whoever is to correct them."""

from __future__ import annotations

import csv

from application.importing.faults import Fault
from infrastructure.importing.report import CsvRefusals

FIRST = Fault(3, "整改期限", "尽快", "import.date", "plan.deadline: no date")
SECOND = Fault(17, "备注", 'two\nlines, and a "quote"', "string_too_long", "report.place: too long")


def test_every_fault_is_a_line_with_row_column_value_and_rule(tmp_path):
    out = tmp_path / "refused.csv"

    with CsvRefusals(out) as report:
        report.add([FIRST])
        report.add([])
        report.add([SECOND])

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
        report.add([FIRST])

    assert (tmp_path / "refused.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_no_fault_leaves_no_file(tmp_path):
    with CsvRefusals(tmp_path / "refused.csv") as report:
        report.add([])

    assert not list(tmp_path.iterdir())


def test_a_new_report_takes_the_place_of_an_older_one(tmp_path):
    for _ in range(2):
        with CsvRefusals(tmp_path / "refused.csv") as report:
            report.add([FIRST])

    assert (tmp_path / "refused.csv").read_text(encoding="utf-8").count("\n") == 2
