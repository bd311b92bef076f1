"""What an auditor asks of the log over HTTP, and who may."""

from __future__ import annotations

from typing import Any

import pytest

from application.replaying import finding
from domain.actors import Role
from tests.api.people import OURS, THEIRS, People, Person, SetClock, refused

CLAUSE = "工贸判定标准 第十一条"


async def suspicious(people: People) -> str:
    """A hazard reported late, and graded general by a clause that makes it major; its path."""
    hazard = await people.reported(occurred_at="2026-01-05T08:00:00+08:00")
    officer = await people.one(Role.ENTERPRISE_OFFICER)
    await officer.do(f"{hazard}/self-inspection", {"grade": "general", "cause": "磨损", "criteria_clause": CLAUSE}, 1)
    return hazard


async def every(auditor: Person, **query: Any) -> list[dict[str, Any]]:
    """All findings, page by page."""
    found: list[dict[str, Any]] = []
    page = {"position": 0, "head": 1}
    while page["position"] < page["head"]:
        page = await auditor.see("findings", after=page["position"], **query)
        found += page["items"]
    return found


async def test_given_what_looks_suspicious_when_an_auditor_asks_then_it_is_listed_with_its_mark(
    people: People,
) -> None:
    hazard = await suspicious(people)
    auditor = await people.one(Role.AUDITOR)

    found = await every(auditor)

    assert [(one["kind"], one["mark"]) for one in found] == [
        ("recorded_late", "policy, not law"),
        ("general_by_major_clause", "unverified"),
    ]
    assert {f"hazards/{one['stream_id']}" for one in found} == {hazard}
    assert [one["kind"] for one in await every(auditor, kind="general_by_major_clause")] == ["general_by_major_clause"]
    assert await every(auditor, imported="true") == []
    assert await every(auditor, imported="false") == found
    assert [one["kind"] for one in await every(auditor, late_after_days=1000)] == ["general_by_major_clause"]


