"""The unified social credit code: its check digit, its refusals, and placeholders for the unnamed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum.cn import uscc as stdnum_uscc

from domain.uscc import ALPHABET, USCC, EnterpriseCode, check_digit, is_placeholder, placeholder

uscc: TypeAdapter[str] = TypeAdapter(USCC)
enterprise_code: TypeAdapter[str] = TypeAdapter(EnterpriseCode)

bodies = st.text(ALPHABET, min_size=17, max_size=17)
bodies_of_stdnum = st.builds(
    str.__add__, st.text("0123456789", min_size=8, max_size=8), st.text(ALPHABET, min_size=9, max_size=9)
)


def refusal(adapter: TypeAdapter[str], given: object) -> str:
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python(given)
    (error,) = refused.value.errors(include_input=False, include_url=False)
    assert "ctx" not in error
    if isinstance(given, str) and given.strip():
        assert given not in error["msg"]
    return error["type"]


@settings(deadline=None)
@given(bodies_of_stdnum)
def test_given_any_body_then_the_check_digit_is_the_one_python_stdnum_computes(body: str) -> None:
    code = body + check_digit(body)
    assert code[-1] == stdnum_uscc.calc_check_digit(body)
    assert stdnum_uscc.is_valid(code)
    assert uscc.validate_python(code) == code


@settings(deadline=None)
@given(bodies, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_given_a_valid_code_when_one_sign_is_mistyped_then_the_check_digit_shows_it(
    body: str, at: int, sign: str
) -> None:
    code = body + check_digit(body)
    mistyped = code[:at] + sign + code[at + 1 :]
    if mistyped == code:
        assert uscc.validate_python(mistyped) == code
    else:
        assert refusal(uscc, mistyped) == "uscc_check_digit"


@pytest.mark.parametrize("first", ["A", "N", "Y"])
def test_given_a_code_that_begins_with_a_letter_then_it_is_accepted(first: str) -> None:
    body = first + "1320583MA1MTXXX5"[:16]
    code = body + check_digit(body)
    assert not stdnum_uscc.is_valid(code)
    assert uscc.validate_python(code) == code


def test_given_a_body_with_remainder_zero_then_the_digit_is_zero() -> None:
    assert check_digit("0" * 17) == "0"
    # the second sign weighs 3, the first 1: 28·1 + 1·3 = 31
    body = ALPHABET[28] + "1" + "0" * 15
    assert uscc.validate_python(body + "0") == body + "0"


def test_given_a_known_code_then_it_is_accepted() -> None:
    assert uscc.validate_python("91110000600037341L") == "91110000600037341L"


def test_given_small_letters_then_the_code_is_kept_in_capitals() -> None:
    assert uscc.validate_python("91110000600037341l") == "91110000600037341L"


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("", "uscc_length"),
        ("91110000600037341", "uscc_length"),
        ("91110000600037341L0", "uscc_length"),
        (" 91110000600037341L", "uscc_length"),
        ("9111000060003734OL", "uscc_alphabet"),
        ("9111000060003734-L", "uscc_alphabet"),
        ("９１１１００００６０００３７３４１Ｌ", "uscc_alphabet"),
        ("9111000060003734ıL", "uscc_alphabet"),
        ("9111000060003734\x00L", "uscc_alphabet"),
        ("911100006000373410", "uscc_check_digit"),
        (91110000600037341, "string_type"),
        (None, "string_type"),
    ],
)
def test_given_what_is_no_code_then_the_refusal_names_the_rule_and_not_the_input(given: object, rule: str) -> None:
    assert refusal(uscc, given) == rule


@settings(deadline=None)
@given(st.text())
def test_given_any_key_then_its_placeholder_is_the_same_each_time_and_never_a_credit_code(key: str) -> None:
    code = placeholder(key)
    assert code == placeholder(key)
    assert re.fullmatch("P-[0-9A-F]{16}", code)
    assert is_placeholder(code)
    assert enterprise_code.validate_python(code) == code
    assert refusal(uscc, code) == "uscc_alphabet"


def test_given_a_lone_surrogate_as_key_then_it_has_a_placeholder_too() -> None:
    assert is_placeholder(placeholder("\ud800"))


def test_given_two_keys_then_their_placeholders_differ() -> None:
    assert placeholder("a") != placeholder("b")


def test_given_an_enterprise_code_then_it_is_a_credit_code_or_a_placeholder() -> None:
    assert enterprise_code.validate_python("91110000600037341L") == "91110000600037341L"
    assert enterprise_code.validate_python("p-0123456789abcdef") == "P-0123456789ABCDEF"
    assert refusal(enterprise_code, "P-0123456789ABCDEX") == "uscc_alphabet"
    assert refusal(enterprise_code, "P-0123456789ABCDE") == "uscc_length"
    assert not is_placeholder("91110000600037341L")


@pytest.mark.parametrize(
    ("adapter", "accepted", "refused"),
    [
        (
            uscc,
            ["91110000600037341L", "91110000600037341l"],
            ["91110000600037341", "9111000060003734OL", "P-0123456789ABCDEF"],
        ),
        (enterprise_code, ["91110000600037341L", "P-0123456789ABCDEF"], ["P-0123456789ABCDEX"]),
    ],
)
def test_given_the_schema_shown_to_callers_then_its_pattern_agrees(
    adapter: TypeAdapter[str], accepted: list[str], refused: list[str]
) -> None:
    pattern = adapter.json_schema()["pattern"]
    assert all(re.search(pattern, code) for code in accepted)
    assert not any(re.search(pattern, code) for code in refused)
