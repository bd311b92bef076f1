"""API: how an answer goes over the wire. Bytes are made once; nothing is validated again."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from api.preconditions import etag, seen_already
from application.log import Receipt

MEDIA_TYPE = "application/json"


class Done(BaseModel):
    """What was written. `position` may be given to any GET as `min_position`, which then knows of it."""

    id: UUID
    """The hazard."""
    version: int
    position: int


class EnterpriseDone(BaseModel):
    """What was written; an enterprise goes by its code."""

    id: str
    version: int
    position: int


def done(receipt: Receipt, name: str | None = None, location: str | None = None) -> Response:
    """201: it is in the log. `name` is what the resource goes by, where that is not its stream's id."""
    id = receipt.stream_id if name is None else name
    headers = {"ETag": etag(receipt.version)}
    if location is not None:
        headers["Location"] = location
    body = f'{{"id":"{id}","version":{receipt.version},"position":{receipt.position}}}'
    return Response(body.encode(), 201, headers, MEDIA_TYPE)


def answer(value: object) -> Response:
    """200, with the value as JSON."""
    return Response(to_json(value), 200, None, MEDIA_TYPE)


def versioned(value: object, version: int) -> Response:
    """200, with the version as its ETag."""
    return Response(to_json(value), 200, {"ETag": etag(version)}, MEDIA_TYPE)


def unless_seen(request: Request, response: Response) -> Response:
    """The response, or 304 if the caller has it. Only for what looks the same whenever it is asked for."""
    tag = response.headers["ETag"]
    return Response(None, 304, {"ETag": tag}) if seen_already(request, tag) else response
