"""Reading packs: the shipped ones and the operator's own; a fault names file, rule and field."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import pytest

from domain.rules.duties import DutyKind
from domain.rules.pack import Origin
from infrastructure.rules.loader import BadPack, load_packs, rulebook

OWN = """
id = "operator-policy/own"
version = 3
area = ""
in_force_from = 2026-01-01
origin = "operator_policy"
title = { zh = "自定", en = "our own" }

[[rules]]
id = "plan"
zh = "十日内"
en = "within ten days"
due = { kind = "plan", days = 10, counted_in = "calendar_days", since = "grading" }
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    file = tmp_path / "own.toml"
    file.write_text(OWN, encoding="utf-8")
    return file


def refusal(file: Path) -> str:
    with pytest.raises(BadPack) as refused:
        load_packs(file)
    return str(refused.value)


def test_given_no_policy_of_the_operators_then_the_shipped_default_is_loaded() -> None:
    packs = load_packs()
    assert [pack.name for pack in packs if pack.origin is Origin.OPERATOR_POLICY] == ["operator-policy@1"]
    assert len({pack.name for pack in packs}) == len(packs)


def test_given_the_operators_own_policy_then_it_takes_the_place_of_the_default(policy: Path) -> None:
    packs = load_packs(policy)
    assert [pack.name for pack in packs if pack.origin is Origin.OPERATOR_POLICY] == ["operator-policy/own@3"]
    rules = rulebook("320583", "Asia/Shanghai", policy)
    due = rules.duty(DutyKind.PLAN, datetime(2026, 12, 28, 2, tzinfo=UTC))
    assert due is not None
    assert (due.due, due.calendar, due.provisional) == (date(2027, 1, 7), "none", False)
    assert rules.duty(DutyKind.ANSWER, datetime(2026, 12, 28, 2, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("days = 10", "days = 0", "rule plan: due.days: Input should be greater than or equal to 1"),
        ("days = 10", "days = nan", "rule plan: due.days: Input should be a valid integer"),
        ('kind = "plan"', 'kind = "nap"', "rule plan: due.kind: Input should be 'self_inspection', "),
        ('en = "within ten days"', "", "rule plan: en: Field required"),
        ('id = "plan"', "", "rule 1: id: Field required"),
        ('"operator-policy/own"', '"mine"', "id: operator-policy (or operator-policy/…) is for an operator's policy"),
        ("version = 3", "version = 3\nsurprise = 1", "surprise: Extra inputs are not permitted"),
        (
            'en = "within ten days"',
            'en = "x"\nsource = { law = "某法", seen = "read" }',
            "rule plan: source: an operator's",
        ),
        ("[[rules]]", "[[rules", "is not TOML in UTF-8: "),
    ],
)
def test_given_a_fault_in_the_policy_then_the_message_names_file_rule_and_field(
    policy: Path, old: str, new: str, fault: str
) -> None:
    policy.write_text(OWN.replace(old, new, 1), encoding="utf-8")
    assert refusal(policy).startswith(f"{policy}: {fault}")


def test_given_several_faults_then_each_has_its_line(policy: Path) -> None:
    policy.write_text(OWN.replace("days = 10", "days = 0").replace("version = 3", "version = 0"), encoding="utf-8")
    assert [line.split(": ")[1:3] for line in refusal(policy).splitlines()] == [
        ["version", "Input should be greater than or equal to 1"],
        ["rule plan", "due.days"],
    ]


def test_given_a_rule_that_is_no_table_then_it_is_named_by_its_number(policy: Path) -> None:
    policy.write_text(OWN.partition("[[rules]]")[0] + "\n", encoding="utf-8")
    assert refusal(policy) == f"{policy}: rules: Field required"
    policy.write_text(
        OWN.partition("[[rules]]")[0].replace("version = 3", "version = 3\nrules = [1]"), encoding="utf-8"
    )
    assert refusal(policy).startswith(f"{policy}: rule 1: ")


def test_given_a_law_in_the_place_of_a_policy_then_it_is_refused(policy: Path) -> None:
    policy.write_text(
        OWN.replace("operator-policy/own", "cn/own")
        .replace("operator_policy", "statute")
        .replace('en = "within ten days"', 'en = "x"\nsource = { law = "某法", seen = "read" }'),
        encoding="utf-8",
    )
    assert refusal(policy) == f"{policy}: origin: must be operator_policy"


def test_given_a_file_that_is_missing_or_not_text_then_the_message_says_so(policy: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    assert refusal(missing) == f"{missing}: can't be read: No such file or directory"
    assert refusal(tmp_path) == f"{tmp_path}: can't be read: Is a directory"
    policy.write_bytes(b"\xff\xfe\x00")
    assert refusal(policy).startswith(f"{policy}: is not TOML in UTF-8: ")


def test_given_an_unknown_time_zone_then_there_is_no_rulebook() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        rulebook("320583", "Asia/Kunshan")
