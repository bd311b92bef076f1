"""Freezes a database as this commit makes it: `python -m tests.upgrading.freeze NAME BIN`, once for a release.

NAME.sql and NAME.jsonl are written beside this file: the database, as pg_dump puts it, and what was known of it.
BIN is a folder of PostgreSQL programs: those of the oldest PostgreSQL supported, so that every later one takes what
they wrote. What is frozen is never written again: later releases are to upgrade it as it is.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from api.settings import Settings
from api.wiring import running
from infrastructure.command_keys import SECRET_FILE
from infrastructure.embedded import EmbeddedPostgres
from infrastructure.log.batch import schema_of
from tests.api.people import SetClock
from tests.conftest import JURISDICTION
from tests.upgrading.frozen import HERE, Told
from tests.upgrading.story import tell

_OF_PG_DUMP = re.compile(r"--( (Name|Data for Name|Dumped|PostgreSQL database dump).*)?|\\.*")
"""Lines that are pg_dump's own: headings, and what only psql understands."""


def freeze(name: str, programs: Path) -> None:
    """Tell the story, and write down the database and what is known of it. Overwrites nothing."""
    sql, known = (HERE / f"{name}.{kind}" for kind in ("sql", "jsonl"))
    assert not sql.exists(), f"{name} is frozen already"
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder), bin_dir=programs) as postgres:
        told = asyncio.run(_told(Settings(database_url=postgres.url, home=Path(folder, "home"))))
        dump = [programs / "pg_dump", postgres.url, "--inserts", "--no-owner", "--schema", schema_of(JURISDICTION)]
        said = subprocess.run(dump, check=True, capture_output=True, text=True).stdout
    sql.write_text(_plain(said), encoding="utf-8")
    known.write_text(told.lines(), encoding="utf-8")


async def _told(settings: Settings) -> Told:
    clock = SetClock()
    async with running(settings, clock=clock) as service:
        await service.prepare()
        return await tell(service, clock, (settings.home / SECRET_FILE).read_bytes())


def _plain(dump: str) -> str:
    """Without headings, and without the blank lines around them."""
    kept = "\n".join(line for line in dump.splitlines() if not _OF_PG_DUMP.fullmatch(line))
    return re.sub(r"\n{3,}", "\n\n", kept).strip() + "\n"


if __name__ == "__main__":
    freeze(sys.argv[1], Path(sys.argv[2]))
