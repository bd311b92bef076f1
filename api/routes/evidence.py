"""Evidence: photos and papers, stored once under the SHA-256 of their bytes.

The body is the file itself, of whatever content type; what it is called or is said to be is not
kept, so it is given back as bytes to be saved, never as something a browser would open.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.access import Caller, admitted
from api.answering import MEDIA_TYPE, unless_seen
from api.asking import AskingEvidence
from api.bodies import limited, refuse_form
from api.preconditions import idempotency_key
from api.problems import Kind
from api.route import Asker, Route
from api.routes import described
from api.routes.places import EVIDENCE, evidence_name
from api.routes.reaching import written
from application.commands import NO_EVIDENCE
from domain.command import Sha256
from domain.refusals import CONTRACT, NotAllowed, Rule, Unknown

MOST_BYTES = 20 * 1024 * 1024
"""The largest file accepted."""

FILE_ITSELF = Rule("evidence.content_type", "the body is the file itself, not a form", CONTRACT)
HAZARD_NEEDED = Rule(
    "evidence.hazard_needed",
    "whoever acts for an enterprise says in `hazard` which hazard the file belongs to",
    CONTRACT,
)

BYTES = "application/octet-stream"

THE_FILE: described.Responses = {
    200: {"description": "The file", "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}
}

router = APIRouter(tags=["evidence"], route_class=Route)


class Kept(BaseModel):
    """The name the file is stored under; commands refer to it in `evidence`."""

    sha256: Sha256


@router.post(
    EVIDENCE,
    status_code=201,
    response_model=Kept,
    responses=described.problems(*described.OF_A_BODY, Kind.RULE_BROKEN),
    summary="Store a file",
)
async def keep(request: Request) -> Response:
    """Store a file of up to 20 MB. The body is the file itself; storing the same bytes again changes nothing."""
    caller = await admitted(request)
    idempotency_key(request)
    refuse_form(request, FILE_ITSELF)
    name = await caller.jurisdiction.evidence.keep(limited(request, MOST_BYTES))
    location = f"/v1/{caller.jurisdiction.code}/evidence/{name}"
    return Response(to_json({"sha256": name}), 201, {"Location": location, "ETag": f'"{name}"'}, MEDIA_TYPE)


@router.get(
    EVIDENCE + "/{sha256}",
    response_class=Response,
    responses=THE_FILE | described.problems(Kind.NOT_ALLOWED),
    summary="Read a file",
)
async def read(request: Request, caller: Asker, asking: Annotated[AskingEvidence, Query()]) -> Response:
    """Give the file back, as bytes to be saved."""
    name = evidence_name(request)
    await written(caller.jurisdiction, asking)
    await _may_see(caller, name, asking.hazard)
    chunks = caller.jurisdiction.evidence.open(name)
    if chunks is None:
        raise Unknown(NO_EVIDENCE)
    headers = {"ETag": f'"{name}"', "Content-Disposition": f'attachment; filename="{name}"'}
    return unless_seen(request, StreamingResponse(chunks, 200, headers, BYTES))


async def _may_see(caller: Caller, name: str, hazard: UUID | None) -> None:
    """Refuse people of an enterprise a file that no hazard they can see refers to."""
    if caller.actor.enterprise is None:
        return
    if hazard is None:
        raise NotAllowed(HAZARD_NEEDED, "hazard")
    history = await caller.jurisdiction.views.history(caller.actor, hazard)
    if not any(name in _texts(entry.body) for entry in history or ()):
        raise Unknown(NO_EVIDENCE)


def _texts(value: Any) -> set[str]:
    """Every text in an event's body, however deep."""
    if isinstance(value, dict):
        return set().union(*map(_texts, value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*map(_texts, value))
    return {value} if isinstance(value, str) else set()
