"""A mapping that could not work is refused when it is read, with the key and what is wrong with it."""

from copy import deepcopy

import pytest
from pydantic import ValidationError

from application.importing.mapping import LedgerMapping
from application.importing.moves import MOVES, MoveName, targets
from domain.actors import Role
from tests.application.importing.given import BY_NAME, MAPPING, mapping


def refusal(**changed):
    with pytest.raises(ValidationError) as refused:
        LedgerMapping.model_validate(dict(MAPPING) | changed)
    fault, *_ = refused.value.errors()
    return ".".join(map(str, fault["loc"])), fault["msg"]


def move(**keys):
    return {"moves": [MAPPING["moves"][0], {"move": "self_inspect", "occurred_at": "Found"} | keys]}


def test_a_mapping_knows_every_column_it_names():
    known = mapping(enterprise=BY_NAME).columns

    assert known == {"No", "Who", "Code", "Industry", "Found", "What", "Grade", "Assigned", "Deadline", "Closed"}


def test_every_move_it_may_name_is_open_to_an_import():
    assert all(Role.IMPORTER in command.roles for command in MOVES.values())


def test_neither_evidence_nor_consent_can_come_from_a_record():
    for name in MoveName:
        assert not targets(MOVES[name]).keys() & {"evidence", "consent", "source", "occurred_at", "enterprise_uscc"}


@pytest.mark.parametrize("key", ["source", "identity", "dates", "moves"])
def test_what_every_mapping_needs(key):
    raw = deepcopy(dict(MAPPING))
    del raw[key]

    with pytest.raises(ValidationError) as refused:
        LedgerMapping.model_validate(raw)

    assert [fault["loc"] for fault in refused.value.errors()] == [(key,)]


@pytest.mark.parametrize(
    ("changed", "where", "what"),
    [
        ({"sauce": "x"}, "sauce", "Extra inputs"),
        ({"identity": []}, "identity", "at least 1"),
        ({"source": " "}, "source", "at least 1"),
        ({"source": "a\nb"}, "source", "pattern"),
        ({"file": {"separator": ";;"}}, "file.separator", "pattern"),
        ({"file": {"separator": '"'}}, "file.separator", "pattern"),
        ({"file": {"encoding": "utf-16"}}, "file.encoding", "'auto', 'utf-8', 'utf-8-sig' or 'gb18030'"),
        ({"file": {"header": 0}}, "file.header.0", "greater than or equal to 1"),
        ({"file": {"header": "1"}}, "file.header", "tuple"),
        ({"file": {"header": [2, 5]}}, "file", "at most three"),
        ({"file": {"header": [3, 2]}}, "file", "at most three"),
        ({"file": {"sheets": []}}, "file.sheets", "at least 1"),
        ({"drop": ["Found"]}, "", "the mapping reads it"),
        ({"mask": ["No"]}, "", "it tells rows apart"),
        ({"dates": {"formats": []}}, "dates.formats", "at least 1"),
        ({"dates": {"formats": ["%Y-%m"]}}, "dates.formats.0", "year, month and day"),
        ({"dates": {"formats": ["YYYY-MM-DD"]}}, "dates.formats.0", "year, month and day"),
        ({"dates": {"formats": ["%Y-%m-%d %Y"]}}, "dates.formats.0", "year, month and day"),
        ({"dates": {"formats": ["%Q"]}}, "dates.formats.0", "year, month and day"),
        ({"dates": {"formats": ["%Y-%m-%d"], "zone": "Mars/Olympus"}}, "dates.zone", "timezone"),
        ({"dates": {"formats": ["%Y-%m-%d"], "zone": "../../etc/passwd"}}, "dates.zone", "timezone"),
    ],
)
def test_a_wrong_key_is_named(changed, where, what):
    loc, message = refusal(**changed)

    assert loc == where
    assert what in message


