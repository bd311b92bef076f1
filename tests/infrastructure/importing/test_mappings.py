"""The mappings that are shipped, and what is said of one that can't be used."""

from __future__ import annotations

import csv

import pytest

from application.importing.mapping import BadMapping
from infrastructure.importing.files import SAMPLES, Files, shipped_samples
from infrastructure.importing.mappings import LARGEST, load_mapping, shipped_mappings

WHOLE = """
source = "a ledger"
identity = ["No"]
[dates]
formats = ["%Y-%m-%d"]
[[moves]]
move = "report"
occurred_at = "Found"
[moves.fields]
channel = { constant = "snap" }
description = "What"
"""


@pytest.fixture
def written(tmp_path):
    def write(text: str | bytes) -> str:
        file = tmp_path / "mine.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(file)

    return write


def test_four_mappings_and_a_sample_are_shipped():
    assert shipped_mappings() == ["nyc_dob", "nyc_hpd", "osha_2019", "sample_zh"]
    assert shipped_samples() == ["yinhuan_taizhang.csv"]


@pytest.mark.parametrize("name", ["nyc_dob", "nyc_hpd", "osha_2019", "sample_zh"])
def test_every_shipped_mapping_can_be_used(name):
    assert load_mapping(name).moves


def test_no_person_and_no_number_to_call_is_in_the_sample():
    with (SAMPLES / "yinhuan_taizhang.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)

    assert not {"整改责任人", "检查人", "复查人", "联系电话"} & set(header)
    assert len(rows) == 40


def test_a_mapping_of_ones_own_is_a_file(written):
    assert load_mapping(written(WHOLE)).source == "a ledger"


def test_a_file_in_the_way_does_not_hide_a_shipped_mapping(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample_zh").write_text("")

    assert load_mapping("sample_zh").source == "隐患排查治理台账"


def test_a_ledger_of_the_samples_name_goes_before_the_sample(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = Files()
    mapping = files.mapping("sample_zh")
    assert files.ledger("yinhuan_taizhang.csv", mapping).size == 40

    sample = (SAMPLES / "yinhuan_taizhang.csv").read_text(encoding="utf-8")
    (tmp_path / "yinhuan_taizhang.csv").write_text(sample.partition("\n")[0] + "\n")

    assert files.ledger("yinhuan_taizhang.csv", mapping).size == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('source = "a ledger"', ""), "source: Field required"),
        (('source = "a ledger"', 'sauce = "x"\nsource = "a ledger"'), "sauce: Extra inputs are not permitted"),
        (('move = "report"', 'move = "report it"'), "moves 1.move: Input should be 'report', 'self_inspect'"),
        (("channel =", "chanel ="), "moves 1: fields.chanel: report has no such field; it has description, place"),
        (('"snap"', '"telegram"'), "move 1 (report): fields.channel: telegram: Input should be 'snap'"),
        (
            ("{ constant", '{ column = "x", constant'),
            "moves 1.fields.channel 1: Exactly one of these keys has to be there: column, text, people, constant",
        ),
        (("%Y-%m-%d", "%Y"), "dates.formats 1: A date format holds year, month and day, for instance %Y-%m-%d"),
        (("identity", "identity ="), "is not TOML in UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(written, change, sentence):
    named = written(WHOLE.replace(*change))

    with pytest.raises(BadMapping) as refused:
        load_mapping(named)

    assert f"{named}: {sentence}" in str(refused.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "source: Field required"),
        (b"\xff\xfe", "is not TOML in UTF-8"),
        (b"\x00", "is not TOML in UTF-8"),
        (b"#" * (LARGEST + 1), "larger than"),
        (b".".join([b"a"] * 100_000) + b" = 1", "a line has more than 200 dots"),
        (b"a = " + b"[" * 5000, "is nested too deeply"),
    ],
)
def test_what_is_no_mapping_at_all(written, content, sentence):
    with pytest.raises(BadMapping, match=sentence):
        load_mapping(written(content))


def test_a_name_that_is_nothing_is_told_what_is_shipped(tmp_path):
    with pytest.raises(
        BadMapping, match=r"no such file, nor a shipped mapping of this name \(nyc_dob, nyc_hpd, osha_2019, sample_zh\)"
    ):
        load_mapping("osha_2020")
    with pytest.raises(BadMapping, match="can't be read: Is a directory"):
        load_mapping(str(tmp_path))
