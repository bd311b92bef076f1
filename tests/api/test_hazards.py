"""Given hazards in the log, when they are asked for, then they are shown as they stand and as they stood."""

from __future__ import annotations

from datetime import timedelta

from domain.actors import Role
from tests.api.people import NOW, OURS, THEIRS, V1, People, SetClock, refused


async def test_a_report_is_answered_with_where_it_is(people: People) -> None:
    await people.registered()
    worker = await people.one(Role.WORKER)

    answer = await worker.post("hazards", {"enterprise_uscc": OURS, "description": "x", "channel": "snap"})

    body = answer.json()
    assert (answer.status_code, body["version"], body["position"]) == (201, 1, 2)
    assert answer.headers["location"] == f"{V1}/hazards/{body['id']}"
    assert answer.headers["etag"] == '"1"'
    assert (await worker.get(answer.headers["location"])).json()["description"] == "x"


async def test_a_hazard_says_its_version_and_as_etag_what_to_match(people: People) -> None:
    hazard = await people.reported()
    officer = await people.one(Role.ENTERPRISE_OFFICER)
    await officer.do(f"{hazard}/workers-notice", {"channel": "meeting"})

    answer = await officer.get(hazard)

    body = answer.json()
    assert answer.headers["etag"] == '"2"'
    assert (body["version"], body["stage"], body["grade"], body["round"]) == (2, "reported", None, 1)
    assert (body["enterprise_uscc"], body["position"]) == (OURS, 3)


async def test_a_hazard_as_it_stood(people: People, clock: SetClock) -> None:
    hazard = await people.reported()
    officer = await people.one(Role.ENTERPRISE_OFFICER)
    clock.later(days=1)
    body = {"grade": "general", "cause": "x", "occurred_at": (NOW + timedelta(hours=1)).isoformat()}
    await officer.do(f"{hazard}/self-inspection", body, 1)
    noon = (NOW + timedelta(hours=3)).isoformat()

    at_version = await officer.get(hazard, version=1)
    recorded = await officer.see(hazard, at=noon)
    occurred = await officer.see(hazard, at=noon, clock="occurred")

    assert (at_version.json()["stage"], at_version.headers["etag"]) == ("reported", '"1"')
    assert (recorded["stage"], occurred["stage"]) == ("reported", "self_inspected")
    refused(await officer.get(hazard, at="2020-01-01T00:00:00Z"), 404, "unknown")
    refused(await officer.get(hazard, version=9), 404, "unknown")


async def test_the_history_says_who_when_and_where_in_the_log(people: People) -> None:
    hazard = await people.reported(description="安全出口被堵塞")
    officer = await people.one(Role.ENTERPRISE_OFFICER)
    await officer.do(f"{hazard}/workers-notice", {"channel": "meeting", "note": "班前会"})

    answer = await officer.get(f"{hazard}/events")

    page = answer.json()
    assert [entry["name"] for entry in page["items"]] == ["hazard.reported.v1", "hazard.workers_notified.v1"]
    assert [entry["position"] for entry in page["items"]] == [2, 3]
    assert page["items"][1]["by"] == {"actor_id": str(officer.actor.id), "role": "enterprise_officer"}
    assert page["items"][1]["body"]["note"] == "班前会"
    assert (page["next"], page["position"], answer.headers["etag"]) == (None, 3, '"2"')


async def test_what_is_erased_is_gone_from_every_answer(people: People) -> None:
    hazard = await people.reported(description="王师傅的手受伤")
    administrator = await people.one(Role.ADMINISTRATOR)

    await administrator.do(f"{hazard}/erasure", {"legal_basis": "个人信息保护法 第四十七条"}, 1)

    head = await people.head()
    for path in (hazard, f"{hazard}/events", "hazards", "events"):
        answer = await administrator.get(path, min_position=head)
        assert answer.status_code == 200
        assert "王师傅" not in answer.text
    assert (await administrator.see(hazard))["description"] is None