@pytest.mark.parametrize(
    ("keys", "where", "what"),
    [
        ({"move": "close_out"}, "moves.1.move", "'report', 'self_inspect'"),
        (
            {"fields": {"grade": "Grade", "evidence": "Photo"}},
            "moves.1",
            "fields.evidence: self_inspect has no such field; it has grade, cause",
        ),
        ({"move": "reinspect", "fields": {}}, "moves.1", "fields.result: reinspect needs it"),
        (
            {"fields": {"grade": {"constant": "grave"}}},
            "",
            "move 2 (self_inspect): fields.grade: grave: Input should be 'general' or 'major'",
        ),
        ({"fields": {"grade": {"column": "Grade", "map": {"A": "grave"}}}}, "", "fields.grade: grave"),
        ({"fields": {"grade": "Grade", "suspended": {"constant": "perhaps"}}}, "", "fields.suspended: perhaps"),
        ({"move": "step", "fields": {"cost": {"constant": "much"}}}, "", "fields.cost: much: this is not a number"),
        (
            {"move": "plan", "fields": {"deadline": {"constant": "soon"}}},
            "",
            "fields.deadline: soon: this is in none of the date formats",
        ),
        (
            {"occurred_at": {"constant": "2024-01-01"}, "fields": {"grade": "Grade"}},
            "moves.1",
            "occurred_at: comes from columns",
        ),
        ({"move": "report", "fields": {"channel": {"constant": "snap"}}}, "", "only the first move"),
        ({"fields": {"grade": "Grade"}, "wenn": []}, "moves.1.wenn", "Extra inputs"),
    ],
)
def test_a_move_that_could_not_be_made_is_named(keys, where, what):
    loc, message = refusal(**move(**keys))

    assert loc == where
    assert what in message


def test_the_first_move_is_the_report_and_always_made():
    assert "the first is report" in refusal(moves=MAPPING["moves"][1:])[1]
    with pytest.raises(ValidationError, match="the first is report, without when"):
        mapping(moves={0: {"when": [{"column": "What", "filled": True}]}})


PLANNED_BY = {"deadline": "Deadline", "organisation_and_people": {"people": ["Who", "Owner"]}}


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"identity": ["No", "Owner"]}, "identity: Owner: it holds people, and could not be erased"),
        ({"enterprise": {"placeholder": ["Owner"], "fields": {"enterprise_name": "Firm"}}}, "placeholder: Owner"),
        ({"enterprise": BY_NAME}, "enterprise.placeholder: Who: it holds people"),
        (
            {"enterprise": {"placeholder": ["Firm"], "fields": {"enterprise_name": {"text": ["{Firm} {Owner}"]}}}},
            "enterprise: fields.enterprise_name: Owner: it holds people",
        ),
    ],
)
def test_people_go_only_where_they_can_be_erased(changed, what):
    plan = MAPPING["moves"][2] | {"fields": PLANNED_BY}
    with_people = {"moves": [*MAPPING["moves"][:2], plan]}

    assert what in refusal(**with_people, **changed)[1]
    mapping(moves={2: {"fields": PLANNED_BY}})


def test_a_name_of_a_thing_takes_no_people():
    inspected = {"criteria_clause": {"people": "Owner"}, "grade": "Grade"}

    assert "fields.criteria_clause: Owner: it holds people" in refusal(**move(fields=inspected))[1]


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ({"fields": {"enterprise_name": "Who"}}, "fields.uscc: an enterprise needs it"),
        ({"placeholder": ["Who"], "fields": {}}, "fields.enterprise_name: an enterprise needs it"),
        ({"placeholder": ["Who"], "fields": {"enterprise_name": "Who", "boss": "Boss"}}, "fields.boss"),
        ({"fields": {"enterprise_name": "Who", "uscc": {"constant": "91320583MA0000000X"}}}, "check digit"),
    ],
)
def test_an_enterprise_that_could_not_be_registered_is_named(part, what):
    assert what in refusal(enterprise=part)[1]
