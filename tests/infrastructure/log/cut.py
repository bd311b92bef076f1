"""A way to the database that can be cut after the server has done what it was asked and before it can say so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class CutProxy:
    """Listens on 127.0.0.1. While `armed`, a reply that holds these bytes is swallowed and its connection cut."""

    def __init__(self, url: str) -> None:
        self._target = conninfo_to_dict(url)
        self._server: asyncio.Server | None = None
        self._carried: set[asyncio.Task[None]] = set()
        self.armed: list[bytes] = []
        self.cuts = 0

    @property
    def url(self) -> str:
        """The database's address by way of this proxy."""
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return make_conninfo(**{**self._target, "host": "127.0.0.1", "port": port, "sslmode": "disable"})

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["CutProxy"]:
        """Carry connections until the context ends."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        try:
            yield self
        finally:
            self._server.close()
            # They end with the connections of whoever used them.
            await asyncio.wait_for(asyncio.gather(*self._carried), timeout=10)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._carried.add(asyncio.create_task(self._carry(reader, writer)))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = str(self._target["host"]), int(str(self._target.get("port", 5432)))
        if host.startswith("/"):
            server_reader, server_writer = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            server_reader, server_writer = await asyncio.open_connection(host, port)
        pumps = [
            asyncio.create_task(self._pump(reader, server_writer, replies=False)),
            asyncio.create_task(self._pump(server_reader, writer, replies=True)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for end in (writer, server_writer):
                end.close()
                with suppress(ConnectionError):
                    await end.wait_closed()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, replies: bool) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if replies and self.armed and self.armed[0] in data:
                    del self.armed[0]
                    self.cuts += 1
                    return
                writer.write(data)
                await writer.drain()
