"""Given a decision taken on a version, or a request sent twice, when it arrives, then it is judged on what was seen."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from domain.actors import Role
from tests.api.people import OURS, People, refused

INSPECTED = {"grade": "general", "cause": "临时堆放"}


async def test_a_decision_that_replaces_something_says_which_version_it_was_taken_on(people: People) -> None:
    hazard = await people.reported()
    officer = await people.one(Role.ENTERPRISE_OFFICER)

    refused(await officer.post(f"{hazard}/self-inspection", INSPECTED), 428, "version-required", field="If-Match")
    refused(await officer.post(f"{hazard}/self-inspection", INSPECTED, 2), 412, "stale-version", field="If-Match")
    answer = await officer.post(f"{hazard}/self-inspection", INSPECTED, 1)

    assert (answer.status_code, answer.headers["etag"], answer.json()["version"]) == (201, '"2"', 2)


async def test_what_replaces_nothing_needs_no_version_but_keeps_to_one_that_is_named(people: People) -> None:
    hazard = await people.reported()
    officer = await people.one(Role.ENTERPRISE_OFFICER)

    refused(await officer.post(f"{hazard}/workers-notice", {"channel": "meeting"}, 9), 412, "stale-version")

    assert (await officer.do(f"{hazard}/workers-notice", {"channel": "meeting"}))["version"] == 2
    assert (await officer.do(f"{hazard}/workers-notice", {"channel": "meeting"}, 2))["version"] == 3


async def test_if_match_is_one_strong_etag(people: People, subtests: pytest.Subtests) -> None:
    hazard = await people.reported()
    officer = await people.one(Role.ENTERPRISE_OFFICER)

    for given in ("*", "1", 'W/"1"', '"1", "2"', '"one"', '""', "\"1'"):
        with subtests.test(given):
            answer = await officer.post(f"{hazard}/self-inspection", INSPECTED, If_Match=given)

            refused(answer, 422, "invalid-input", field="If-Match", rule="if_match.form")


async def test_what_is_created_has_no_version_to_match(people: People) -> None:
    worker = await people.one(Role.WORKER)

    answer = await worker.post("hazards", {"description": "x", "channel": "snap"}, 1)

    refused(answer, 412, "stale-version", field="If-Match")


async def test_a_repeated_request_is_answered_as_the_first_time(people: People) -> None:
    await people.registered()
    worker, key = await people.one(Role.WORKER), str(uuid4())
    body = {"enterprise_uscc": OURS, "description": "x", "channel": "snap"}

    first = await worker.post("hazards", body, Idempotency_Key=key)
    head = await people.head()
    second = await worker.post("hazards", body, Idempotency_Key=key)

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"]
    assert first.headers["etag"] == second.headers["etag"]
    assert await people.head() == head


async def test_a_repeated_move_is_answered_though_its_version_has_gone_by(people: People) -> None:
    hazard = await people.reported()
    officer, key = await people.one(Role.ENTERPRISE_OFFICER), "again"

    first = await officer.post(f"{hazard}/self-inspection", INSPECTED, 1, Idempotency_Key=key)
    await officer.do(f"{hazard}/workers-notice", {"channel": "meeting"})
    second = await officer.post(f"{hazard}/self-inspection", INSPECTED, 1, Idempotency_Key=key)

    assert first.status_code == second.status_code == 201
    assert first.content == second.content


async def test_a_key_used_for_another_body_is_refused(people: People) -> None:
    worker, key = await people.one(Role.WORKER), "once"
    await worker.post("hazards", {"description": "x", "channel": "snap"}, Idempotency_Key=key)
    head = await people.head()

    answer = await worker.post("hazards", {"description": "y", "channel": "snap"}, Idempotency_Key=key)

    refused(answer, 422, "key-reused", field="Idempotency-Key", rule="idempotency_key.reused")
    assert await people.head() == head


async def test_a_key_is_the_actors_own_and_the_paths(people: People) -> None:
    body, key = {"description": "x", "channel": "snap"}, "mine"
    one, other = await people.one(Role.WORKER), await people.one(Role.WORKER, number=2)

    answers = [await person.post("hazards", body, Idempotency_Key=key) for person in (one, other)]
    moved = await one.post(f"hazards/{answers[0].json()['id']}/reopening", {"reason": "x"}, Idempotency_Key=key)

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]
    refused(moved, 409, "wrong-stage")


async def test_a_refusal_is_not_kept_under_the_key(people: People) -> None:
    worker, key = await people.one(Role.WORKER), "retry"

    refused(await worker.post("hazards", {"channel": "snap"}, Idempotency_Key=key), 422, "rule-broken")

    assert (await worker.post("hazards", {"channel": "snap", "description": "x"}, Idempotency_Key=key)).is_success


async def test_a_key_that_can_not_be_kept_is_refused(people: People, subtests: pytest.Subtests) -> None:
    worker = await people.one(Role.WORKER)

    for key in ("", "x" * 201, "two words", "clé"):
        with subtests.test(key):
            answer = await worker.post("hazards", {"description": "x", "channel": "snap"}, Idempotency_Key=key)

            refused(answer, 422, "invalid-input", field="Idempotency-Key", rule="idempotency_key.form")


async def test_of_many_who_decide_on_the_same_version_one_does(people: People) -> None:
    hazard = await people.reported()
    officer = await people.one(Role.ENTERPRISE_OFFICER)

    answers = await asyncio.gather(*(officer.post(f"{hazard}/self-inspection", INSPECTED, 1) for _ in range(12)))

    assert sorted(answer.status_code for answer in answers) == [201] + [412] * 11


async def test_many_who_record_at_once_are_all_heard(people: People) -> None:
    hazard = await people.reported()
    officer = await people.one(Role.ENTERPRISE_OFFICER)

    notices = (officer.do(f"{hazard}/workers-notice", {"channel": "meeting"}) for _ in range(6))
    answers = await asyncio.gather(*notices)

    assert sorted(answer["version"] for answer in answers) == list(range(2, 8))


async def test_of_many_with_the_same_key_one_is_carried_out_and_all_hear_of_it(people: People) -> None:
    worker = await people.one(Role.WORKER)
    body = {"description": "x", "channel": "snap"}

    answers = await asyncio.gather(*(worker.post("hazards", body, Idempotency_Key="same") for _ in range(12)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await people.head() == 1
