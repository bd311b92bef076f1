"""Those who send requests while something fails, and the book they keep: what was asked, and what was answered.

Each request has an id of its own, sent as its correlation id: by it the log tells which event came of which request.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from uuid import UUID, uuid4

import httpx2

from api.settings import Settings
from api.wiring import running
from domain.actors import Actor, Role
from tests.conftest import JURISDICTION
from tests.faults.waiting import passed, until

V1 = f"/v1/{JURISDICTION}"
HAZARDS = f"{V1}/hazards"
REPORT = {"description": "安全出口被堵", "channel": "inspection"}
NOTICE = {"channel": "notice_board"}


@dataclass(frozen=True)
class Ask:
    """One request, however often it is sent."""

    path: str
    body: Mapping[str, object]
    id: UUID = field(default_factory=uuid4)
    version: int | None = None


@dataclass(frozen=True)
class Done:
    """The acknowledgement: what was written, and where."""

    stream_id: UUID
    version: int
    position: int


@dataclass
class Book:
    """What was asked, what was acknowledged, and which answers were not the same both times."""

    asked: dict[UUID, Ask] = field(default_factory=dict)
    done: dict[UUID, Done] = field(default_factory=dict)
    differing: set[UUID] = field(default_factory=set)

    def open(self) -> list[Ask]:
        """What was asked and is not acknowledged."""
        return [ask for id, ask in self.asked.items() if id not in self.done]

    def note(self, ask: Ask, done: Done) -> None:
        """An acknowledgement."""
        if self.done.setdefault(ask.id, done) != done:
            self.differing.add(ask.id)


@dataclass
class Asker:
    """Sends requests to one server process. Without `keyed` no Idempotency-Key goes with them."""

    client: httpx2.AsyncClient
    book: Book
    keyed: bool = True
    turned_away: int = 0
    """How often the answer was 503."""

    async def send(self, ask: Ask) -> httpx2.Response | None:
        """The answer; None where none came, or 503."""
        self.book.asked[ask.id] = ask
        headers = {"X-Correlation-Id": str(ask.id)}
        if self.keyed:
            headers["Idempotency-Key"] = str(ask.id)
        if ask.version is not None:
            headers["If-Match"] = f'"{ask.version}"'
        try:
            response = await self.client.post(ask.path, json=ask.body, headers=headers)
        except httpx2.TransportError:
            return None
        if response.status_code == 503:
            assert "retry-after" in response.headers
            self.turned_away += 1
            return None
        return response

    async def ask(self, ask: Ask) -> Done | None:
        """What was acknowledged; None where nothing was."""
        response = await self.send(ask)
        if response is None:
            return None
        assert response.status_code == 201, response.text
        said = json.loads(response.content)
        done = Done(UUID(said["id"]), said["version"], said["position"])
        self.book.note(ask, done)
        return done

    async def until_done(self, ask: Ask) -> Done:
        """Ask again and again until it is acknowledged."""

        async def acknowledged() -> bool:
            return await self.ask(ask) is not None

        await until(acknowledged)
        return self.book.done[ask.id]

    async def go_on(self, chance: Random, enough: asyncio.Event) -> None:
        """Report hazards and tell the workers of them, one request after the other, until it is enough."""
        while not enough.is_set():
            if (reported := await self.ask(Ask(HAZARDS, REPORT))) is None:
                continue
            for _ in range(chance.randrange(4)):
                await self.ask(Ask(f"{HAZARDS}/{reported.stream_id}/workers-notice", NOTICE))

    @asynccontextmanager
    async def many(self, chance: Random, writers: int = 8) -> AsyncIterator[None]:
        """So many of them go on while the context lasts. Entered in the middle of it, cold or in full swing."""
        swing = len(self.book.done) + chance.choice((0, 0, 10, 50))
        enough = asyncio.Event()
        going_on = {asyncio.create_task(self.go_on(chance, enough)) for _ in range(writers)}
        try:
            await until(lambda: len(self.book.done) >= swing)
            await passed(chance.uniform(0, 0.05))
            yield
        finally:
            enough.set()
            await asyncio.gather(*going_on)

    async def ask_again(self, chance: Random, most: int = 20) -> None:
        """Ask again whatever is open, and some of what is not: the answers must be the same."""
        answered = [self.book.asked[id] for id in self.book.done]
        await asyncio.gather(*map(self.until_done, self.book.open()))
        await asyncio.gather(*map(self.until_done, chance.sample(answered, min(most, len(answered)))))


async def token_of(settings: Mapping[str, str], role: Role = Role.UNION_INSPECTOR, uscc: str | None = None) -> str:
    """A new token, made as `hazardloop token create` makes it."""
    given = {name: settings.get(f"HAZARDLOOP_{name.upper()}") for name in ("home", "database_url", "postgres_bin")}
    async with running(Settings.model_validate(given)) as service:
        return await service.jurisdiction(JURISDICTION).tokens.create(Actor(uuid4(), role, uscc))


@asynccontextmanager
async def asking(address: str, token: str, book: Book, *, keyed: bool = True) -> AsyncIterator[Asker]:
    """Somebody with this token who asks the server at this address."""
    headers = {"Authorization": f"Bearer {token}"}
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx2.AsyncClient(base_url=address, headers=headers, timeout=30, limits=limits) as client:
        yield Asker(client, book, keyed)
