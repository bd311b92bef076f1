"""API: the serving process. What it starts it stops, in order: server, workers, pool, embedded PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import socket
from collections.abc import Callable

import uvicorn

from api.app import create_app
from api.beside import until_input_ends, working_beside
from api.making_way import make_way
from api.running import CannotRun, Running
from api.settings import Settings, Worker
from api.stopping import stoppable
from api.traces import tracing
from api.wiring import running
from domain.actors import Actor, Role

GRACE_SECONDS = 5
"""How long requests that are being answered may take after the process was asked to stop."""

logger = logging.getLogger(__name__)


async def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; a second one does not wait for requests. `say` gets what a person should read.

    Raises CannotRun.
    """
    with contextlib.closing(_bound(settings)) as door, stoppable() as stopping:
        async with tracing(), running(settings, stopping) as service:
            await service.prepare()
            await _tell_first_tokens(service, say)
            if stopping.is_set():
                return
            async with contextlib.AsyncExitStack() as stack:
                if settings.worker is Worker.BESIDE:
                    await stack.enter_async_context(working_beside(stopping))
                elif settings.worker is Worker.INSIDE:
                    await stack.enter_async_context(service.working())
                await stack.enter_async_context(service.importing())
                server = _Server(service, _announcement(service, settings.host, door), say)
                # What is there from the start need not be looked through again and again; a request makes a few
                # hundred objects, and looking after each of them costs a twentieth of its time.
                gc.freeze()
                gc.set_threshold(20_000, 20, 20)
                await server.serve(sockets=[door])


async def work(settings: Settings, say: Callable[[str], None]) -> None:
    """Keep up views and clock until SIGINT or SIGTERM. Raises CannotRun."""
    with stoppable() as stopping:
        async with tracing(), running(settings, stopping) as service:
            await service.prepare()
            async with service.working():
                say(f"hazardloop works for {', '.join(settings.zones)}; Ctrl-C stops it")
                await stopping.wait()


async def work_beside(settings: Settings) -> None:
    """The same for a process that serves, until that one ends; what has to be prepared it has prepared."""
    make_way()
    with stoppable() as stopping:
        await until_input_ends(stopping)
        async with tracing(), running(settings, stopping) as service, service.working():
            await stopping.wait()


class _Server(uvicorn.Server):
    """uvicorn with the process's own handling of signals, on a socket that is bound already."""

    def __init__(self, service: Running, announcement: str, say: Callable[[str], None]) -> None:
        config = uvicorn.Config(
            create_app(service),
            loop="none",
            http="httptools",
            proxy_headers=False,  # nobody asks where a request came from
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,  # a query string may hold what somebody looked for
            server_header=False,
        )
        super().__init__(config)
        self._stopping = service.stopping
        self._announcement = announcement
        self._say = say

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        """None: `stoppable` has them."""
        return contextlib.nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, and only then say so."""
        await super().startup(sockets)
        self._say(self._announcement)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nobody any more, and return once everybody was answered or left alone."""
        patience = asyncio.get_running_loop().call_later(GRACE_SECONDS, self._leave)
        try:
            await super().shutdown(sockets)
        finally:
            patience.cancel()

    def _leave(self) -> None:
        """Close the connections first: uvicorn would answer 500 to whoever is cancelled."""
        tasks, connections = list(self.server_state.tasks), list(self.server_state.connections)
        logger.warning("requests not answered within %d s of being asked to stop: %d", GRACE_SECONDS, len(tasks))
        for connection in connections:
            connection.transport.abort()
        for task in tasks:
            task.cancel()

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to stop."""
        return self._stopping.is_set() or await super().on_tick(counter)


def _bound(settings: Settings) -> socket.socket:
    """The socket, taken before anything is started: a port in use is found out first."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        door = socket.socket(family, kind, protocol)
        try:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)
        except OSError:
            door.close()
            raise
    except OSError as error:
        raise CannotRun(
            f"{settings.host}:{settings.port} can't be listened on: {error.strerror}; "
            "HAZARDLOOP_HOST and HAZARDLOOP_PORT name another address"
        ) from None
    return door


def _announcement(service: Running, host: str, door: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{door.getsockname()[1]}"
    return f"hazardloop serves {', '.join(service.jurisdictions())} at {url} - API docs: {url}/docs - Ctrl-C stops it"


async def _tell_first_tokens(service: Running, say: Callable[[str], None]) -> None:
    for code in service.jurisdictions():
        token = await service.first_token(code, Actor(service.chance.id(), Role.ADMINISTRATOR))
        if token is not None:
            say(
                f"The first access token of {code}, as administrator. It is shown this once; "
                f"`hazardloop token create` makes others:\n\n    {token}\n"
            )
