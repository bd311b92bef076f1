"""Given others act on the same thing at the same time, or claim a time ahead, when one acts, then it is not held up."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

from domain.actors import Actor, Role
from tests.api.people import OURS, THEIRS, People, Person, SetClock

REPORT = {"enterprise_uscc": OURS, "description": "安全出口被堵", "channel": "snap"}


async def test_given_a_report_claimed_minutes_ahead_when_others_act_now_then_nobody_has_to_wait(
    people: People, clock: SetClock
) -> None:
    await people.registered()
    worker, inspector = await people.one(Role.WORKER), await people.one(Role.UNION_INSPECTOR)
    ahead = (clock.now() + timedelta(minutes=4)).isoformat()
    hazard = f"hazards/{(await worker.do('hazards', REPORT | {'occurred_at': ahead}))['id']}"

    await inspector.do(f"{hazard}/workers-notice", {"channel": "meeting"})

    said = (await inspector.see(f"{hazard}/events"))["items"]
    assert said[1]["occurred_at"] == said[0]["occurred_at"]


async def test_given_many_act_on_one_hazard_without_a_version_then_each_is_taken(people: People) -> None:
    hazard = await people.reported()
    inspector = await people.one(Role.UNION_INSPECTOR)

    answers = await asyncio.gather(
        *(inspector.post(f"{hazard}/workers-notice", {"channel": "meeting"}) for _ in range(40))
    )

    assert sorted(answer.json().get("version", answer.text) for answer in answers) == list(range(2, 42))


async def test_given_a_report_when_repeated_in_another_role_or_with_a_version_then_answered_as_the_first_time(
    people: People,
) -> None:
    await people.registered()
    worker, key = await people.one(Role.WORKER), str(uuid4())
    first = await worker.post("hazards", REPORT, Idempotency_Key=key)
    moved = Actor(worker.actor.id, Role.WORKER, THEIRS)
    elsewhere = Person(worker.client, await people.service.jurisdiction("320583").tokens.create(moved), moved)

    again = await elsewhere.post("hazards", REPORT, Idempotency_Key=key)
    versioned = await worker.post("hazards", REPORT, 1, Idempotency_Key=key)

    assert first.status_code == again.status_code == versioned.status_code == 201
    assert first.json() == again.json() == versioned.json()
