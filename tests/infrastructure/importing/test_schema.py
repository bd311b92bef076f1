"""docs/mapping.schema.json is the schema of today's mapping, and takes whatever the command takes."""

from __future__ import annotations

import json
import tomllib

import jsonschema
import pytest

from application.importing.schema import mapping_schema
from infrastructure.importing.mappings import SHIPPED, shipped_mappings
from tests.application.importing.given import BY_NAME, MAPPING

WRITE = (
    "write it anew: python -c 'import json; from application.importing.schema import mapping_schema; "
    "print(json.dumps(mapping_schema(), indent=2, ensure_ascii=False))' > docs/mapping.schema.json"
)


def test_the_document_is_the_schema(pytestconfig):
    file = pytestconfig.rootpath / "docs" / "mapping.schema.json"

    assert json.loads(file.read_text(encoding="utf-8")) == mapping_schema(), WRITE


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(mapping_schema())
    return jsonschema.Draft202012Validator(mapping_schema())


@pytest.mark.parametrize("name", shipped_mappings())
def test_it_takes_every_shipped_mapping(validator, name):
    validator.validate(tomllib.loads((SHIPPED / f"{name}.toml").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "more",
    [
        {"file": {"header": 2}},
        {"file": {"header": [2, 3], "sheets": ["2024"], "totals": []}},
        {"enterprise": BY_NAME | {"by_name": True}},
        {"drop": ["电话"], "mask": ["检查人"]},
        {"moves": [MAPPING["moves"][0], {"move": "step", "occurred_at": "Found", "each_line": "What"}]},
        {"moves": [MAPPING["moves"][0], {"move": "step", "occurred_at": "Found", "each_line": ["What", "Found"]}]},
    ],
)
def test_it_takes_every_form_of_a_key(validator, more):
    validator.validate(json.loads(json.dumps(dict(MAPPING) | more)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"sauce": "x"},
        {"identity": []},
        {"file": {"header": 0}},
        {"moves": [{"move": "close_out", "occurred_at": "Found"}]},
        {"moves": [{"move": "report", "occurred_at": {"collumn": "Found"}}]},
    ],
)
def test_it_refuses_what_the_command_refuses(validator, wrong):
    assert not validator.is_valid(dict(MAPPING) | wrong)
