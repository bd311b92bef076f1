"""The moves of the loop: one table, one way to make them. The body is the domain's command, and nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.access import admitted, asked
from api.answering import Done, done
from api.bodies import command, json_body
from api.route import Route
from api.routes import described
from api.routes.places import HAZARD, hazard_id, recipient
from domain.hazard.closing import CloseOut, EraseTexts, Reopen
from domain.hazard.dual_reporting import Acknowledge, DualReport, NotifyWorkers
from domain.hazard.grading import AnswerChallenge, ChallengeGrade, Regrade
from domain.hazard.inspecting import Dismiss, SelfInspect
from domain.hazard.moves import Move
from domain.hazard.rectifying import Extend, Plan, RecordStep, Rectify
from domain.hazard.reinspecting import ApproveResumption, Reinspect
from domain.hazard.reporting import Correct, Transfer

RECIPIENT = "{recipient}"


@dataclass(frozen=True, slots=True)
class MoveRoute:
    """Under which path of a hazard which move is made."""

    under: str
    move: type[Move]
    summary: str

    @property
    def path(self) -> str:
        """The whole path."""
        return f"{HAZARD}/{self.under}"

    @property
    def names_recipient(self) -> bool:
        """Whether the path says who received the report, so that the body does not."""
        return RECIPIENT in self.under


MOVES = (
    MoveRoute("self-inspection", SelfInspect, "Inspect and grade 自查"),
    MoveRoute("dismissal", Dismiss, "Dismiss a report"),
    MoveRoute("transfer", Transfer, "Pass on to another enterprise"),
    MoveRoute("correction", Correct, "Correct a text"),
    MoveRoute("rectification-plan", Plan, "Plan the rectification 治理方案"),
    MoveRoute("deadline-extensions", Extend, "Move the deadline 延期"),
    MoveRoute("rectification-steps", RecordStep, "Record a step of the rectification"),
    MoveRoute("rectification", Rectify, "Declare it rectified 自改"),
    MoveRoute("re-inspection", Reinspect, "Re-inspect 复查"),
    MoveRoute("workers-notice", NotifyWorkers, "Record how the workers were told"),
    MoveRoute("dual-reports", DualReport, "Report a major hazard to one of its two recipients 双报告"),
    MoveRoute(f"dual-reports/{RECIPIENT}/acknowledgement", Acknowledge, "Acknowledge a report, in person or on paper"),
    MoveRoute("resumption", ApproveResumption, "Approve that work resumes 恢复生产"),
    MoveRoute("grade-challenge", ChallengeGrade, "Challenge the grade"),
    MoveRoute("grade-challenge/answer", AnswerChallenge, "Answer a challenge without changing the grade"),
    MoveRoute("regrade", Regrade, "Change the grade"),
    MoveRoute("close-out", CloseOut, "Strike off the ledger 销号"),
    MoveRoute("reopening", Reopen, "Reopen: the next round begins"),
    MoveRoute("erasure", EraseTexts, "Erase the texts said so far (个人信息保护法 Art 47)"),
)

router = APIRouter(tags=["moves"], route_class=Route)


def _making(route: MoveRoute) -> Callable[[Request], Awaitable[Response]]:
    async def make(request: Request) -> Response:
        caller = await admitted(request)
        id = hazard_id(request)
        said = {"recipient": recipient(request).value} if route.names_recipient else None
        body = await json_body(request)
        move = command(route.move, body, said)
        commands = caller.jurisdiction.commands
        return done(await commands.carry_out(asked(request, caller, body), id, move))

    return make


for _route in MOVES:
    router.add_api_route(
        _route.path,
        _making(_route),
        methods=["POST"],
        status_code=201,
        response_model=Done,
        responses=described.problems(*described.OF_A_COMMAND),
        name=_route.move.__name__,
        summary=_route.summary,
        description=_route.move.__doc__,
    )