async def test_the_ledger_is_filtered_and_paged(people: People) -> None:
    for number in range(3):
        await people.reported(description=f"气瓶 {number}")
    major = await people.reported(THEIRS, description="除尘系统", reported_as="major")
    officer = await people.one(Role.ENTERPRISE_OFFICER, THEIRS)
    await officer.do(f"{major}/self-inspection", {"grade": "major", "cause": "x"}, 1)
    auditor, head = await people.one(Role.AUDITOR), await people.head()

    async def found(**query: object) -> list[str]:
        return [row["description"] for row in (await auditor.see("hazards", min_position=head, **query))["items"]]

    assert sorted(await found(q="气瓶")) == ["气瓶 0", "气瓶 1", "气瓶 2"]
    assert await found(grade="major") == ["除尘系统"]
    assert await found(stage="self_inspected", enterprise=THEIRS) == ["除尘系统"]
    assert await found(overdue="true") == []
    assert len(await found(enterprise=OURS)) == 3

    first = await auditor.see("hazards", limit=3)
    rest = await auditor.see("hazards", limit=3, cursor=first["next"])
    assert rest["next"] is None
    assert len({row["id"] for row in first["items"] + rest["items"]}) == 4
    refused(await auditor.get("hazards", cursor=first["next"], grade="major"), 422, "rule-broken", field="cursor")


async def test_an_enterprise_is_registered_changed_read_and_closed(people: People) -> None:
    await people.registered()
    regulator = await people.one(Role.REGULATOR)

    changed = await regulator.post(f"enterprises/{OURS.lower()}/changes", {"crowded": True})
    answer = await regulator.get(f"enterprises/{OURS}")

    assert changed.json() == {"id": OURS, "version": 2, "position": 2}
    assert (answer.json()["crowded"], answer.json()["version"], answer.headers["etag"]) == (True, 2, '"2"')
    assert (await regulator.get(f"enterprises/{OURS}", {"If-None-Match": '"2"'})).status_code == 304
    assert (await regulator.get(f"enterprises/{OURS}", {"If-None-Match": '"1"'})).status_code == 200

    await regulator.do(f"enterprises/{OURS}/closure", {}, 2)
    refused(await regulator.post(f"enterprises/{OURS}/changes", {"crowded": False}), 409, "wrong-stage")
    assert [row["closed"] for row in (await regulator.see("enterprises", min_position=3))["items"]] == [True]


async def test_the_boards_count_what_is_there(people: People) -> None:
    await people.reported()
    await people.reported(THEIRS)
    auditor, head = await people.one(Role.AUDITOR), await people.head()

    ours = await auditor.see(f"enterprises/{OURS}/board", min_position=head)
    all_of_it = await auditor.see("board", min_position=head)
    before = await auditor.see("board", at="2020-01-01T00:00:00Z")

    assert (ours["total"]["found"], all_of_it["total"]["open"], before["total"]["found"]) == (1, 2, 0)
    refused(await auditor.get("enterprises/91320583MA1WXYRC06/board"), 404, "unknown")


async def test_duties_say_what_is_due_and_by_which_rule(people: People) -> None:
    hazard = await people.reported(reported_as="major")
    auditor, head = await people.one(Role.AUDITOR), await people.head()

    page = await auditor.see("duties", hazard_id=hazard.rpartition("/")[2], open="true", min_position=head)

    assert {duty["kind"] for duty in page["items"]} >= {"self_inspection"}
    assert all(duty["due"] and duty["rule"] and duty["pack"] for duty in page["items"])


async def test_rules_are_shown_with_their_source_and_what_must_be_said_of_them(people: People) -> None:
    auditor = await people.one(Role.AUDITOR)

    now = await auditor.see("rules")
    then = await auditor.see("rules", on="2017-09-12")

    assert now["on"] == "2026-03-02"
    assert {rule["mark"] for rule in now["items"]} >= {None, "policy, not law"}
    assert all(rule["citation"] for rule in now["items"])
    (told,) = [rule for rule in now["items"] if rule["escalation"]]
    assert (told["escalation"]["days"], told["mark"]) == (5, "policy, not law")
    assert {rule["pack"] for rule in now["items"]} != {rule["pack"] for rule in then["items"]}
