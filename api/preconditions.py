"""API: which version a decision was taken on (ETag, If-Match), how a repeated request is known (Idempotency-Key)."""

from __future__ import annotations

import re

from starlette.requests import Request

from api.headers import header, headers
from api.problems import Kind, Problem
from domain.refusals import CONTRACT, Rule

IF_MATCH = Rule("if_match.form", 'If-Match holds one ETag as this API gives it: a version in quotes, as "7"', CONTRACT)
KEY = Rule("idempotency_key.form", "an Idempotency-Key is 1 to 200 printable ASCII characters without spaces", CONTRACT)

MOST_KEY = 200

_ETAG = re.compile(r'"([0-9]{1,18})"')
_KEY = re.compile(rf"[!-~]{{1,{MOST_KEY}}}")


def etag(version: int) -> str:
    """A version as a strong ETag."""
    return f'"{version}"'


def expected_version(request: Request) -> int | None:
    """The version If-Match names; None without it. `*` names none and is refused. Raises Problem."""
    given = headers(request.scope, b"if-match")
    if not given:
        return None
    match = _ETAG.fullmatch(given[0].strip()) if len(given) == 1 else None
    if match is None:
        raise Problem.of_rule(Kind.INVALID_INPUT, IF_MATCH, "If-Match")
    return int(match[1])


def idempotency_key(request: Request) -> str | None:
    """The Idempotency-Key as it was sent; None without one. Raises Problem."""
    given = headers(request.scope, b"idempotency-key")
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise Problem.of_rule(Kind.INVALID_INPUT, KEY, "Idempotency-Key")
    return given[0]


def seen_already(request: Request, tag: str) -> bool:
    """Whether If-None-Match names this ETag, so that 304 says all there is to say."""
    given = header(request.scope, b"if-none-match")
    return given.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in given.split(","))
