"""Given a major hazard taken round the loop over HTTP, when it is to be closed, then receipts of that round count."""

from __future__ import annotations

from typing import Any

from api.examples import SIX_ITEMS
from domain.actors import Role
from tests.api.people import People, Person, refused

CONTENT = {"present_state": "铝镁粉尘", "cause": "设计缺陷", "harm": "爆炸", "difficulty": "须停产改造"}
TOLD = {"channel": "workers_congress"}


async def verified(people: People, hazard: str, round: int) -> None:
    """Take a reported hazard to a passed re-inspection, as major."""
    officer, regulator = await people.one(Role.ENTERPRISE_OFFICER), await people.one(Role.REGULATOR)
    inspected = {"grade": "major", "cause": "设计缺陷"}
    for person, under, body in (
        (officer, "self-inspection", inspected),
        (officer, "rectification-plan", SIX_ITEMS | {"deadline": "2026-04-01"}),
        (officer, "rectification", {"evidence": [await people.file()]}),
        (regulator, "re-inspection", {"result": "passed"}),
        (officer, "workers-notice", TOLD),
    ):
        await person.do(f"{hazard}/{under}", body, (await person.see(hazard))["version"])
    assert (await officer.see(hazard))["round"] == round


async def sent_to_both(people: People, hazard: str) -> None:
    boss = await people.one(Role.MAIN_RESPONSIBLE_PERSON)
    for recipient in ("regulator", "workers_congress"):
        await boss.do(f"{hazard}/dual-reports", {"recipient": recipient, "stage": "final"} | CONTENT)


async def close_out_refused(person: Person, hazard: str) -> None:
    before: dict[str, Any] = await person.see(hazard)
    answer = await person.post(f"{hazard}/close-out", {}, before["version"])

    body = refused(answer, 409, "wrong-stage", rule="close_out.both_receipts")
    assert len(body["errors"]) == 1
    assert (await person.see(hazard))["version"] == before["version"]


async def test_a_major_hazard_closes_only_on_both_receipts_of_its_round(people: People) -> None:
    hazard = await people.reported(reported_as="major")
    regulator, congress = await people.one(Role.REGULATOR), await people.one(Role.WORKERS_CONGRESS)

    for round in (1, 2):
        await verified(people, hazard, round)
        await close_out_refused(regulator, hazard)
        await sent_to_both(people, hazard)
        await close_out_refused(regulator, hazard)
        await regulator.do(f"{hazard}/dual-reports/regulator/acknowledgement", {"stage": "final"})
        await close_out_refused(regulator, hazard)
        await congress.do(f"{hazard}/dual-reports/workers_congress/acknowledgement", {"stage": "final"})
        closed = await regulator.do(f"{hazard}/close-out", {}, (await regulator.see(hazard))["version"])
        assert (await regulator.see(hazard, version=closed["version"]))["stage"] == "closed"
        await regulator.do(f"{hazard}/reopening", {"reason": "泄爆片破损"})

    assert (await regulator.see(hazard))["round"] == 3
