"""Benchmarks: the load generator, in a process of its own so that it takes nothing from whoever is measured.

Raw requests go out over kept-open connections, the next one on each as soon as an answer is whole. Nothing is allocated
for a request but the parser's own; what it can do at most is measured against a server that only echoes, and told.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from multiprocessing import get_context
from typing import cast

import httptools
import uvloop

LONGEST_SECONDS = 600
"""After which requests that are still not answered are given up."""


def request(method: str, path: str, *, token: str = "", body: Mapping[str, object] | None = None) -> bytes:
    """A request as it goes over the wire."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


class Generator:
    """The process that sends."""

    def __init__(self, process: ProcessPoolExecutor) -> None:
        self._process = process

    def send(self, port: int, requests: Sequence[bytes], count: int, connections: int = 32) -> float:
        """Send so many requests, round and round; how many a second. Raises RuntimeError unless each succeeds."""
        return self._process.submit(_send, port, requests, count, connections).result()


@contextmanager
def generating() -> Iterator[Generator]:
    """The generator's process, while the context lasts."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        yield Generator(process)


def _send(port: int, requests: Sequence[bytes], count: int, connections: int) -> float:
    return uvloop.run(_drive(port, requests, count, connections))


async def _drive(port: int, requests: Sequence[bytes], count: int, connections: int) -> float:
    load = _Load(islice(cycle(requests), count), count)
    loop = asyncio.get_running_loop()
    opened = [await loop.create_connection(lambda: _Connection(load), "127.0.0.1", port) for _ in range(connections)]
    began = time.perf_counter()
    for _, connection in opened:
        connection.next()
    async with asyncio.timeout(LONGEST_SECONDS):
        await load.done
    seconds = time.perf_counter() - began
    for transport, _ in opened:
        transport.abort()
    return count / seconds


class _Load:
    """What is still to be sent, and how many answers are still to come."""

    def __init__(self, requests: Iterator[bytes], count: int) -> None:
        self.requests = requests
        self.missing = count
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def fail(self, what: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(what))

    def answered(self) -> None:
        self.missing -= 1
        if self.missing == 0 and not self.done.done():
            self.done.set_result(None)


class _Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._parser = httptools.HttpResponseParser(self)
        self._received = b""
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's own kind

    def next(self) -> None:
        """Send the next request, if there is one."""
        if (request := next(self._load.requests, None)) is not None:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received = data
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """The parser has seen a whole answer."""
        if (status := self._parser.get_status_code()) < 300:
            self._load.answered()
            self.next()
        else:
            self._load.fail(f"an answer was {status}: {self._received[-2000:].decode(errors='replace')}")

    def connection_lost(self, error: Exception | None) -> None:
        self._load.fail(f"the server closed a connection ({error})")
