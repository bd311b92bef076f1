"""Given bytes that two readers could take for two things, when they are read as a body, then they are refused."""

from __future__ import annotations

import pytest

from api.bodies import command, strict_object
from api.problems import Kind, Problem
from domain.command import Command
from domain.hazard.dual_reporting import Acknowledge
from domain.hazard.inspecting import SelfInspect
from domain.hazard.rectifying import Plan, RecordStep
from domain.hazard.reporting import Report
from domain.hazard.words import Recipient

REFUSED = {
    "nothing": (b"", "body", "json.syntax"),
    "no JSON": (b"channel=snap", "body", "json.syntax"),
    "two values": (b"{} {}", "body", "json.syntax"),
    "a trailing comma": (b'{"a":1,}', "body", "json.syntax"),
    "a raw line break in a text": (b'{"a":"\n"}', "body", "json.syntax"),
    "a list": (b"[]", "body", "json.object"),
    "a text": (b'"snap"', "body", "json.object"),
    "null": (b"null", "body", "json.object"),
    "UTF-16": ('{"channel":"snap"}'.encode("utf-16"), "body", "json.utf8"),
    "UTF-16 without a mark": ('{"channel":"snap"}'.encode("utf-16-le"), "body", "json.syntax"),
    "GBK": ('{"description":"隐患"}'.encode("gbk"), "body", "json.utf8"),
    "a byte order mark": (b'\xef\xbb\xbf{"a":1}', "body", "json.syntax"),
    "a half character in UTF-8": (b'{"a":"\xed\xa0\x80"}', "body", "json.utf8"),
    "an overlong form": (b'{"a":"\xc0\xaf"}', "body", "json.utf8"),
    "a name given twice": (b'{"grade":"general","grade":"major"}', "grade", "json.duplicate"),
    "a name given twice, inside": (b'{"location":{"latitude":1,"latitude":2}}', "latitude", "json.duplicate"),
    "a name given twice, once escaped": (b'{"grade":1,"gr\\u0061de":2}', "grade", "json.duplicate"),
    "NaN": (b'{"cost":NaN}', "cost", "json.finite"),
    "Infinity": (b'{"location":{"latitude":Infinity}}', "location.latitude", "json.finite"),
    "minus Infinity in a list": (b'{"evidence":[1,-Infinity]}', "evidence.1", "json.finite"),
    "NUL": (b'{"description":"a\\u0000b"}', "description", "json.nul"),
    "NUL in a name": (b'{"a\\u0000b":1}', "(unnamed)", "json.nul"),
    "a lone surrogate": (b'{"description":"\\ud83d"}', "description", "json.surrogate"),
    "surrogates the wrong way round": (b'{"description":"\\ude00\\ud83d"}', "description", "json.surrogate"),
    "a lone surrogate in a list": (b'{"evidence":["a","\\uDFFF"]}', "evidence.1", "json.surrogate"),
    "a number of 5000 digits": (b'{"a":' + b"1" * 5000 + b"}", "body", "json.syntax"),
    "100,000 brackets": (b'{"a":' + b"[" * 100_000, "body", "json.depth"),
}


@pytest.mark.parametrize("given", REFUSED)
def test_what_json_leaves_open_is_refused_naming_where(given: str) -> None:
    body, field, rule = REFUSED[given]

    with pytest.raises(Problem) as refused:
        strict_object(body)

    assert refused.value.kind is Kind.INVALID_INPUT
    assert [(error.field, error.rule) for error in refused.value.errors] == [(field, rule)]


def test_whole_characters_are_read_however_they_are_written() -> None:
    assert strict_object(b'{"a":"\\u9690\\u60a3 \\ud83d\\ude00"}') == strict_object('{"a":"隐患 😀"}'.encode())


def said_at(time: bytes) -> bytes:
    return b'{"channel":"snap","occurred_at":%b}' % time


def of(code: bytes) -> bytes:
    return b'{"channel":"snap","enterprise_uscc":"%b"}' % code