async def test_given_pages_however_small_then_together_they_are_the_same(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await suspicious(people)
    auditor = await people.one(Role.AUDITOR)
    whole = await every(auditor)
    assert len(whole) == 6

    assert await every(auditor, limit=1) == whole
    monkeypatch.setattr(finding, "MOST_LOOKED_AT", 1)
    monkeypatch.setattr(finding, "PAGE", 1)
    assert await every(auditor) == whole


async def test_given_a_position_past_the_end_then_the_head_is_still_the_logs(people: People) -> None:
    await suspicious(people)
    page = await (await people.one(Role.AUDITOR)).see("findings", after=2**63 - 1)
    assert (page["items"], page["position"], page["head"]) == ([], 2**63 - 1, await people.head())


@pytest.mark.parametrize("path", ["findings", "events/1/causes"])
async def test_given_somebody_of_an_enterprise_then_the_whole_log_is_not_theirs_to_look_through(
    people: People, path: str
) -> None:
    for role in (Role.MAIN_RESPONSIBLE_PERSON, Role.WORKERS_CONGRESS, Role.WORKER):
        refused(await (await people.one(role)).get(path), 403, "not-allowed", rule="events.role")


@pytest.mark.parametrize("query", [{"late_after_days": 0}, {"kind": "gossip"}, {"after": -1}, {"limit": 201}])
async def test_given_a_question_that_makes_no_sense_then_the_field_is_named(
    people: People, query: dict[str, Any]
) -> None:
    auditor = await people.one(Role.AUDITOR)
    refused(await auditor.get("findings", **query), 422, "invalid-input", field=next(iter(query)))


async def test_given_two_points_when_a_diff_is_asked_for_then_it_names_what_changed_and_by_which_event(
    people: People, clock: SetClock
) -> None:
    hazard = await people.reported()
    before = clock.now().isoformat()
    clock.later(hours=1)
    officer, auditor = await people.one(Role.ENTERPRISE_OFFICER), await people.one(Role.AUDITOR)
    done = await officer.do(f"{hazard}/self-inspection", {"grade": "general", "cause": "磨损"}, 1)
    reached = {"min_position": done["position"]}

    for query in ({"from": before}, {"from_version": 1}, {"from_version": 1, "to_version": 2}):
        diff = await auditor.see(f"{hazard}/diff", **query)
        assert [event["position"] for event in diff["events"]] == [done["position"]]
        assert {"field": "stage", "before": "reported", "after": "self_inspected"} in diff["changes"]
    versions = {"from_version": done["position"] - 1, "to_version": done["position"]}
    for board in (f"enterprises/{OURS}/board", "board"):
        for query in ({"from": before}, versions, {"from": before, "clock": "occurred"}):
            diff = await auditor.see(f"{board}/diff", **query, **reached)
            assert [event["position"] for one in diff["hazards"] for event in one["events"]] == [done["position"]]
            assert {"field": "total.by_stage.reported", "before": 1, "after": 0} in diff["changes"]


@pytest.mark.parametrize(
    ("query", "kind", "field"),
    [
        ({}, "invalid-input", "from"),
        ({"to": "2026-03-01T00:00:00Z"}, "invalid-input", "from"),
        ({"from": "2026-03-01T00:00:00Z", "to_version": 1}, "invalid-input", "from"),
        ({"from_version": 1, "from": "2026-03-01T00:00:00Z"}, "invalid-input", "from"),
        ({"from": "yesterday"}, "invalid-input", "from"),
        ({"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"}, "rule-broken", "to"),
        ({"from_version": 99}, "rule-broken", "from_version"),
        ({"from_version": 1, "to_version": 99}, "rule-broken", "to_version"),
    ],
)
async def test_given_points_that_can_not_be_compared_then_the_field_is_named(
    people: People, query: dict[str, Any], kind: str, field: str
) -> None:
    hazard = await people.reported()
    auditor = await people.one(Role.AUDITOR)
    for path in (hazard, "board", f"enterprises/{OURS}/board"):
        refused(await auditor.get(f"{path}/diff", **query), 422, kind, field=field)


async def test_given_pages_while_time_goes_by_then_all_of_them_end_where_the_first_did(
    people: People, clock: SetClock
) -> None:
    before = clock.now().isoformat()
    clock.later(hours=1)
    hazards = [await people.reported() for _ in range(3)]
    auditor = await people.one(Role.AUDITOR)
    found: list[str] = []
    ends, query = set(), {"from": before, "limit": 1, "min_position": await people.head()}
    while True:
        page = await auditor.see("board/diff", **query)
        found += [f"hazards/{one['hazard_id']}" for one in page["hazards"]]
        ends.add(page["after_as_of"])
        if page["next"] is None:
            break
        clock.later(days=1)
        query["cursor"] = page["next"]
    assert found == hazards
    assert len(ends) == 1


async def test_given_another_enterprise_then_what_changed_there_is_not_theirs_to_see(people: People) -> None:
    hazard = await people.reported()
    stranger = await people.one(Role.ENTERPRISE_OFFICER, await people.registered(THEIRS))
    for path in (f"{hazard}/diff", f"enterprises/{OURS}/board/diff"):
        refused(await stranger.get(path, from_version=1), 404, "unknown")
    refused(await stranger.get("board/diff", from_version=1), 403, "not-allowed", rule="board.jurisdiction")


async def test_given_a_duty_met_when_an_auditor_asks_why_then_both_ends_name_each_other(people: People) -> None:
    hazard = await people.reported()
    reported = await people.head()
    officer, auditor = await people.one(Role.ENTERPRISE_OFFICER), await people.one(Role.AUDITOR)
    met = (await officer.do(f"{hazard}/self-inspection", {"grade": "general", "cause": "磨损"}, 1))["position"]

    causes = (await auditor.see(f"events/{met}/causes"))["causes"]
    effects = (await auditor.see(f"events/{reported}/causes"))["effects"]

    link = ("duty_met", "self_inspection")
    assert [(one["position"], one["relation"], one["duty"]) for one in causes] == [(reported, *link)]
    assert [(one["position"], one["relation"], one["duty"]) for one in effects] == [(met, *link)]


async def test_given_no_such_event_then_there_is_nothing_to_explain(people: People) -> None:
    await people.reported()
    auditor = await people.one(Role.AUDITOR)
    refused(await auditor.get("events/999/causes"), 404, "unknown", rule="event.unknown")
    for odd in ("0", "-1", "first", str(2**63)):
        refused(await auditor.get(f"events/{odd}/causes"), 422, "invalid-input", field="position")
    for position in range(1, await people.head() + 1):
        assert (await auditor.see(f"events/{position}/causes"))["event"]["position"] == position


async def test_given_the_examples_of_the_openapi_document_then_each_question_is_answered(people: People) -> None:
    hazard = await people.reported(occurred_at="2026-01-05T08:00:00+08:00")
    auditor = await people.one(Role.AUDITOR)
    paths = (await people.client.get("/openapi.json")).json()["paths"]
    asked = {
        "/v1/{j}/findings": "findings",
        "/v1/{j}/events/{position}/causes": "events/1/causes",
        "/v1/{j}/board/diff": "board/diff",
        "/v1/{j}/enterprises/{e}/board/diff": f"enterprises/{OURS}/board/diff",
    }
    for template, path in asked.items():
        parameters = paths[template]["get"]["parameters"]
        query = {one["name"]: one["schema"]["examples"][0] for one in parameters if "examples" in one["schema"]}
        answer = await auditor.see(path, **query, min_position=await people.head())
        assert query or "position" in answer["event"]
    everything = await auditor.see(f"{hazard}/diff", **{"from": "2026-01-01T00:00:00+08:00", "clock": "occurred"})
    assert everything["before_version"] is None
