"""Given a command that may not be made or refers to what is another's, when it is sent, then nothing can be learnt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2

from api.examples import OTHER_USCC
from domain.actors import Role
from tests.api.people import OURS, THEIRS, People, Person, refused
from tests.api.people import id_of as in_path

NO_HAZARD = "019a0000-0000-7000-8000-000000000000"
NO_FILE = "0" * 64
WHY = {"reason": "重复上报"}


def said(answer: httpx2.Response) -> dict[str, Any]:
    """All an answer tells, but for what is of the one request."""
    assert answer.headers["content-length"]
    return {"status": answer.status_code} | answer.json() | {"correlation_id": None}


def id_of(path: str) -> str:
    return str(in_path(path))


async def dismissed(person: Person, hazard: str, original: str, version: int = 1) -> httpx2.Response:
    return await person.post(f"{hazard}/dismissal", WHY | {"duplicate_of": original}, version)


async def test_another_enterprises_hazard_as_the_original_answers_as_one_that_does_not_exist(people: People) -> None:
    hazard, theirs = await people.reported(), await people.reported(THEIRS)
    officer, head = await people.one(Role.ENTERPRISE_OFFICER), await people.head()

    there, nowhere = [await dismissed(officer, hazard, original) for original in (id_of(theirs), NO_HAZARD)]

    refused(there, 422, "rule-broken", field="duplicate_of", rule="dismissal.original_unknown")
    assert said(there) == said(nowhere)
    assert there.headers.keys() == nowhere.headers.keys()
    assert await people.head() == head


async def test_an_enterprise_of_no_hazard_as_the_original_answers_the_same(people: People) -> None:
    hazard, found = await people.reported(), await people.reported(enterprise_uscc=None)
    officer = await people.one(Role.ENTERPRISE_OFFICER)

    answers = [await dismissed(officer, hazard, original) for original in (id_of(found), NO_HAZARD)]

    assert said(answers[0]) == said(answers[1])


async def test_a_hazard_the_actor_may_see_is_taken_as_the_original(people: People) -> None:
    officer, inspector = await people.one(Role.ENTERPRISE_OFFICER), await people.one(Role.UNION_INSPECTOR)
    await people.registered(THEIRS)
    ours, passed_on = await people.reported(), await officer.do("hazards", {"description": "x", "channel": "snap"})
    await inspector.do(f"hazards/{passed_on['id']}/transfer", WHY | {"enterprise_uscc": THEIRS})

    for original in (id_of(ours), passed_on["id"]):
        assert (await dismissed(officer, await people.reported(), original)).status_code == 201


async def answered_alike(person: Person, path: str, bodies: Sequence[Any], version: int | None, status: int) -> None:
    """The same refusal whatever the body refers to."""
    first, *others = [await person.post(path, body, version) for body in bodies]
    assert first.status_code == status, first.text
    for other in others:
        assert said(other) == said(first)


async def test_a_move_one_may_not_make_answers_the_same_whatever_it_refers_to(people: People) -> None:
    for uscc in (OURS, THEIRS):
        await people.registered(uscc)
    hazard, ours, theirs = await people.reported(), await people.reported(), await people.reported(THEIRS)
    photo, head = await people.file(), await people.head()
    worker = await people.one(Role.WORKER)
    consents = [{"by": "regulator", "reference": "2026-17", "evidence": [name]} for name in (photo, NO_FILE)]

    originals = [WHY | {"duplicate_of": id} for id in (id_of(ours), id_of(theirs), NO_HAZARD)]
    await answered_alike(worker, f"{hazard}/dismissal", originals, 1, 403)
    await answered_alike(worker, f"{hazard}/dismissal", [WHY | {"consent": one} for one in consents], 1, 403)
    transfers = [WHY | {"enterprise_uscc": uscc} for uscc in (THEIRS, OTHER_USCC)]
    await answered_alike(worker, f"{hazard}/transfer", transfers, None, 403)
    shown = [{"evidence": [name]} for name in (photo, NO_FILE)]
    await answered_alike(worker, f"{hazard}/rectification", shown, 1, 403)
    extensions = [WHY | {"new_deadline": "2026-05-01", "consent": one} for one in consents]
    await answered_alike(worker, f"{hazard}/deadline-extensions", extensions, 1, 403)

    assert await people.head() == head


async def test_a_move_from_the_wrong_stage_answers_the_same_whatever_it_refers_to(people: People) -> None:
    hazard, photo = await people.reported(), await people.file()
    officer = await people.one(Role.ENTERPRISE_OFFICER)

    shown = [{"evidence": [name]} for name in (photo, NO_FILE)]
    await answered_alike(officer, f"{hazard}/rectification", shown, 1, 409)
    await officer.do(f"{hazard}/self-inspection", {"grade": "general", "cause": "x"}, 1)
    await officer.do(f"{hazard}/rectification-plan", {"deadline": "2026-04-01"}, 2)
    theirs = await people.reported(THEIRS)
    originals = [WHY | {"duplicate_of": id} for id in (id_of(await people.reported()), id_of(theirs), NO_HAZARD)]
    await answered_alike(officer, f"{hazard}/dismissal", originals, 3, 409)


async def test_a_decision_on_another_version_answers_the_same_whatever_it_refers_to(people: People) -> None:
    hazard, theirs = await people.reported(), await people.reported(THEIRS)
    officer = await people.one(Role.ENTERPRISE_OFFICER)
    originals = [WHY | {"duplicate_of": id} for id in (id_of(theirs), NO_HAZARD)]

    await answered_alike(officer, f"{hazard}/dismissal", originals, 7, 412)
    await answered_alike(officer, f"{hazard}/dismissal", originals, None, 428)


async def test_a_hazard_one_may_not_see_answers_the_same_whatever_is_referred_to(people: People) -> None:
    theirs, photo = await people.reported(THEIRS), await people.file()
    officer = await people.one(Role.ENTERPRISE_OFFICER)

    for path in (theirs, f"hazards/{NO_HAZARD}"):
        shown = [{"evidence": [name]} for name in (photo, NO_FILE)]
        await answered_alike(officer, f"{path}/rectification", shown, 1, 404)
        originals = [WHY | {"duplicate_of": id} for id in (id_of(theirs), NO_HAZARD)]
        await answered_alike(officer, f"{path}/dismissal", originals, 1, 404)


async def test_a_report_one_may_not_make_answers_the_same_whatever_it_refers_to(people: People) -> None:
    await people.registered(THEIRS)
    worker, photo = await people.one(Role.WORKER), await people.file()
    report = {"description": "x", "channel": "snap"}

    reports = [
        report | {"enterprise_uscc": uscc, "evidence": [name]}
        for uscc in (THEIRS, OTHER_USCC)
        for name in (photo, NO_FILE)
    ]
    await answered_alike(worker, "hazards", reports, None, 403)


async def test_a_move_one_may_make_is_refused_for_what_is_not_there(people: People) -> None:
    hazard = await people.reported()
    officer, inspector = await people.one(Role.ENTERPRISE_OFFICER), await people.one(Role.UNION_INSPECTOR)
    body = WHY | {"enterprise_uscc": OTHER_USCC}

    refused(await inspector.post(f"{hazard}/transfer", body), 422, "rule-broken", rule="enterprise.unknown")
    await officer.do(f"{hazard}/self-inspection", {"grade": "general", "cause": "x"}, 1)
    spot = {"evidence": [NO_FILE], "on_the_spot": True}
    refused(await officer.post(f"{hazard}/rectification", spot, 2), 422, "rule-broken", rule="evidence.unknown")
    dismissal = WHY | {"consent": {"by": "regulator", "reference": "17", "evidence": [NO_FILE]}}
    refused(await officer.post(f"{hazard}/dismissal", dismissal, 2), 422, "rule-broken", rule="evidence.unknown")
