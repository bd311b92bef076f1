"""Imports: a ledger is uploaded, previewed under a mapping as often as it takes, and committed.

Each is a job: what is asked for is done beside, and GET says how far it has come. The body of an upload is the file
itself, that of a preview the mapping itself.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.access import Caller, admitted, service_of
from api.answering import MEDIA_TYPE, answer
from api.asking import Asking, NamingUpload
from api.bodies import command, json_body, limited, refuse_form
from api.invalid import MOST_ERRORS
from api.preconditions import etag, idempotency_key
from api.problems import FieldError, Kind, Problem
from api.route import Asker, Route
from api.routes import described
from api.routes.evidence import BYTES, THE_FILE
from api.routes.places import V1, import_id
from api.routes.reaching import written
from application.importing.importing import Counts
from application.importing.jobs import Job, JobFile, JobState, allowed
from application.importing.mapping import BadMapping
from domain.command import Fields
from domain.refusals import CONTRACT, Rule

MOST_BYTES = 64 * 1024 * 1024
"""The largest ledger accepted. Policy, not law."""

MOST_OF_MAPPING = 256 * 1024

FILE_ITSELF = Rule("import.content_type", "the body is the file itself, not a form", CONTRACT)
MAPPING = Rule("import.mapping", "the mapping can't be used", "hazardloop: importing (docs/import.md)")

IMPORTS = V1 + "/imports"
IMPORT = IMPORTS + "/{id}"
PREVIEW, COMMIT, REMOVAL = f"{IMPORT}/preview", f"{IMPORT}/commit", f"{IMPORT}/removal"

router = APIRouter(tags=["imports"], route_class=Route)


class Nothing(Fields):
    """A body in which there is nothing to say."""


class Import(BaseModel):
    """A job. `counts` grows while it is worked on; of a preview it says what would become of the rows."""

    id: UUID
    version: int
    name: str
    state: JobState
    why: str | None
    """Why the file or the mapping can't be used."""
    proposal: str | None
    """A first mapping, as TOML; null until it is made, and where there is none to propose."""
    read_as: str | None
    rows: int | None
    counts: Counts


@router.post(
    IMPORTS,
    status_code=201,
    response_model=Import,
    responses=described.problems(*described.OF_A_BODY, Kind.NOT_ALLOWED),
    summary="Upload a ledger 导入台账",
)
async def upload(request: Request, naming: Annotated[NamingUpload, Query()]) -> Response:
    """Upload a ledger, CSV or XLSX, of up to 64 MB. The body is the file itself. A mapping is proposed for it."""
    caller = await admitted(request)
    idempotency_key(request)
    allowed(caller.actor)
    refuse_form(request, FILE_ITSELF)
    job = await caller.jurisdiction.imports.upload(caller.actor, naming.name, limited(request, MOST_BYTES))
    return _asked(request, caller, job, 201)


@router.get(
    IMPORT, response_model=Import, responses=described.problems(Kind.NOT_ALLOWED), summary="How an import stands"
)
async def read(request: Request, caller: Asker, asking: Annotated[Asking, Query()]) -> Response:
    """Answer with how far it has come, and what became of the rows so far."""
    id = import_id(request)
    await written(caller.jurisdiction, asking)
    return answer(_shown(await caller.jurisdiction.imports.find(caller.actor, id)))


@router.post(
    PREVIEW,
    status_code=202,
    response_model=Import,
    responses=described.problems(*described.OF_A_BODY, Kind.NOT_ALLOWED, Kind.WRONG_STAGE),
    summary="Preview it under a mapping",
)
async def preview(request: Request) -> Response:
    """Decide about every row under a mapping, and write nothing to the log. The body is the mapping itself, as TOML."""
    caller, id = await _asking(request)
    await caller.jurisdiction.imports.find(caller.actor, id)
    mapping = b"".join([chunk async for chunk in limited(request, MOST_OF_MAPPING)])
    try:
        service_of(request).check_mapping(mapping)
    except BadMapping as bad:
        raise _unusable(bad) from None
    return _asked(request, caller, await caller.jurisdiction.imports.preview(caller.actor, id, mapping), 202)


