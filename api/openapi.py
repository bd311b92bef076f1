"""API: the OpenAPI document. FastAPI draws up paths and answers; request bodies, headers and examples are put in here.

Drawn up once a day: the examples hold days that lie ahead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from api.examples import FILE, LEDGER, MAPPING, Examples, examples
from api.problems import Kind, ProblemDetails
from api.routes.checkpoints import TEXT
from api.routes.enterprises import COMMANDS as ENTERPRISE_COMMANDS
from api.routes.imports import COMMIT, IMPORTS, PREVIEW, REMOVAL
from api.routes.moves import MOVES
from api.routes.places import CHECKPOINT, ENTERPRISE, ENTERPRISES, EVIDENCE, HAZARD, HAZARDS, SCHEMAS, WITNESSES
from application.ports import Clock
from domain.enterprise.enterprise import Register
from domain.hazard.reporting import Report
from domain.transparency.witness import RegisterWitness

Json = dict[str, Any]

DESCRIPTION = """\
Every workplace hazard from report to close-out, in a log nobody can rewrite (隐患闭环).

Send `Authorization: Bearer` and a token. Every command is a POST, answered 201 once it is in the log, with the version
as ETag and the `position` in the log; given to a GET as `min_position`, what was just written is seen. Every refusal is
a problem document naming field, rule and source. The examples are valid as they stand: in the loop's order they take a
general and a major hazard from report to close-out.
"""

TAGS = (
    ("hazards", "What is reported, and where it stands."),
    ("moves", "The moves of the loop. Each body is one command; who may make it, and from where, is in docs/loop.md."),
    ("enterprises", "Whose hazards they are."),
    ("boards", "What it adds up to, now or as of a time."),
    ("evidence", "Photos and papers."),
    ("imports", "Ledgers kept elsewhere, brought in."),
    ("events", "The log itself."),
    ("proofs", "That nobody has rewritten it: checkpoints, proofs, receipts, witnesses (docs/transparency.md)."),
    ("rules", "What is due, and by which rule."),
    ("operations", "For whoever runs the service."),
)

BODIES: Mapping[str, type[BaseModel]] = {
    HAZARDS: Report,
    ENTERPRISES: Register,
    WITNESSES: RegisterWitness,
    **ENTERPRISE_COMMANDS,
    **{one.path: one.move for one in MOVES},
}
"""Which command each path takes."""

FROM_PATH = {one.path: "recipient" for one in MOVES if one.names_recipient}
"""The field of a command that its path says."""

OPEN = frozenset({"/healthz", "/readyz"})
"""The paths that ask for no token."""

CREATING = frozenset({HAZARDS, ENTERPRISES, EVIDENCE, IMPORTS})
WITH_ETAG = frozenset({HAZARD, f"{HAZARD}/events", ENTERPRISE, f"{EVIDENCE}/{{sha256}}"})

_REF = "#/components/schemas/"
_VERSION = {"type": "string", "pattern": '^"[0-9]+"$'}
_KEY = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}


def describe(app: FastAPI, clock: Clock) -> None:
    """Let the application serve this document, drawn up anew on each day it is asked for."""
    drawn_up: dict[date, Json] = {}

    def openapi() -> Json:
        today = clock.now().date()
        if today not in drawn_up:
            drawn_up.clear()
            drawn_up[today] = draw_up(app, today)
        return drawn_up[today]

    app.openapi = openapi  # type: ignore[method-assign]


def draw_up(app: FastAPI, today: date) -> Json:
    """The document as of a day."""
    tags = [{"name": name, "description": says} for name, says in TAGS]
    document = get_openapi(
        title="hazardloop",
        version="1",
        description=DESCRIPTION,
        routes=app.routes,
        tags=tags,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    components = document["components"]
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    _add_schema(components["schemas"], "ProblemDetails", ProblemDetails)
    kinds = components["schemas"]["ProblemDetails"]["properties"]["type"]
    kinds.pop("pattern")
    kinds["enum"] = [kind.urn for kind in Kind]
    by_command = examples(today)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _complete(path, method, operation)
            for status, response in operation["responses"].items():
                response["headers"] = _headers(path, method, status)
            if method == "post" and path in BODIES:
                operation["requestBody"] = _body(components["schemas"], path, by_command)
    document["paths"][EVIDENCE]["post"]["requestBody"] = _file(FILE, "image/jpeg")
    document["paths"][f"{CHECKPOINT}/cosignatures"]["post"]["requestBody"] = _note()
    document["paths"][IMPORTS]["post"]["requestBody"] = _file(LEDGER)
    document["paths"][PREVIEW]["post"]["requestBody"] = _file(MAPPING)
    for path in (COMMIT, REMOVAL):
        document["paths"][path]["post"]["requestBody"] = _nothing()
    return document


def _complete(path: str, method: str, operation: Json) -> None:
    """Say what the path's parts are, which headers are read, and whether a token is needed."""
    parameters = operation.setdefault("parameters", [])
    for name in reversed(re.findall(r"{(\w+)}", path)):
        parameters.insert(0, _parameter("path", name, SCHEMAS[name], required=True))
    operation["security"] = [] if path in OPEN else [{"token": []}]
    parameters.append(_parameter("header", "X-Correlation-Id", {"type": "string", "format": "uuid"}))
    if method == "post":
        parameters.append(_parameter("header", "Idempotency-Key", _KEY))
        if path in BODIES:
            needed = getattr(BODIES[path], "replaces", False)
            parameters.append(_parameter("header", "If-Match", _VERSION, required=needed))
    if path.endswith("/stream"):
        parameters.append(_parameter("header", "Last-Event-ID", {"type": "integer", "minimum": 0}))


