"""The people of a jurisdiction, each with a token, speaking to a served API over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import httpx2
from fastapi import FastAPI

from api.app import create_app
from api.running import Running
from api.service import Service
from domain.actors import OF_AN_ENTERPRISE, Actor, Role
from domain.uscc import check_digit
from infrastructure.time_and_chance import SystemChance
from tests.conftest import JURISDICTION

OURS = "91320583MA1XTX001" + check_digit("91320583MA1XTX001")
THEIRS = "91320583MA1XTX002" + check_digit("91320583MA1XTX002")
V1 = f"/v1/{JURISDICTION}"

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday, 09:00 in Kunshan."""

PROBLEM = "application/problem+json"


@dataclass
class SetClock:
    """A clock that stands until it is set."""

    time: datetime = NOW

    def now(self) -> datetime:
        return self.time

    def later(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class Person:
    """Somebody with a token; paths are of the jurisdiction unless they begin with a slash."""

    client: httpx2.AsyncClient
    token: str
    actor: Actor
    code: str = JURISDICTION

    async def post(self, path: str, body: Any = None, version: int | None = None, **headers: str) -> httpx2.Response:
        """POST a body as JSON, decided on a version. Header names are written with underscores."""
        sent = self._headers(headers)
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        return await self.client.post(self._whole(path), json={} if body is None else body, headers=sent)

    async def post_bytes(self, path: str, body: Any, **headers: str) -> httpx2.Response:
        """POST bytes, or chunks without a Content-Length."""
        return await self.client.post(self._whole(path), content=body, headers=self._headers(headers))

    async def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> httpx2.Response:
        """GET with a query."""
        return await self.client.get(self._whole(path), params=query, headers=self._headers(headers or {}))

    async def do(self, path: str, body: Any = None, version: int | None = None) -> dict[str, Any]:
        """POST what is meant to succeed; the answer."""
        response = await self.post(path, body, version)
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def see(self, path: str, **query: Any) -> Any:
        """GET what is meant to be seen; the answer."""
        response = await self.get(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def _headers(self, more: dict[str, str]) -> dict[str, str | bytes]:
        named = {name.replace("_", "-"): value.encode("latin-1") for name, value in more.items()}
        return {"Authorization": f"Bearer {self.token}", **named}

    def _whole(self, path: str) -> str:
        return path if path.startswith("/") else f"/v1/{self.code}/{path}"


@dataclass
class People:
    """Makes people as they are needed; the same role of the same enterprise is the same person."""

    service: Running
    client: httpx2.AsyncClient
    code: str = JURISDICTION
    _known: dict[tuple[Role, str | None, int], Person] = field(default_factory=dict)

    async def one(self, role: Role, enterprise: str | None = None, number: int = 1) -> Person:
        """Somebody of a role; of ours, where the role is of an enterprise and none is said."""
        if role in OF_AN_ENTERPRISE:
            enterprise = enterprise or OURS
        if (role, enterprise, number) not in self._known:
            actor = Actor(self.service.chance.id(), role, enterprise)
            token = await self.service.jurisdiction(self.code).tokens.create(actor)
            self._known[role, enterprise, number] = Person(self.client, token, actor, self.code)
        return self._known[role, enterprise, number]

    async def registered(self, uscc: str = OURS) -> str:
        """An enterprise, registered if it was not."""
        inspector = await self.one(Role.UNION_INSPECTOR)
        response = await inspector.post("enterprises", {"uscc": uscc, "enterprise_name": "示例企业"})
        assert response.status_code in (201, 409), response.text
        return uscc

    async def reported(self, uscc: str = OURS, **more: Any) -> str:
        """The path of a hazard an enterprise's worker has reported."""
        await self.registered(uscc)
        worker = await self.one(Role.WORKER, uscc)
        body = {"enterprise_uscc": uscc, "description": "安全出口被堵塞", "channel": "snap"} | more
        return f"hazards/{(await worker.do('hazards', body))['id']}"

    async def file(self, content: bytes = b"a photo") -> str:
        """The name of a stored file."""
        inspector = await self.one(Role.UNION_INSPECTOR)
        response = await inspector.post_bytes("evidence", content)
        assert response.status_code == 201, response.text
        return str(response.json()["sha256"])

    async def head(self) -> int:
        """How far the log has come: refused is what leaves it where it was."""
        return await self.service.jurisdiction(self.code).log.head()


@dataclass
class _Unserved:
    """As much of a service as it takes to describe the API."""

    clock: SetClock = field(default_factory=SetClock)
    chance: SystemChance = field(default_factory=SystemChance)


def unserved() -> FastAPI:
    """The application with nothing behind it."""
    return create_app(cast(Service, _Unserved()))


def id_of(path: str) -> UUID:
    """The id in a hazard's path."""
    return UUID(path.rpartition("/")[2])


def refused(response: httpx2.Response, status: int, kind: str, **error: str) -> dict[str, Any]:
    """Check that this is a problem of a kind, naming the field and rule that are given; its body."""
    assert (response.status_code, response.headers["content-type"]) == (status, PROBLEM), response.text
    body: dict[str, Any] = response.json()
    assert body["type"] == f"urn:hazardloop:problem:{kind}"
    assert body["status"] == status
    assert body["title"]
    assert body["correlation_id"] == response.headers["x-correlation-id"]
    assert all(one["rule"] and one["says"] and one["source"] for one in body["errors"])
    named = [{name: one[name] for name in error} for one in body["errors"]]
    assert not error or error in named, body["errors"]
    return body