@router.post(
    COMMIT,
    status_code=202,
    response_model=Import,
    responses=described.problems(*described.OF_A_BODY, Kind.NOT_ALLOWED, Kind.WRONG_STAGE),
    summary="Import what was previewed",
)
async def commit(request: Request) -> Response:
    """Import what was previewed, under the same mapping. Begun again after a fault, no row goes in twice."""
    caller, id = await _asking(request)
    command(Nothing, await json_body(request))
    return _asked(request, caller, await caller.jurisdiction.imports.commit(caller.actor, id), 202)


@router.post(
    REMOVAL,
    status_code=200,
    response_model=Nothing,
    responses=described.problems(*described.OF_A_BODY, Kind.NOT_ALLOWED, Kind.WRONG_STAGE),
    summary="Remove its files",
)
async def remove(request: Request) -> Response:
    """Remove the job with all its files. What is in the log stays there."""
    caller, id = await _asking(request)
    command(Nothing, await json_body(request))
    await caller.jurisdiction.imports.remove(caller.actor, id)
    return answer({})


@router.get(
    f"{IMPORT}/refused-rows",
    response_class=Response,
    responses=THE_FILE | described.problems(Kind.NOT_ALLOWED, Kind.WRONG_STAGE),
    summary="The refused rows",
)
async def refused_rows(request: Request, caller: Asker, asking: Annotated[Asking, Query()]) -> Response:
    """Give the refused rows back, as a file of the ledger's shape with two columns more, to be corrected."""
    return await _given_back(request, caller, asking, JobFile.REFUSED_ROWS)


@router.get(
    f"{IMPORT}/findings",
    response_class=Response,
    responses=THE_FILE | described.problems(Kind.NOT_ALLOWED, Kind.WRONG_STAGE),
    summary="Conflicts and findings",
)
async def findings(request: Request, caller: Asker, asking: Annotated[Asking, Query()]) -> Response:
    """Give back the list of cells that contradict the log or are odd, as CSV."""
    return await _given_back(request, caller, asking, JobFile.FINDINGS)


async def _asking(request: Request) -> tuple[Caller, UUID]:
    """Who asks something of which import. Raises Problem, Unknown."""
    caller = await admitted(request)
    idempotency_key(request)
    return caller, import_id(request)


async def _given_back(request: Request, caller: Caller, asking: Asking, which: JobFile) -> Response:
    id = import_id(request)
    await written(caller.jurisdiction, asking)
    ending, chunks = await caller.jurisdiction.imports.given_back(caller.actor, id, which)
    headers = {"Content-Disposition": f'attachment; filename="{which.replace("_", "-")}{ending}"'}
    return StreamingResponse(chunks, 200, headers, BYTES)


def _asked(request: Request, caller: Caller, job: Job, status: int) -> Response:
    """The job, once somebody has been told to work on it."""
    service_of(request).work_on_import(caller.jurisdiction.code, job.id)
    headers = {"ETag": etag(job.version)}
    if status == 201:
        headers["Location"] = f"/v1/{caller.jurisdiction.code}/imports/{job.id}"
    return Response(to_json(_shown(job)), status, headers, MEDIA_TYPE)


def _shown(job: Job) -> Import:
    return Import(**{name: getattr(job, name) for name in Import.model_fields})


def _unusable(bad: BadMapping) -> Problem:
    """A fault for each key; a word of the mapping's own may be repeated, it is nobody's personal text."""
    faults = str(bad).splitlines()[:MOST_ERRORS]
    return Problem(
        Kind.INVALID_INPUT,
        [FieldError(field="body", rule=MAPPING.id, says=fault, source=MAPPING.source) for fault in faults],
    )
