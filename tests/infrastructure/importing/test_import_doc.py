"""docs/import.md is true: every key, move, field, rule and shipped name stands in it, and nothing else does."""

from __future__ import annotations

import re

import pytest

from application.importing import faults
from application.importing.mapping import EnterprisePart, LedgerMapping, MovePart
from application.importing.moves import MOVES, REGISTRATION, MoveName, targets
from application.importing.shape import Dates, FileShape
from application.importing.stating import Condition, Stated
from domain.refusals import Rule
from infrastructure.importing.files import shipped_samples
from infrastructure.importing.mappings import shipped_mappings

TABLES = {
    "key": LedgerMapping,
    "key of `[file]`": FileShape,
    "key of `[dates]`": Dates,
    "key of `[enterprise]`": EnterprisePart,
    "key of `[[moves]]`": MovePart,
    "key of a value": Stated,
    "key of a condition": Condition,
}


@pytest.fixture(scope="module")
def doc(pytestconfig) -> str:
    return (pytestconfig.rootpath / "docs" / "import.md").read_text(encoding="utf-8")


def rows(doc: str, heading: str) -> dict[str, str]:
    """The table whose first column has this heading: first cell, without backquotes, to the rest of its line."""
    _, _, after = doc.partition(f"\n| {heading} |")
    assert after, heading
    lines = after.partition("\n\n")[0].splitlines()[2:]
    return {line.split("|")[1].strip().strip("`"): line.split("|", 2)[2] for line in lines}


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_of_a_mapping_is_listed(doc, heading):
    keys = {info.alias or name for name, info in TABLES[heading].model_fields.items()}

    assert rows(doc, heading).keys() == keys


def test_every_move_is_listed_with_its_fields(doc):
    listed = rows(doc, "a `move`")

    assert listed.keys() == set(MoveName)
    for name, rest in listed.items():
        fields = targets(MOVES[MoveName(name)])
        assert set(re.findall(r"`([a-z_.]+)`", rest)) == fields.keys()
        assert set(re.findall(r"`([a-z_.]+)` \(needed", rest)) == {
            key for key, field in fields.items() if field.required
        }


def test_every_field_of_an_enterprise_is_listed(doc):
    fields = rows(doc, "key of `[enterprise]`")["fields"]

    assert set(re.findall(r"`([a-z_]+)`", fields)) - {"placeholder"} == REGISTRATION.keys()


def test_every_rule_of_the_import_is_listed(doc):
    rules = {value.id for value in vars(faults).values() if isinstance(value, Rule)}

    assert rows(doc, "rule").keys() | rows(doc, "finding").keys() == rules | {"any other"}


def test_every_shipped_mapping_and_sample_is_named(doc):
    assert sorted(rows(doc, "name")) == shipped_mappings()
    assert all(name in doc for name in shipped_samples())
