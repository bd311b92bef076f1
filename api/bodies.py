"""API: from the bytes of a request to a command. Strict: what two readers could take for two things is refused.

Bytes are read up to a limit, looked through once for what JSON leaves open (names given twice, NaN,
NUL, half characters), and then validated once, by the command's own model.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from math import isfinite
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from api.headers import header, headers
from api.invalid import field_of, invalid
from api.problems import FieldError, Kind, Problem, error
from api.times import fields_of_time
from domain.refusals import CONTRACT, Rule

MOST_BYTES = 256 * 1024
"""The largest JSON body accepted: every text of a plan fits at its longest, and escaped."""

MEDIA_TYPE = "application/json"

TOO_LARGE = Rule("body.too_large", "the body is larger than this route accepts", CONTRACT)
NOT_JSON = Rule("body.content_type", "the body is sent as application/json in UTF-8, not compressed", CONTRACT)
UTF8 = Rule("json.utf8", "the body is UTF-8", CONTRACT)
SYNTAX = Rule("json.syntax", "the body is one JSON value", CONTRACT)
DEPTH = Rule("json.depth", "the body is nested too deeply", CONTRACT)
OBJECT = Rule("json.object", "the body is a JSON object", CONTRACT)
TWICE = Rule("json.duplicate", "a name is given once", CONTRACT)
FINITE = Rule("json.finite", "NaN and Infinity are no numbers of JSON", CONTRACT)
NUL = Rule("json.nul", "a text does not hold the character NUL", CONTRACT)
HALF = Rule("json.surrogate", "a text holds only whole Unicode characters, no lone surrogates", CONTRACT)
BY_PATH = Rule("body.in_path", "this is said by the path and not repeated in the body", CONTRACT)

M = TypeVar("M", bound=BaseModel)


async def json_body(request: Request) -> bytes:
    """The bytes of a JSON body. Raises Problem."""
    kind, _, parameters = header(request.scope, b"content-type").partition(";")
    charset = parameters.replace(" ", "").replace('"', "").lower()
    plain = all(one.strip().lower() == "identity" for one in headers(request.scope, b"content-encoding"))
    if kind.strip().lower() != MEDIA_TYPE or charset not in ("", "charset=utf-8") or not plain:
        raise Problem.of_rule(Kind.UNSUPPORTED_MEDIA_TYPE, NOT_JSON, "Content-Type" if plain else "Content-Encoding")
    return b"".join([chunk async for chunk in limited(request, MOST_BYTES)])


async def text_body(request: Request) -> str:
    """A body that is text in UTF-8, of whatever type it is said to be. Raises Problem."""
    body = b"".join([chunk async for chunk in limited(request, MOST_BYTES)])
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem.of_rule(Kind.INVALID_INPUT, UTF8, "body") from None


def refuse_form(request: Request, rule: Rule) -> None:
    """Where the body is a file, refuse one that is wrapped up in a form, by this rule. Raises Problem."""
    if header(request.scope, b"content-type").strip().lower().startswith("multipart/"):
        raise Problem.of_rule(Kind.UNSUPPORTED_MEDIA_TYPE, rule, "Content-Type")


async def limited(request: Request, most: int) -> AsyncIterator[bytes]:
    """The body as it comes. Raises Problem once it is larger than `most` bytes, or says it will be."""
    declared = header(request.scope, b"content-length")
    if declared.isdecimal() and int(declared) > most:
        raise Problem.of_rule(Kind.TOO_LARGE, TOO_LARGE, "body")
    size, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if size > most:
            raise Problem.of_rule(Kind.TOO_LARGE, TOO_LARGE, "body")
        if chunk:
            yield chunk


def command(model: type[M], body: bytes, said_by_path: Mapping[str, str] | None = None) -> M:
    """The command a body holds, with what the path says of it put in. Raises Problem."""
    value = strict_object(body)
    _times(model, value)
    if said_by_path:
        body = _with(said_by_path, value, body)
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as refused:
        raise invalid(refused) from None


def strict_object(body: bytes) -> dict[str, Any]:
    """The JSON object a body holds. Raises Problem for whatever JSON leaves open."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem.of_rule(Kind.INVALID_INPUT, UTF8, "body") from None
    try:
        value = _DECODER.decode(text)
    except _NotFinite:
        raise Problem.of_rule(Kind.INVALID_INPUT, FINITE, _first_not_finite(text)) from None
    except RecursionError:
        raise Problem.of_rule(Kind.INVALID_INPUT, DEPTH, "body") from None
    except ValueError:  # also a whole number of thousands of digits
        raise Problem.of_rule(Kind.INVALID_INPUT, SYNTAX, "body") from None
    if not isinstance(value, dict):
        raise Problem.of_rule(Kind.INVALID_INPUT, OBJECT, "body")
    if b"\\u" in body:  # only an escape can bring in what UTF-8 and JSON refuse themselves
        _whole(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise Problem.of_rule(Kind.INVALID_INPUT, TWICE, field_of([twice]))
    return value


class _NotFinite(ValueError):
    """The body holds NaN or Infinity."""


def _no_number(literal: str) -> Any:
    raise _NotFinite


def _first_not_finite(text: str) -> str:
    leaves = _leaves(json.loads(text))
    return field_of(next(place for place, leaf in leaves if isinstance(leaf, float) and not isfinite(leaf)))


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number)


def _whole(value: dict[str, Any]) -> None:
    for place, text in _leaves(value):
        if not isinstance(text, str):
            continue
        if "\x00" in text:
            raise Problem.of_rule(Kind.INVALID_INPUT, NUL, field_of(place))
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise Problem.of_rule(Kind.INVALID_INPUT, HALF, field_of(place))


def _leaves(value: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every name and simple value, with its place; without recursion, for depth is the sender's choice."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while waiting:
        place, one = waiting.pop()
        if isinstance(one, dict):
            for name, inner in one.items():
                yield (*place, name), name
                waiting.append(((*place, name), inner))
        elif isinstance(one, list):
            waiting.extend(((*place, index), inner) for index, inner in enumerate(one))
        else:
            yield place, one


def _times(model: type[BaseModel], value: dict[str, Any]) -> None:
    wrong = [
        FieldError(field=name, rule=written.rule, says=written.says, source=CONTRACT)
        for name, written in fields_of_time(model).items()
        if isinstance(given := value.get(name), str) and not written.form.fullmatch(given)
    ]
    if wrong:
        raise Problem(Kind.INVALID_INPUT, wrong)


def _with(said_by_path: Mapping[str, str], value: dict[str, Any], body: bytes) -> bytes:
    repeated = said_by_path.keys() & value.keys()
    if repeated:
        raise Problem(Kind.INVALID_INPUT, [error(BY_PATH, name) for name in sorted(repeated)])
    inside = body.strip()[1:]
    said = json.dumps(dict(said_by_path)).encode()[1:-1]
    return b"{" + said + (b"," if value else b"") + inside
