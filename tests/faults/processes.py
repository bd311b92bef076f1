"""The product, or a variant of it that is broken on purpose, as a process that may be killed at any moment."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.faults.waiting import PATIENCE

ROOT = Path(__file__).parents[2]


@dataclass
class Running:
    """A process. What it writes to standard error goes to a file, so that it never waits for a reader."""

    process: Process
    errors: IO[bytes]

    async def says(self, words: str) -> str:
        """The line with these words, once it was said."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while words not in (line := (await self.process.stdout.readline()).decode()):
                assert line, f"it ended without saying {words!r}: {self.error()}"
        return line

    async def kill(self) -> None:
        """Kill -9, and reap."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        self.process.terminate()
        async with asyncio.timeout(PATIENCE):
            await self.process.wait()

    def error(self) -> str:
        """What it has written to standard error."""
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    @property
    def pid(self) -> int:
        return self.process.pid


@asynccontextmanager
async def started(settings: Mapping[str, str], *arguments: str, variant: str | None = None) -> AsyncIterator[Running]:
    """`hazardloop` with these arguments, in a variant of variants.py if one is named; killed at the end."""
    prepared = f"from tests.faults import variants; variants.{variant}(); " if variant else ""
    program = f"{prepared}from api.cli import main; main()"
    async with process(settings, "-c", program, *arguments) as running:
        yield running


@asynccontextmanager
async def process(settings: Mapping[str, str], *arguments: str) -> AsyncIterator[Running]:
    """Python with these arguments; killed at the end."""
    with tempfile.TemporaryFile() as errors:
        begun = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "error", *arguments, env=dict(settings), cwd=ROOT, stdout=PIPE, stderr=errors
        )
        running = Running(begun, errors)
        try:
            yield running
        finally:
            await running.kill()
            assert begun.stdout is not None
            await begun.stdout.read()


@asynccontextmanager
async def serving(settings: Mapping[str, str], variant: str | None = None) -> AsyncIterator[tuple[Running, str]]:
    """A server process and its address, once it serves."""
    async with started(settings, "serve", variant=variant) as running:
        found = re.search(r"http://\S+", await running.says("hazardloop serves "))
        assert found is not None
        yield running, found[0]


def resident_bytes(pid: int) -> int:
    """How much memory a process holds."""
    with os.popen(f"ps -o rss= -p {pid}") as said:
        return int(said.read()) * 1024
