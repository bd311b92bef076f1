"""What an auditor proves with: checkpoints, proofs and receipts, and the witnesses who vouch for them.

Checkpoints and receipts are the texts C2SP describes, byte for byte, so that tools of others read them.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from api.access import admitted, asked
from api.answering import MEDIA_TYPE, Done, answer, done
from api.asking import Asking, AskingCheckpoint, AskingConsistency, AskingReceipt
from api.bodies import command, json_body, text_body
from api.problems import Kind
from api.route import Asker, Route
from api.routes import described
from api.routes.events import whole_log
from api.routes.places import CHECKPOINT, EVENT, HAZARD, WITNESSES, event_position, hazard_id, recipient
from api.routes.reaching import signed, written
from application.commands import NO_HAZARD
from domain.hazard.dual_reporting import RECEIVERS, DualReported
from domain.hazard.rules import ROLE
from domain.refusals import CONTRACT, NotAllowed, Rule, Unknown
from domain.transparency.witness import RegisterWitness

NO_REPORT = Rule("dual_report.unknown", "no such report was sent to this recipient", CONTRACT)

TEXT = "text/plain; charset=utf-8"


def _text(description: str) -> described.Responses:
    return {200: {"description": description, "content": {TEXT: {"schema": {"type": "string"}}}}}


router = APIRouter(tags=["proofs"], route_class=Route)


class Consistency(BaseModel):
    """That the log of one checkpoint begins with the log of another (RFC 6962). Hashes are in base64."""

    old_size: int
    size: int
    path: list[str]


class Inclusion(BaseModel):
    """That an event lies under a checkpoint (RFC 6962). Hashes are in base64."""

    position: int
    number: int
    """Which leaf it is: its position less one."""
    size: int
    root: str
    path: list[str]


class Cosigned(BaseModel):
    """The checkpoint whose cosignature was kept."""

    size: int


@router.get(
    CHECKPOINT,
    response_class=Response,
    responses=_text("A signed note (C2SP tlog-checkpoint)") | described.problems(),
    summary="The newest checkpoint, with its cosignatures",
)
async def checkpoint(caller: Asker, asking: Annotated[AskingCheckpoint, Query()]) -> Response:
    """Answer with the newest checkpoint, or the one of a size. With `min_position`, it covers that position."""
    await signed(caller.jurisdiction, asking)
    proofs = caller.jurisdiction.proofs
    return Response(await proofs.note(await proofs.checkpoint(asking.size)), 200, None, TEXT)


@router.get(
    CHECKPOINT + "/key",
    response_class=Response,
    responses=_text("A verifier key (C2SP signed-note)") | described.problems(),
    summary="The key checkpoints are signed with",
)
async def key(caller: Asker, asking: Annotated[Asking, Query()]) -> Response:
    """Answer with the public key. Have it by another way as well: here it comes from whom it is to be held against."""
    await written(caller.jurisdiction, asking)
    return Response(f"{await caller.jurisdiction.proofs.key()}\n", 200, None, TEXT)


@router.get(
    CHECKPOINT + "/consistency",
    response_model=Consistency,
    responses=described.problems(Kind.RULE_BROKEN),
    summary="Proof that one checkpoint follows on another",
)
async def consistency(caller: Asker, asking: Annotated[AskingConsistency, Query()]) -> Response:
    """Answer with the proof that the log at `size` begins with the log at `old_size`, unchanged."""
    await signed(caller.jurisdiction, asking)
    proofs = caller.jurisdiction.proofs
    size = (await proofs.checkpoint(asking.size)).size
    old_size = size if asking.old_size is None else asking.old_size
    path = await proofs.consistency(old_size, size)
    return answer(Consistency(old_size=old_size, size=size, path=[b64encode(one).decode() for one in path]))


@router.get(
    EVENT + "/inclusion",
    response_model=Inclusion,
    responses=described.problems(Kind.NOT_ALLOWED, Kind.RULE_BROKEN),
    summary="Proof that an event is in the log",
)
async def inclusion(request: Request, caller: Asker, asking: Annotated[AskingCheckpoint, Query()]) -> Response:
    """Answer with the proof that an event lies under the newest checkpoint, or the one of a size."""
    whole_log(caller)
    position = event_position(request)
    await signed(caller.jurisdiction, asking)
    found = await caller.jurisdiction.proofs.inclusion(position, asking.size)
    return answer(
        Inclusion(
            position=position,
            number=position - 1,
            size=found.checkpoint.size,
            root=b64encode(found.checkpoint.root).decode(),
            path=[b64encode(one).decode() for one in found.path],
        )
    )


@router.get(
    EVENT + "/receipt",
    response_class=Response,
    responses=_text("A receipt (C2SP tlog-proof)") | described.problems(Kind.NOT_ALLOWED),
    summary="A receipt of an event, to be shown to anybody",
)
async def receipt(request: Request, caller: Asker, asking: Annotated[Asking, Query()]) -> Response:
    """Answer with an event's envelope, its proof and the newest checkpoint, in one text that is checked offline."""
    whole_log(caller)
    await written(caller.jurisdiction, asking)
    return Response(await caller.jurisdiction.proofs.receipt(event_position(request)), 200, None, TEXT)


@router.get(
    HAZARD + "/dual-reports/{recipient}/receipt",
    response_class=Response,
    responses=_text("A receipt (C2SP tlog-proof)") | described.problems(),
    summary="A receipt of a dual report, for whom it was sent to",
)
async def dual_report_receipt(request: Request, caller: Asker, asking: Annotated[AskingReceipt, Query()]) -> Response:
    """Answer with the receipt of the last report to this recipient: that it was sent, and what it committed to."""
    id, to = hazard_id(request), recipient(request)
    await written(caller.jurisdiction, asking)
    history = await caller.jurisdiction.views.history(caller.actor, id)
    if not history:
        raise Unknown(NO_HAZARD)
    sent = [
        entry.position
        for entry in history
        if entry.name == DualReported.name
        and entry.body is not None
        and entry.body["recipient"] == to
        and asking.stage in (None, entry.body["stage"])
    ]
    if not sent:
        raise Unknown(NO_REPORT)
    return Response(await caller.jurisdiction.proofs.receipt(sent[-1]), 200, None, TEXT)


@router.post(
    WITNESSES,
    status_code=201,
    response_model=Done,
    responses=described.problems(*described.OF_A_COMMAND),
    summary="Register the key of a witness",
)
async def register_witness(request: Request) -> Response:
    """Register the key with which a regulator or a workers' congress cosigns checkpoints."""
    caller = await admitted(request)
    body = await json_body(request)
    registered = command(RegisterWitness, body)
    return done(await caller.jurisdiction.commands.register_witness(asked(request, caller, body), registered))


@router.post(
    CHECKPOINT + "/cosignatures",
    status_code=201,
    response_model=Cosigned,
    responses=described.problems(*described.OF_A_BODY, Kind.NOT_ALLOWED, Kind.RULE_BROKEN),
    summary="Cosign a checkpoint",
)
async def cosign(request: Request) -> Response:
    """Keep the cosignature of a witness (C2SP tlog-cosignature). The body is the checkpoint, cosigned.

    Verify that it follows on the one you cosigned before, first: that is all a cosignature says.
    """
    caller = await admitted(request)
    if caller.actor.role not in RECEIVERS.values():
        raise NotAllowed(ROLE)
    size = await caller.jurisdiction.witnessing.cosign(await text_body(request))
    return Response(to_json(Cosigned(size=size)), 201, {"ETag": f'"{size}"'}, MEDIA_TYPE)
