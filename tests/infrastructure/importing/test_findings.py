"""What is odd, as a list for whoever is to look at it."""

from __future__ import annotations

import csv

from application.importing.faults import Finding
from infrastructure.importing.findings import CsvFindings

ODD = Finding("2025", 3, "隐患等级", "=重大", "general", "import.conflict", "self_inspect.grade: no")


def test_every_finding_is_a_line_with_what_the_log_says_and_no_formula(tmp_path):
    out = tmp_path / "findings.csv"

    with CsvFindings(out) as found:
        found.add([ODD])
        found.add([])
        found.add([ODD])

    with out.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 2
    assert list(lines[0].values()) == [
        "2025",
        "3",
        "隐患等级",
        "'=重大",
        "general",
        "import.conflict",
        "self_inspect.grade: no",
    ]
    assert out.stat().st_mode & 0o777 == 0o600


def test_no_finding_leaves_no_list_nor_an_older_one(tmp_path):
    (tmp_path / "findings.csv").write_text("older")

    with CsvFindings(tmp_path / "findings.csv") as found:
        found.add([])

    assert not list(tmp_path.iterdir())
