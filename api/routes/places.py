"""What the paths are made of: which resource a path names."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError
from starlette.requests import Request

from api.asking import FARTHEST
from api.invalid import invalid
from domain.command import Sha256
from domain.hazard.words import Recipient
from domain.uscc import EnterpriseCode

T = TypeVar("T")

V1 = "/v1/{j}"
ENTERPRISES = V1 + "/enterprises"
ENTERPRISE = ENTERPRISES + "/{e}"
HAZARDS = V1 + "/hazards"
HAZARD = HAZARDS + "/{id}"
EVIDENCE = V1 + "/evidence"
EVENTS = V1 + "/events"
EVENT = EVENTS + "/{position}"
CHECKPOINT = V1 + "/checkpoint"
WITNESSES = V1 + "/witnesses"

_ID: TypeAdapter[UUID] = TypeAdapter(UUID)
_CODE: TypeAdapter[str] = TypeAdapter(EnterpriseCode)
_NAME: TypeAdapter[str] = TypeAdapter(Sha256)
_POSITION: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=1, le=FARTHEST)])
_RECIPIENT: TypeAdapter[Recipient] = TypeAdapter(Recipient)

SCHEMAS: dict[str, dict[str, Any]] = {
    "j": {"type": "string", "description": "Administrative division code of the jurisdiction.", "example": "320583"},
    "id": {**_ID.json_schema(), "description": "The hazard, or the import."},
    "e": {**_CODE.json_schema(), "description": "Unified social credit code of the enterprise (GB 32100)."},
    "sha256": {**_NAME.json_schema(), "description": "SHA-256 of the file's bytes, in hex."},
    "position": {**_POSITION.json_schema(), "description": "Where the event lies in the log.", "example": 1},
    "recipient": {**_RECIPIENT.json_schema(), "description": "Who received the report."},
}
"""Every parameter a path holds, as OpenAPI shows it."""


def hazard_id(request: Request) -> UUID:
    """The hazard a path names. Raises Problem."""
    return _named(_ID, request, "id")


def import_id(request: Request) -> UUID:
    """The import a path names. Raises Problem."""
    return _named(_ID, request, "id")


def enterprise_code(request: Request) -> str:
    """The enterprise a path names. Raises Problem."""
    return _named(_CODE, request, "e")


def evidence_name(request: Request) -> str:
    """The file a path names. Raises Problem."""
    return _named(_NAME, request, "sha256")


def recipient(request: Request) -> Recipient:
    """The recipient a path names. Raises Problem."""
    return _named(_RECIPIENT, request, "recipient")


def event_position(request: Request) -> int:
    """The position of an event that a path names. Raises Problem."""
    return _named(_POSITION, request, "position")


def _named(adapter: TypeAdapter[T], request: Request, parameter: str) -> T:
    try:
        return adapter.validate_python(request.path_params[parameter])
    except ValidationError as refused:
        raise invalid(refused, parameter) from None
