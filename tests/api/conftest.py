"""The product served over HTTP, on a database of the test's own. Only the time is made up."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import uvicorn

from api.app import create_app
from api.running import Running
from api.settings import Settings
from api.wiring import running
from tests.api.people import People, SetClock


class _Server(uvicorn.Server):
    """uvicorn within a test: signals are the test runner's."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


@contextlib.asynccontextmanager
async def served(service: Running) -> AsyncIterator[str]:
    """The address of the service's API while it is served."""
    config = uvicorn.Config(create_app(service), log_config=None, access_log=False, lifespan="off", ws="none")
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as door:
        serving = asyncio.create_task(server.serve(sockets=[door]))
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            service.stopping.set()
            server.should_exit = True
            await serving


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def service(database_url: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Running]:
    """The product with its views and its clock at work."""
    settings = Settings(database_url=database_url, home=tmp_path)
    async with running(settings, clock=clock) as service, service.working(), service.importing():
        yield service


@pytest.fixture
async def client(service: Running) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the served API, without a token."""
    async with served(service) as address, httpx2.AsyncClient(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture
async def people(service: Running, client: httpx2.AsyncClient) -> People:
    return People(service, client)
