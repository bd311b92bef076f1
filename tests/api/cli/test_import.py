"""`hazardloop import` as somebody with a ledger meets it: what is said, what is left, and with which exit code."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from application.log import Unavailable
from infrastructure.importing.files import SAMPLES
from infrastructure.log.batch import schema_of
from infrastructure.log.event_log import PostgresEventLog
from tests.api.cli.command import Hazardloop, Ran
from tests.conftest import JURISDICTION

SAMPLE, MAPPING = "yinhuan_taizhang.csv", "sample_zh"
EVENTS_OF_SAMPLE = 268

InLog = Callable[[], Counter[str]]


@pytest.fixture
def in_log(database_url: str) -> InLog:
    """How many events of each name the log has."""

    def count() -> Counter[str]:
        events = Identifier(schema_of(JURISDICTION), "events")
        with psycopg.connect(database_url) as connection:
            return Counter(name for (name,) in connection.execute(SQL("SELECT topic FROM {}").format(events)))

    return count


@pytest.fixture
def ledger(tmp_path: Path) -> Callable[..., Path]:
    """The sample as a file of one's own, with some cells of its rows (by number in the file) replaced."""

    def written(changes: dict[tuple[int, str], str] | None = None, encoding: str = "utf-8", rows: int = 40) -> Path:
        with (SAMPLES / SAMPLE).open(encoding="utf-8-sig", newline="") as file:
            header, *body = csv.reader(file)
        for (number, column), cell in (changes or {}).items():
            body[number - 2][header.index(column)] = cell
        mine = tmp_path / "mine.csv"
        with mine.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([header, *body[:rows]])
        return mine

    return written


