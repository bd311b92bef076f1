"""Benchmarks: the sequencer alone, in a process of its own as it is in service.

`python -m benchmarks.sequencer URL FOLDER` ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from api.beside import until_input_ends
from api.making_way import make_way
from benchmarks.ours import product
from benchmarks.town import CODE

WORKS = "works"


@contextmanager
def sequencing(url: str, folder: Path) -> Iterator[None]:
    """It signs what is appended while the context lasts."""
    arguments = [sys.executable, "-m", "benchmarks.sequencer", url, str(folder)]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if WORKS not in process.stdout.readline():
                raise RuntimeError("the sequencer does not start")
            yield
        finally:
            process.stdin.close()


async def _sign(url: str, folder: Path) -> None:
    make_way()
    stopping = asyncio.Event()
    await until_input_ends(stopping)
    async with product(url, folder) as service:
        print(WORKS, flush=True)
        await service.jurisdiction(CODE).sequencer.run(stopping)


if __name__ == "__main__":
    uvloop.run(_sign(sys.argv[1], Path(sys.argv[2])))