WRONG: dict[str, tuple[type[Command], bytes, str, str]] = {
    "an unknown field": (Report, b'{"channel":"snap","chanel":"snap"}', "chanel", "extra_forbidden"),
    "a field left out": (Report, b"{}", "channel", "missing"),
    "a number for a text": (Report, b'{"channel":"snap","description":7}', "description", "string_type"),
    "a text for a number": (Report, b'{"location":{"latitude":"1"}}', "location.latitude", "float_type"),
    "a word for a truth": (SelfInspect, b'{"grade":"major","suspended":"yes"}', "suspended", "bool_type"),
    "a number for a truth": (SelfInspect, b'{"grade":"major","suspended":1}', "suspended", "bool_type"),
    "a word that is none of ours": (SelfInspect, b'{"grade":"severe"}', "grade", "enum"),
    "an object for a list": (Report, b'{"channel":"snap","evidence":{}}', "evidence", "tuple_type"),
    "a name that is no hash": (Report, b'{"channel":"snap","evidence":["x"]}', "evidence.0", "string_pattern_mismatch"),
    "a number too large to be one": (RecordStep, b'{"cost":1e999}', "cost", "finite_number"),
    "a cost below nothing": (RecordStep, b'{"cost":-1}', "cost", "greater_than_equal"),
    "an empty text": (RecordStep, b'{"note":"  "}', "note", "string_too_short"),
    "a text too long": (RecordStep, b'{"note":"' + b"x" * 4001 + b'"}', "note", "string_too_long"),
    "seconds for a time": (Report, said_at(b"1700000000"), "occurred_at", "datetime_type"),
    "seconds as a text": (Report, said_at(b'"1700000000"'), "occurred_at", "time_format"),
    "a time without an offset": (Report, said_at(b'"2026-01-01T00:00:00"'), "occurred_at", "time_format"),
    "a time of no calendar": (Report, said_at(b'"2026-02-30T00:00:00Z"'), "occurred_at", "datetime_parsing"),
    "the year 1": (Report, said_at(b'"0001-01-01T00:00:00Z"'), "occurred_at", "time_format"),
    "a time for a day": (Plan, b'{"deadline":"2026-01-01T00:00:00Z"}', "deadline", "day_format"),
    "days as a number": (Plan, b'{"deadline":"86400"}', "deadline", "day_format"),
    "the last day there is": (Plan, b'{"deadline":"9999-12-31"}', "deadline", "day_format"),
    "a code too short": (Report, of(b"9132"), "enterprise_uscc", "uscc_length"),
    "a code with an I": (Report, of(b"91320583MA1WXYRCI6"), "enterprise_uscc", "uscc_alphabet"),
    "a code with a wrong check digit": (Report, of(b"91320583MA1WXYRC07"), "enterprise_uscc", "uscc_check_digit"),
    "300 levels of an unknown field": (Report, b'{"a":' * 300 + b"1" + b"}" * 300, "body", "json_invalid"),
}


@pytest.mark.parametrize("given", WRONG)
def test_what_does_not_fit_the_command_is_refused_naming_field_and_rule(given: str) -> None:
    model, body, field, rule = WRONG[given]

    with pytest.raises(Problem) as refused:
        command(model, body)

    assert refused.value.kind is Kind.INVALID_INPUT
    assert (field, rule) in [(error.field, error.rule) for error in refused.value.errors]


def test_an_error_about_a_code_names_its_standard() -> None:
    with pytest.raises(Problem) as refused:
        command(Report, of(b"9132"))

    assert [error.source for error in refused.value.errors] == ["GB 32100"]


def test_no_error_repeats_what_was_entered() -> None:
    secret = b"ZQXJVK"
    bodies = [body.replace(b"x", secret) for _, body, _, _ in WRONG.values()]
    bodies += [b'{"channel":"%s","ZQXJVK 1":1,"enterprise_uscc":"%s","occurred_at":"%s"}' % ((secret,) * 3)]

    for body in bodies:
        with pytest.raises(Problem) as refused:
            command(Report, body)
        assert secret.decode() not in repr(refused.value.errors)


def test_a_long_body_is_looked_through_once() -> None:
    names = [b'"f%d":1' % number for number in range(20_000)]

    with pytest.raises(Problem) as refused:
        strict_object(b"{" + b",".join([*names, names[-1]]) + b"}")

    assert [(error.field, error.rule) for error in refused.value.errors] == [("f19999", "json.duplicate")]


def test_of_very_many_errors_the_first_are_told() -> None:
    body = b"{" + b",".join(b'"f%d":1' % number for number in range(1000)) + b"}"

    with pytest.raises(Problem) as refused:
        command(Report, body)

    assert len(refused.value.errors) == 20


def test_what_the_path_says_is_put_into_the_command() -> None:
    said = {"recipient": "regulator"}

    acknowledged = command(Acknowledge, b' {"stage":"final"} ', said)

    assert acknowledged.recipient is Recipient.REGULATOR


@pytest.mark.parametrize(
    ("body", "rule"), [(b"{}", "missing"), (b'{"stage":"final","recipient":"regulator"}', "body.in_path")]
)
def test_what_the_path_says_is_not_repeated_and_replaces_nothing_else(body: bytes, rule: str) -> None:
    with pytest.raises(Problem) as refused:
        command(Acknowledge, body, {"recipient": "regulator"})

    assert [error.rule for error in refused.value.errors] == [rule]