def report(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_given_the_sample_then_every_row_is_in_the_log_or_in_the_list(hazardloop: Hazardloop, in_log: InLog) -> None:
    ran = hazardloop("import", SAMPLE, "--mapping", MAPPING)

    assert ran.code == 1
    assert ran.out.splitlines()[:7] == [
        "yinhuan_taizhang.csv, read as utf-8-sig, separated by commas; header in row 1: 40 rows",
        "  39 imported",
        "  0 known already",
        "  0 known, and gone on with new moves",
        "  1 refused, returned in yinhuan_taizhang.refused.csv",
        "0 cells contradict the log, 1 are odd: listed in yinhuan_taizhang.findings.csv",
        f"{EVENTS_OF_SAMPLE} events added",
    ]
    told = Counter({name: int(count) for count, name in (line.split() for line in ran.out.splitlines()[7:])})
    assert told == in_log()
    assert told.total() == EVENTS_OF_SAMPLE
    assert "40/40" in ran.err
    (line,) = report(Path("yinhuan_taizhang.refused.csv"))
    assert (line["序号"], line["整改期限"], line["refused: cell"]) == ("29", "尽快", "整改期限")
    assert line["refused: rule"] == (
        "import.date: plan.deadline: this is in none of the date formats of the mapping, or before 1900"
    )
    (odd,) = report(Path("yinhuan_taizhang.findings.csv"))
    assert (odd["row"], odd["column"], odd["rule"]) == ("24", "复查日期", "import.order")


def test_given_it_is_in_the_log_when_imported_again_then_nothing_is_added(
    hazardloop: Hazardloop, in_log: InLog
) -> None:
    hazardloop("import", SAMPLE, "--mapping", MAPPING)
    before = in_log()

    ran = hazardloop("import", SAMPLE, "--mapping", MAPPING)

    assert ran.code == 1
    assert "  39 known already\n" in ran.out
    assert "0 events added\n" in ran.out
    assert in_log() == before


def test_given_the_refused_rows_were_corrected_when_imported_again_then_they_go_in_and_nothing_else(
    hazardloop: Hazardloop, ledger: Callable[..., Path], in_log: InLog
) -> None:
    hazardloop("import", ledger(), "--mapping", MAPPING)
    corrected = ledger({(30, "整改期限"): "2025-06-10"})

    ran = hazardloop("import", corrected, "--mapping", MAPPING)

    assert ran.code == 0
    assert "  1 imported\n  39 known already\n  0 known, and gone on with new moves\n  0 refused\n" in ran.out
    assert in_log()["hazard.reported.v1"] == 40


def test_given_the_returned_rows_were_corrected_when_they_are_imported_then_the_rest_is_in(
    hazardloop: Hazardloop, in_log: InLog
) -> None:
    hazardloop("import", SAMPLE, "--mapping", MAPPING)
    returned = Path("yinhuan_taizhang.refused.csv")
    returned.write_text(returned.read_text(encoding="utf-8").replace("尽快", "2025-06-10", 1), encoding="utf-8")

    ran = hazardloop("import", returned, "--mapping", MAPPING)

    assert (ran.code, ran.out.splitlines()[1]) == (0, "  1 imported")
    assert in_log()["hazard.reported.v1"] == 40
    assert not list(Path().glob("*.refused.refused.csv"))


def test_given_a_dry_run_then_the_same_is_said_and_nothing_written(hazardloop: Hazardloop, in_log: InLog) -> None:
    ran = hazardloop("import", SAMPLE, "--mapping", MAPPING, "--dry-run", "--refused", "what_if.csv")

    assert ran.code == 1
    assert "  39 would be imported\n" in ran.out
    assert f"{EVENTS_OF_SAMPLE} events would be added; nothing was written\n" in ran.out
    assert not in_log()
    assert len(report(Path("what_if.csv"))) == 1

    assert "  39 imported\n" in hazardloop("import", SAMPLE, "--mapping", MAPPING).out


def test_given_good_rows_only_then_there_is_no_list(hazardloop: Hazardloop, ledger: Callable[..., Path]) -> None:
    ran = hazardloop("import", ledger(rows=20), "--mapping", MAPPING)

    assert ran.code == 0
    assert "  20 imported\n  0 known already\n  0 known, and gone on with new moves\n  0 refused\n" in ran.out
    assert not list(Path().glob("*.refused.csv"))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_given_another_encoding_then_the_rows_are_the_same(
    hazardloop: Hazardloop, ledger: Callable[..., Path], encoding: str
) -> None:
    hazardloop("import", SAMPLE, "--mapping", MAPPING)

    ran = hazardloop("import", ledger(encoding=encoding), "--mapping", MAPPING)

    assert f"mine.csv, read as {encoding}, separated by commas; header in row 1: 40 rows\n" in ran.out
    assert "  39 known already\n" in ran.out


def test_given_a_mapping_of_ones_own_then_it_is_read_from_its_file(hazardloop: Hazardloop) -> None:
    Path("mine.toml").write_text(
        """
        source = "a list"
        identity = ["No"]
        dates = { formats = ["%d.%m.%Y"] }
        [[moves]]
        move = "report"
        occurred_at = "Found"
        fields = { channel = { constant = "mailbox" }, description = "What" }
        """,
        encoding="utf-8",
    )
    Path("list.csv").write_text("No;Found;What\n1;3.6.2024;a door that does not open\n", encoding="utf-8")

    ran = hazardloop("import", "list.csv", "--mapping", "mine.toml")

    assert (ran.code, ran.out.splitlines()[-1]) == (0, "  1 hazard.reported.v1")


def test_given_a_ledger_without_codes_then_the_enterprise_registered_under_the_name_is_meant(
    hazardloop: Hazardloop, ledger: Callable[..., Path], in_log: InLog, database_url: str
) -> None:
    hazardloop("import", ledger(rows=1), "--mapping", MAPPING)
    Path("list.toml").write_text(
        """
        source = "a list"
        identity = ["No"]
        dates = { formats = ["%Y-%m-%d"] }
        enterprise = { by_name = true, placeholder = ["Firm"], fields = { enterprise_name = "Firm" } }
        [[moves]]
        move = "report"
        occurred_at = "Found"
        fields = { channel = { constant = "mailbox" }, description = "What" }
        """,
        encoding="utf-8",
    )
    Path("list.csv").write_text(
        "No,Firm,Found,What\n1,昆山示例精密铸件有限公司,2025-01-06,a door\n2,another,2025-01-06,a lamp\n",
        encoding="utf-8",
    )

    ran = hazardloop("import", "list.csv", "--mapping", "list.toml")

    assert ran.code == 0
    assert in_log()["enterprise.registered.v1"] == 2, "the first is registered already, the second is a placeholder"


def test_given_the_log_goes_out_of_reach_midway_then_the_same_command_finishes_it(
    hazardloop: Hazardloop, in_log: InLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as midway:
        midway.setattr(PostgresEventLog, "append", lost)
        ran = hazardloop("import", SAMPLE, "--mapping", MAPPING)
    assert ran.code == 3
    assert ran.out == ""
    assert ran.err.splitlines()[-1] == (
        "hazardloop: the log is busy or out of reach. 0 rows are sure to be in; the same command again takes in the "
        "rest, and nothing twice"
    )

    assert hazardloop("import", SAMPLE, "--mapping", MAPPING).code == 1
    assert in_log()["hazard.reported.v1"] == 39


def refused(ran: Ran, sentence: str) -> None:
    """Refused before anything was started, with nothing left behind."""
    assert (ran.code, ran.out) == (2, "")
    assert f"hazardloop: {sentence}" in ran.err
    assert "Traceback" not in ran.err
    assert not list(Path().glob("*.refused.csv"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "x.csv: the file is empty; nothing was written"),
        (b"PK\x03\x04\x00\x00", "x.csv: the file is no XLSX"),
        (b"a,b\n1,2\n", 'x.csv: the header in row 1 has no column "'),
        (b"\xff\xff", "x.csv: the file is not text in UTF-8 or GB18030"),
        ((SAMPLES / SAMPLE).read_bytes() + b"41,x\n", "x.csv: row 42 has 2 cells where the header has 26"),
        (None, "x.csv: there is no such file"),
    ],
)
def test_given_what_is_no_table_then_a_sentence_says_so_before_anything_is_started(
    without_database: Hazardloop, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        Path("x.csv").write_bytes(content)

    refused(without_database("import", "x.csv", "--mapping", MAPPING), sentence)


def test_given_a_folder_for_a_ledger_then_a_sentence_says_so(without_database: Hazardloop, tmp_path: Path) -> None:
    refused(without_database("import", tmp_path, "--mapping", MAPPING), f"{tmp_path}: this is not a file")


def test_given_a_mapping_that_can_not_be_used_then_every_fault_is_named_with_its_key(
    without_database: Hazardloop,
) -> None:
    Path("m.toml").write_text("sauce = 'x'\nidentity = []\n[dates]\nformats = ['%Y-%m-%d']\n", encoding="utf-8")

    ran = without_database("import", SAMPLE, "--mapping", "m.toml")

    refused(ran, "the mapping can't be used: m.toml: source: Field required")
    for key in ("identity", "moves", "sauce"):
        assert f"m.toml: {key}: " in ran.err
    refused(
        without_database("import", SAMPLE, "--mapping", "osha"),
        "the mapping can't be used: osha: there is no such file",
    )


def test_given_no_place_for_the_list_of_refused_rows_then_nothing_is_begun(
    without_database: Hazardloop, ledger: Callable[..., Path], tmp_path: Path
) -> None:
    mine = ledger()
    for place in (mine, tmp_path, tmp_path / "nowhere" / "refused.csv"):
        refused(without_database("import", mine, "--mapping", MAPPING, "--refused", place), f"--refused: {place} is")
    assert mine.stat().st_size > 0


def test_given_an_import_is_killed_midway_then_the_same_command_finishes_it_with_every_row_once(
    hazardloop: Hazardloop, ledger: Callable[..., Path], in_log: InLog, database_url: str, pytestconfig: pytest.Config
) -> None:
    whole = ledger()
    with whole.open(encoding="utf-8", newline="") as file:
        header, first, *_ = csv.reader(file)
    with whole.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *([str(number), *first[1:]] for number in range(2000))])
    arguments = ["import", str(whole), "--mapping", MAPPING]
    with psycopg.connect(database_url, autocommit=True) as listening:
        listening.execute("LISTEN hazardloop")
        command = [sys.executable, "-c", "from api.cli import main; main()", *arguments]
        with subprocess.Popen(
            command, stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(pytestconfig.rootpath)}
        ) as process:
            batches = len(list(listening.notifies(timeout=60, stop_after=2)))
            process.kill()
    assert (batches, process.returncode) == (2, -signal.SIGKILL)
    assert 0 < in_log()["hazard.reported.v1"] < 2000

    ran = hazardloop(*arguments)

    assert ran.code == 0
    assert in_log()["hazard.reported.v1"] == in_log()["hazard.closed_before_import.v1"] == 2000
    assert in_log()["enterprise.registered.v1"] == 1


def test_given_an_unknown_ledger_when_a_mapping_is_proposed_then_it_can_be_used_and_is_never_written_over(
    hazardloop: Hazardloop, in_log: InLog, ledger: Callable[..., Path]
) -> None:
    mine = ledger()

    ran = hazardloop("import", "--propose", mine)

    assert (ran.code, ran.out) == (0, "mine.toml is written; it is unsure in 1 places\n")
    assert not in_log()
    refused(hazardloop("import", "--propose", mine), "mine.toml is there already")
    assert "  39 imported\n" in hazardloop("import", mine, "--mapping", "mine.toml").out


def test_given_neither_a_mapping_nor_the_wish_for_one_then_a_sentence_says_so(without_database: Hazardloop) -> None:
    refused(without_database("import", SAMPLE), "--mapping: say how its columns are to be read")
