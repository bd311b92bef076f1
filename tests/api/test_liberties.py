"""Given a record took liberties with a hazard, when people with a token try the same, then they are refused."""

from __future__ import annotations

from uuid import UUID

from application.deciding import Request
from domain.actors import Actor, Role
from domain.erasable import Erasable
from domain.hazard.inspecting import Dismiss, SelfInspect
from domain.hazard.moves import Move
from domain.hazard.rectifying import Plan
from domain.hazard.reinspecting import Reinspect
from domain.hazard.words import Result
from tests.api.people import People, id_of, refused
from tests.conftest import JURISDICTION

IMPORTER = Actor(UUID(int=7), Role.IMPORTER)
LONG_AGO = {"deadline": "2020-01-01"}


async def told(people: People, hazard: str, move: Move, version: int) -> None:
    """A record is told from within the product: nobody gets a token for that."""
    request = Request(IMPORTER, id_of(hazard), expected_version=version)
    await people.service.jurisdiction(JURISDICTION).commands.carry_out(request, id_of(hazard), move)


async def test_what_a_record_may_say_people_may_not(people: People) -> None:
    hazard = await people.reported()
    officer, inspector = await people.one(Role.ENTERPRISE_OFFICER), await people.one(Role.UNION_INSPECTOR)

    for body in ({"cause": "x"}, {"cause": "x", "grade": None}):
        answer = await officer.post(f"{hazard}/self-inspection", body, 1)
        refused(answer, 422, "rule-broken", field="grade", rule="self_inspection.grade")
    await told(people, hazard, SelfInspect(), 1)
    file = await officer.see(hazard)
    assert (file["stage"], file["grade"], file["self_inspection"]["grade"]) == ("self_inspected", None, None)

    challenge = await inspector.post(f"{hazard}/grade-challenge", {"reasons": "x"})
    refused(challenge, 409, "wrong-stage", rule="grade_challenge.not_graded")

    answer = await officer.post(f"{hazard}/rectification-plan", LONG_AGO, 2)
    refused(answer, 422, "rule-broken", field="deadline", rule="deadline.past")
    await told(people, hazard, Plan.model_validate(LONG_AGO), 2)

    answer = await inspector.post(f"{hazard}/re-inspection", {"result": "failed"}, 3)
    refused(answer, 409, "wrong-stage", rule="stage")
    await told(people, hazard, Reinspect(result=Result.FAILED), 3)
    assert (await officer.see(hazard))["stage"] == "rectifying"

    answer = await officer.post(f"{hazard}/dismissal", {"reason": "x"}, 4)
    refused(answer, 409, "wrong-stage", rule="stage")
    await told(people, hazard, Dismiss(reason=Erasable("x")), 4)
    assert (await officer.see(hazard))["stage"] == "dismissed"


async def test_what_a_record_left_ungraded_is_graded_by_a_regrade_and_closed_out_only_then(people: People) -> None:
    hazard, photo = await people.reported(), await people.file()
    officer, inspector = await people.one(Role.ENTERPRISE_OFFICER), await people.one(Role.UNION_INSPECTOR)
    await told(people, hazard, SelfInspect(), 1)
    await told(people, hazard, Reinspect(result=Result.PASSED), 2)
    await officer.do(f"{hazard}/workers-notice", {"channel": "notice_board"})

    answer = await officer.post(f"{hazard}/close-out", {}, 4)
    refused(answer, 409, "wrong-stage", rule="close_out.graded")
    await officer.do(f"{hazard}/regrade", {"grade": "general", "reasons": "台账未定级"}, 4)
    await officer.do(f"{hazard}/rectification", {"evidence": [photo], "on_the_spot": True}, 5)
    await inspector.do(f"{hazard}/re-inspection", {"result": "passed"}, 6)
    await officer.do(f"{hazard}/close-out", {}, 7)

    assert (await officer.see(hazard))["stage"] == "closed"