def _headers(path: str, method: str, status: str) -> Json:
    """What is said in the headers of an answer."""
    said = ["X-Correlation-Id"]
    if status == "401":
        said.append("WWW-Authenticate")
    if status == "503":
        said.append("Retry-After")
    if status == "201" or (method == "get" and status == "200" and path in WITH_ETAG):
        said.append("ETag")
    if status == "201" and path in CREATING:
        said.append("Location")
    return {name: {"schema": {"type": "string"}} for name in said}


def _parameter(place: str, name: str, schema: Json, *, required: bool = False) -> Json:
    schema = dict(schema)
    described: Json = {key: schema.pop(key) for key in ("description", "example") if key in schema}
    return {"in": place, "name": name, "required": required, "schema": schema, **described}


def _body(schemas: Json, path: str, by_command: Mapping[str, Examples]) -> Json:
    command = BODIES[path]
    name = f"{command.__name__}Command"
    _add_schema(schemas, name, command)
    schema = schemas[name]
    said = FROM_PATH.get(path)
    if said is not None:
        schema["properties"].pop(said)
        schema["required"].remove(said)
    found = by_command[command.__name__]
    schema["examples"] = list(found.values())
    named = {name: {"value": value} for name, value in found.items()}
    return {"required": True, "content": {"application/json": {"schema": {"$ref": _REF + name}, "examples": named}}}


def _add_schema(schemas: Json, name: str, model: type[BaseModel]) -> None:
    """Put a model's schema among the components, with what it refers to; a name that is taken gets a new one."""
    schema = model.model_json_schema(ref_template=_REF + "{model}")
    for inner, definition in schema.pop("$defs", {}).items():
        if schemas.setdefault(inner, definition) != definition:
            schemas[f"{inner}-Input"] = definition
            schema = _referring(schema, _REF + inner, f"{_REF}{inner}-Input")
    schemas[name] = schema


def _referring(schema: Any, old: str, new: str) -> Any:
    if isinstance(schema, dict):
        return {key: _referring(value, old, new) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_referring(value, old, new) for value in schema]
    return new if schema == old else schema


def _note() -> Json:
    return {"required": True, "content": {TEXT: {"schema": {"type": "string"}}}}


def _file(example: str, *kinds: str) -> Json:
    bytes_of_any_kind = {"schema": {"type": "string", "format": "binary"}}
    content: Json = {"text/plain": {"schema": {"type": "string"}, "example": example}}
    return {
        "required": True,
        "content": content | dict.fromkeys(("application/octet-stream", *kinds), bytes_of_any_kind),
    }


def _nothing() -> Json:
    schema = {"type": "object", "additionalProperties": False}
    return {"required": True, "content": {"application/json": {"schema": schema, "example": {}}}}
