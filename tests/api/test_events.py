"""Given a log, when a program follows it, in pages or live, then it misses nothing and can go on where it was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from api.routes import events
from api.running import Running
from application.log import Unavailable
from domain.actors import Role
from tests.api.people import V1, People, Person, refused
from tests.conftest import JURISDICTION

PATIENCE = 20
"""Seconds after which a test gives up waiting for what should come at once."""


class Live:
    """A live stream as an EventSource reads it."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self.lines = response.aiter_lines()

    async def block(self) -> list[str]:
        """The next block; empty at the end."""
        found: list[str] = []
        async with asyncio.timeout(PATIENCE):
            async for line in self.lines:
                if not line:
                    return found
                found.append(line)
        return found

    async def event(self) -> tuple[int, dict[str, Any]]:
        """The next event's id and data."""
        while block := await self.block():
            fields = dict(line.split(": ", 1) for line in block)
            if "id" in fields:
                return int(fields["id"]), json.loads(fields["data"])
        raise EOFError

    async def ended(self) -> bool:
        """Whether nothing but keep-alives comes before the end."""
        while block := await self.block():
            if any(line.startswith("id:") for line in block):
                return False
        return True


@asynccontextmanager
async def live(person: Person, last: str | None = None, **query: Any) -> AsyncIterator[Live]:
    headers = {"Authorization": f"Bearer {person.token}"} | ({} if last is None else {"Last-Event-ID": last})
    async with person.client.stream("GET", f"{V1}/events/stream", params=query, headers=headers) as response:
        assert response.status_code == 200
        yield Live(response)


async def test_the_log_is_read_page_by_page_without_a_gap(people: People) -> None:
    for number in range(3):
        await people.reported(description=f"{number}")
    auditor = await people.one(Role.AUDITOR)

    first = await auditor.see("events", limit=3)
    rest = await auditor.see("events", after=first["position"], limit=3)
    end = await auditor.see("events", after=rest["position"])

    assert [event["position"] for event in first["items"] + rest["items"]] == [1, 2, 3, 4]
    assert (first["position"], rest["position"], end) == (3, 4, {"items": [], "position": 4})


async def test_an_event_is_given_as_it_lies_in_the_log(service: Running, people: People) -> None:
    await people.reported(description="二车间安全出口")
    (recorded,) = await service.jurisdiction(JURISDICTION).log.read_after(1, 1)

    answer = await (await people.one(Role.AUDITOR)).get("events", after=1)
    (event,) = answer.json()["items"]

    assert recorded.state in answer.content
    assert (event["name"], event["version"], event["stream_id"]) == ("hazard.reported.v1", 1, str(recorded.stream_id))
    assert event["state"]["by"]["role"] == "worker"
    assert "二车间" not in answer.text


async def test_the_stream_gives_what_was_and_then_what_comes(people: People) -> None:
    await people.reported()
    async with live(await people.one(Role.AUDITOR)) as stream:
        was = [await stream.event() for _ in range(2)]
        await people.reported(description="另一处")
        position, event = await stream.event()

    assert [position for position, _ in was] == [1, 2]
    assert (position, event["position"], event["name"]) == (3, 3, "hazard.reported.v1")
    assert stream.response.headers["content-type"].startswith("text/event-stream")


async def test_a_stream_goes_on_after_the_last_event_seen(people: People) -> None:
    for number in range(3):
        await people.reported(description=f"{number}")
    auditor = await people.one(Role.AUDITOR)

    async with live(auditor, "3", after=1) as stream:
        assert (await stream.event())[0] == 4
    async with live(auditor, after=2) as stream:
        assert (await stream.event())[0] == 3


async def test_a_last_event_that_is_no_position_is_refused(people: People, subtests: pytest.Subtests) -> None:
    auditor = await people.one(Role.AUDITOR)

    for given in ("x", "-1", "1.5", str(2**63), "1 2"):
        with subtests.test(given):
            answer = await auditor.get("events/stream", {"Last-Event-ID": given})

            refused(answer, 422, "invalid-input", field="Last-Event-ID", rule="last_event_id.form")


async def test_an_idle_stream_is_kept_alive(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "KEEP_ALIVE_SECONDS", 0.01)
    async with live(await people.one(Role.AUDITOR)) as stream:
        assert (await stream.block())[0].startswith("retry: ")
        assert await stream.block() == [": ping"]


async def test_a_stream_ends_when_the_process_is_asked_to_stop(service: Running, people: People) -> None:
    await people.reported()
    async with live(await people.one(Role.AUDITOR), after=1) as stream:
        await stream.event()
        service.stopping.set()
        assert await stream.ended()


async def test_a_stream_ends_when_its_token_is_revoked(service: Running, people: People) -> None:
    auditor, tokens = await people.one(Role.AUDITOR), service.jurisdiction(JURISDICTION).tokens
    (record,) = [record for record in await tokens.all() if record.actor == auditor.actor]
    async with live(auditor) as stream:
        await tokens.revoke(record.id)
        await people.reported()
        while True:
            try:
                await stream.event()
            except EOFError:
                break


async def test_a_stream_whose_token_can_not_be_looked_up_ends_without_an_error(
    service: Running, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(token: str) -> None:
        raise Unavailable

    monkeypatch.setattr(events, "KEEP_ALIVE_SECONDS", 0.01)
    async with live(await people.one(Role.AUDITOR)) as stream:
        assert (await stream.block())[0].startswith("retry: ")
        monkeypatch.setattr(service.jurisdiction(JURISDICTION).tokens, "actor_of", away)
        assert await stream.ended()


async def test_many_idle_streams_hold_no_connection(people: People) -> None:
    auditor = await people.one(Role.AUDITOR)
    streams = [live(auditor) for _ in range(30)]
    opened = [await stream.__aenter__() for stream in streams]
    try:
        hazard = await people.reported()
        assert {(await stream.event())[0] for stream in opened} == {1}
        assert (await auditor.see(hazard))["stage"] == "reported"
    finally:
        for stream in streams:
            await stream.__aexit__(None, None, None)
