"""Those who read the log while it is written, in pages or live, and what they have missed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2

from tests.faults.asking import V1, Book
from tests.faults.waiting import passed

Seen = tuple[Any, UUID]
"""The mark an event lies at (its position, its time), and the request it came of."""

Page = Callable[[Any], Awaitable[Sequence[Seen]]]
"""Reads what lies past a mark."""


@dataclass
class Follower:
    """What a reader has seen, in the order seen."""

    seen: list[Seen] = field(default_factory=list)

    async def turn(self, page: Page, first: Any = 0) -> bool:
        """Read the next page, from where it was; whether there was any."""
        found = await page(self.seen[-1][0] if self.seen else first)
        self.seen += found
        return bool(found)

    async def look(self, page: Page, first: Any = 0) -> None:
        """Read to the end, which comes once nobody writes."""
        while await self.turn(page, first):
            pass

    async def live(self, client: httpx2.AsyncClient) -> None:
        """Follow the live stream for ever; where it breaks off, go on behind the last event seen."""
        while True:
            with suppress(httpx2.TransportError):
                async with stream(client, self.seen[-1][0] if self.seen else 0) as response:
                    await self.read(response)
            await passed(0.1)

    async def read(self, response: httpx2.Response, most: int | None = None) -> None:
        """Read a live stream to its end, or until so many events were seen."""
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                event = json.loads(line.removeprefix("data: "))
                self.seen.append((event["position"], UUID(event["state"]["correlation_id"])))
                if len(self.seen) == most:
                    return

    def missed(self, book: Book) -> list[UUID]:
        """Requests that were acknowledged and whose event it has not seen."""
        requests = {request for _, request in self.seen}
        return [id for id in book.done if id not in requests]

    @property
    def in_order(self) -> bool:
        """Whether it has seen 1, 2, 3 …, each once."""
        return [mark for mark, _ in self.seen] == list(range(1, len(self.seen) + 1))


@asynccontextmanager
async def stream(client: httpx2.AsyncClient, after: int = 0) -> AsyncIterator[httpx2.Response]:
    """The live stream behind a position. It is read when the caller reads it: who does not makes the server wait."""
    headers = {"Last-Event-ID": str(after)}
    async with client.stream("GET", f"{V1}/events/stream", headers=headers, timeout=None) as response:
        assert response.status_code == 200
        yield response


@asynccontextmanager
async def followed_live(client: httpx2.AsyncClient) -> AsyncIterator[Follower]:
    """A follower of the live stream while the context lasts."""
    follower = Follower()
    following = asyncio.create_task(follower.live(client))
    try:
        yield follower
    finally:
        following.cancel()
        await asyncio.wait([following])


def pages(client: httpx2.AsyncClient, limit: int = 100) -> Page:
    """The log in pages, as the API gives it."""

    async def page(after: int) -> Sequence[Seen]:
        answer = await client.get(f"{V1}/events", params={"after": after, "limit": limit})
        assert answer.status_code == 200, answer.text
        return [(one["position"], UUID(one["state"]["correlation_id"])) for one in answer.json()["items"]]

    return page
