"""Domain: how an enterprise is named: its unified social credit code (统一社会信用代码, GB 32100).

An imported record may not name its enterprise; such a one gets a placeholder that can't be taken
for a code: `P-` and 16 hex digits, where the alphabet of GB 32100 has no hyphen.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

LENGTH = 18
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""31 signs: digits and capitals without I, O, S, V, Z."""
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
KNOWN = 10_000
"""Codes remembered as valid: every event of a report names one, and few enterprises do most of the reporting."""

_PLACEHOLDER = re.compile(r"P-[0-9A-F]{16}")


def check_digit(body: str) -> str:
    """The eighteenth sign over the first 17, each of ALPHABET; a remainder of 0 gives the digit 0 (GB 32100)."""
    total = sum(weight * _VALUE[sign] for weight, sign in zip(WEIGHTS, body, strict=True))
    return ALPHABET[-total % len(ALPHABET)]


def placeholder(key: str) -> str:
    """The identity of an enterprise an imported record does not name; the same for the same key."""
    # surrogatepass: a key is whatever a file held, and every key must get an identity
    return "P-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16].upper()


def is_placeholder(code: str) -> bool:
    """Whether a code is one that `placeholder` made up."""
    return _PLACEHOLDER.fullmatch(code) is not None


def _uscc(given: str) -> str:
    if len(given) != LENGTH:
        raise PydanticCustomError("uscc_length", "A unified social credit code has 18 characters")
    # ASCII only: case folding of other scripts may turn a foreign letter into one of the alphabet
    code = given.upper() if given.isascii() else given
    if any(sign not in _VALUE for sign in code):
        raise PydanticCustomError(
            "uscc_alphabet", "A unified social credit code has digits and capitals except I O S V Z"
        )
    if check_digit(code[:-1]) != code[-1]:
        raise PydanticCustomError("uscc_check_digit", "The check digit of the unified social credit code does not fit")
    return code


@lru_cache(maxsize=KNOWN)
def _enterprise_code(given: str) -> str:
    folded = given.upper() if given.isascii() else given
    return folded if is_placeholder(folded) else _uscc(given)


_SIGNS = "0-9A-HJ-NP-RTUWXYa-hj-np-rtuwxy"

USCC = Annotated[
    str,
    AfterValidator(_uscc),
    WithJsonSchema({"type": "string", "pattern": f"^[{_SIGNS}]{{18}}$", "title": "USCC"}),
]
"""A valid code, in capitals. Errors: `uscc_length`, `uscc_alphabet`, `uscc_check_digit`; none repeats the input."""

EnterpriseCode = Annotated[
    str,
    AfterValidator(_enterprise_code),
    WithJsonSchema(
        {"type": "string", "pattern": f"^([{_SIGNS}]{{18}}|[Pp]-[0-9A-Fa-f]{{16}})$", "title": "EnterpriseCode"}
    ),
]
"""A USCC or a placeholder; refused as a USCC is."""
