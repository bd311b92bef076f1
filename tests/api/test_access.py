"""Given somebody without a token, or of another enterprise, when they ask or act, then they learn nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from api.examples import FILE, OTHER_USCC
from api.openapi import BODIES
from api.running import Running
from domain.actors import OF_AN_ENTERPRISE, Role
from tests.api.people import OURS, THEIRS, V1, People, Person, refused, unserved
from tests.conftest import JURISDICTION

PUBLIC = {"/healthz", "/readyz", "/docs", "/openapi.json"}
ANY_ID = "019a0000-0000-7000-8000-000000000000"
NAMES = {"j": JURISDICTION, "id": ANY_ID, "e": OURS, "recipient": "regulator", "sha256": "0" * 64, "position": "1"}


def routes() -> Iterator[tuple[str, str]]:
    """Every method and path template there is."""
    for route in unserved().routes:
        for method in route.methods - {"HEAD"}:
            yield method, route.path


def at(template: str, **names: str) -> str:
    return re.sub(r"{(\w+)}", lambda name: (NAMES | names)[name[1]], template)


async def test_every_route_but_the_public_ones_asks_for_a_token(people: People) -> None:
    for method, template in routes():
        answer = await people.client.request(method, at(template))
        if template in PUBLIC:
            assert answer.status_code == 200, template
        else:
            refused(answer, 401, "unauthenticated", field="Authorization", rule="token.missing")
            assert answer.headers["www-authenticate"] == 'Bearer realm="hazardloop"'


async def test_a_token_nobody_has_opens_nothing(people: People, subtests: pytest.Subtests) -> None:
    for sent in ("Bearer wrong", "Bearer hzl_320583_" + "A" * 43, "Basic dTpw", "Bearer"):
        for path in (f"{V1}/hazards", "/metrics"):
            with subtests.test(sent=sent, path=path):
                answer = await people.client.get(path, headers={"Authorization": sent})

                refused(answer, 401, "unauthenticated", field="Authorization")
                assert answer.headers["www-authenticate"].startswith("Bearer ")


async def test_a_revoked_token_opens_nothing(service: Running, people: People) -> None:
    worker = await people.one(Role.WORKER)
    tokens = service.jurisdiction(JURISDICTION).tokens
    await worker.see("rules")

    for record in await tokens.all():
        await tokens.revoke(record.id)

    refused(await worker.get("rules"), 401, "unauthenticated", rule="token.unknown")


async def test_a_jurisdiction_that_is_not_served_is_unknown(people: People) -> None:
    auditor = await people.one(Role.AUDITOR)

    refused(await auditor.get("/v1/999999/hazards"), 404, "unknown")


async def their_hazard(people: People) -> str:
    """A hazard of another enterprise, with a file, as major as can be."""
    hazard = await people.reported(THEIRS, evidence=[await people.file()])
    officer = await people.one(Role.ENTERPRISE_OFFICER, THEIRS)
    await officer.do(f"{hazard}/self-inspection", {"grade": "major", "cause": "x"}, 1)
    return hazard


async def ours(people: People) -> list[Person]:
    return [await people.one(role, OURS) for role in sorted(OF_AN_ENTERPRISE)]


async def test_one_enterprise_acts_for_no_other(people: People) -> None:
    for uscc in (OURS, OTHER_USCC):
        await people.registered(uscc)
    await people.file(FILE.encode())
    hazard = await their_hazard(people)
    head = await people.head()
    moves = [template for template in BODIES if "{id}" in template or "{e}" in template]
    examples = unserved().openapi()["paths"]

    for template in moves:
        content = examples[template]["post"]["requestBody"]["content"]["application/json"]
        path = at(template, id=hazard.rpartition("/")[2], e=THEIRS)
        example = next(iter(content["examples"].values()))["value"]
        for person in await ours(people):
            answer = await person.post(path, example, 2)
            refused(answer, 404, "unknown")

    assert await people.head() == head


async def test_one_enterprise_reports_and_registers_for_no_other(people: People) -> None:
    await people.registered(THEIRS)
    report = {"enterprise_uscc": THEIRS, "description": "x", "channel": "snap"}

    for person in await ours(people):
        refused(await person.post("hazards", report), 403, "not-allowed", field="enterprise_uscc")
        refused(await person.post("enterprises", {"uscc": THEIRS, "enterprise_name": "x"}), 403, "not-allowed")


async def test_one_enterprise_reads_no_other(people: People) -> None:
    hazard = await their_hazard(people)
    name = await people.file()
    head = await people.head()

    for person in await ours(people):
        for path in (hazard, f"{hazard}/events", f"enterprises/{THEIRS}", f"enterprises/{THEIRS}/board"):
            refused(await person.get(path), 404, "unknown")
        refused(await person.get(f"evidence/{name}", hazard=hazard.rpartition("/")[2]), 404, "unknown")
        refused(await person.get(f"evidence/{name}"), 403, "not-allowed", field="hazard")
        for path in ("board", "events", "events/stream"):
            refused(await person.get(path), 403, "not-allowed")
        for path in ("hazards", "enterprises", "duties"):
            assert (await person.see(path, min_position=head))["items"] == []
            if path != "enterprises":
                assert (await person.see(path, enterprise=THEIRS, min_position=head))["items"] == []


async def test_what_is_anothers_can_not_be_told_from_what_does_not_exist(people: People) -> None:
    hazard = await their_hazard(people)
    officer = await people.one(Role.ENTERPRISE_OFFICER, OURS)

    for path in (hazard, f"{hazard}/events"):
        there, nowhere = await officer.get(path), await officer.get(path.replace(hazard, f"hazards/{ANY_ID}"))
        bodies = [answer.json() | {"correlation_id": None} for answer in (there, nowhere)]
        assert bodies[0] == bodies[1]


async def test_its_own_people_read_what_is_theirs(people: People) -> None:
    hazard = await their_hazard(people)
    name, head = await people.file(), await people.head()

    for role in sorted(OF_AN_ENTERPRISE):
        person = await people.one(role, THEIRS)
        for path in (hazard, f"{hazard}/events", f"enterprises/{THEIRS}"):
            await person.see(path)
        await person.see(f"enterprises/{THEIRS}/board", min_position=head)
        assert len((await person.see("hazards", min_position=head))["items"]) == 1
        assert (await person.get(f"evidence/{name}", hazard=hazard.rpartition("/")[2])).content == b"a photo"


async def test_the_whole_log_is_for_those_who_watch_over_all(people: People) -> None:
    hazard = await people.reported()

    for role in (Role.AUDITOR, Role.ADMINISTRATOR, Role.HIGHER_UNION, Role.REGULATOR, Role.UNION_INSPECTOR):
        person = await people.one(role)
        assert len((await person.see("events"))["items"]) == 2
        assert (await person.see(hazard))["stage"] == "reported"


async def test_metrics_are_for_who_runs_and_who_audits(people: People) -> None:
    refused(await (await people.one(Role.REGULATOR)).get("/metrics"), 403, "not-allowed", rule="metrics.role")

    assert (await (await people.one(Role.ADMINISTRATOR)).get("/metrics")).status_code == 200


async def test_a_reporter_reads_of_a_hazard_that_went_elsewhere_what_they_said_and_how_it_stands(
    people: People,
) -> None:
    given, theirs = await people.file(b"given"), await people.file(b"theirs")
    hazard = await people.reported(evidence=[given], place="x-place")
    id = hazard.rpartition("/")[2]
    await people.registered(THEIRS)
    inspector, officer = await people.one(Role.UNION_INSPECTOR), await people.one(Role.ENTERPRISE_OFFICER, THEIRS)
    reporter, colleague = await people.one(Role.WORKER), await people.one(Role.GROUP_CHECKER)
    await inspector.do(f"{hazard}/transfer", {"enterprise_uscc": THEIRS, "reason": "secret-1"}, 1)
    await officer.do(f"{hazard}/self-inspection", {"grade": "major", "cause": "secret-2", "evacuated": True}, 2)
    correction = {"field": "place", "value": "y-place", "reason": "a slip"}
    await reporter.do(f"{hazard}/correction", correction, 3)
    consent = {"by": "regulator", "reference": "secret-3", "evidence": [theirs]}
    await officer.do(f"{hazard}/dismissal", {"reason": "secret-4", "consent": consent}, 4)

    file, history = await reporter.get(hazard), await reporter.get(f"{hazard}/events")

    shown = file.json()
    assert (shown["stage"], shown["grade"], shown["round"], shown["version"]) == ("dismissed", "major", 1, 5)
    assert (shown["place"], shown["evidence"], shown["enterprise_uscc"]) == ("y-place", [given], THEIRS)
    assert [one["reason"] for one in shown["corrections"]] == ["a slip"]
    empty = ("self_inspection", "dismissal", "evacuated", "challenged", "objected", "workers_notified")
    assert [shown[name] for name in empty] == [None] * len(empty)
    assert [one["version"] for one in history.json()["items"]] == [1, 4]
    for version in (3, 5):
        assert "secret" not in (await reporter.get(hazard, version=version)).text
    for text in (file.text, history.text):
        assert "secret" not in text
        assert theirs not in text
    assert (await reporter.get(f"evidence/{given}", hazard=id)).content == b"given"
    refused(await reporter.get(f"evidence/{theirs}", hazard=id), 404, "unknown")
    refused(await colleague.get(hazard), 404, "unknown")
    assert (await officer.see(hazard))["self_inspection"]["cause"] == "secret-2"
    assert len((await officer.see(f"{hazard}/events"))["items"]) == 5
    await reporter.do(f"{hazard}/reopening", {"reason": "still there"}, 5)
    assert (await reporter.see(hazard))["reopenings"][0]["reason"] == "still there"
