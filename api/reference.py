"""API: the reference for people, at /docs: the OpenAPI document as one page, without scripts or foreign servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

Json = dict[str, Any]

STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
h2 { margin-top: 3rem } details { border-top: 1px solid #8884; padding: .2rem 0 }
summary { cursor: pointer; padding: .4rem 0 }
summary b { display: inline-block; min-width: 3.5rem } summary span { opacity: .75 }
code, pre { font: 14px/1.45 ui-monospace, monospace } pre { background: #8881; overflow: auto; padding: .7rem }
table { border-collapse: collapse; margin: .5rem 0 1rem; width: 100% }
td, th { border-top: 1px solid #8883; padding: .25rem .6rem .25rem 0; text-align: left; vertical-align: top }
"""

HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


def add_reference(app: FastAPI) -> None:
    """Serve the page."""

    async def reference(request: Request) -> Response:
        return HTMLResponse(page(app.openapi()), headers=HEADERS)

    app.add_api_route("/docs", reference, methods=["GET"], include_in_schema=False)


def page(document: Json) -> str:
    """The document as HTML."""
    return "".join(_page(document))


def _page(document: Json) -> Iterator[str]:
    info = document["info"]
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])} API</title>'
    yield f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
    yield f"<h1>{escape(info['title'])} API</h1>"
    yield from (f"<p>{escape(paragraph)}</p>" for paragraph in info["description"].split("\n\n"))
    yield '<p>For programs: <a href="openapi.json">openapi.json</a></p>'
    for tag in document["tags"]:
        yield f'<h2 id="{tag["name"]}">{escape(tag["name"])}</h2><p>{escape(tag["description"])}</p>'
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if operation["tags"] == [tag["name"]]:
                    yield from _operation(document, method.upper(), path, operation)
    yield "</html>\n"


def _operation(document: Json, method: str, path: str, operation: Json) -> Iterator[str]:
    title = f"<b>{method}</b> <code>{escape(path)}</code> <span>{escape(operation['summary'])}</span>"
    yield f"<details><summary>{title}</summary>"
    yield f"<p>{escape(operation.get('description') or '')}</p>"
    rows = [
        (one["name"], one["in"], _kind(one["schema"]), one.get("description", ""), one["required"])
        for one in operation["parameters"]
    ]
    yield from _table("parameter", rows)
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield from _body(document, media, content)
    yield "<table><tr><th>answer<th>says</tr>"
    for status, response in operation["responses"].items():
        yield f"<tr><td><code>{status}</code><td>{escape(response['description'])}</tr>"
    yield "</table></details>"


def _body(document: Json, media: str, content: Json) -> Iterator[str]:
    schema = _resolved(document, content["schema"])
    needed = schema.get("required", [])
    rows = [
        (name, media, _kind(field), field.get("description", ""), name in needed)
        for name, field in schema.get("properties", {}).items()
    ]
    yield from _table("field", rows) if rows else [f"<p>{escape(media)}</p>"]
    for name, example in content.get("examples", {}).items():
        shown = json.dumps(example["value"], ensure_ascii=False, indent=2)
        yield f"<p>Example <i>{escape(name)}</i></p><pre>{escape(shown)}</pre>"


def _table(what: str, rows: list[tuple[str, str, str, str, bool]]) -> Iterator[str]:
    yield f"<table><tr><th>{what}<th>in<th>form<th></tr>"
    for name, place, kind, says, needed in rows:
        shown = f"<b><code>{escape(name)}</code></b>" if needed else f"<code>{escape(name)}</code>"
        yield f"<tr><td>{shown}<td>{escape(place)}<td>{escape(kind)}<td>{escape(says)}</tr>"
    yield "</table>"


def _resolved(document: Json, schema: Json) -> Json:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Json = document["components"]["schemas"][name] if name else schema
    return found


def _kind(schema: Json) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"] if one.get("type") != "null"))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("const") or schema.get("type", "any"))
