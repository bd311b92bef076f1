"""Infrastructure: pg_dump and pg_restore, of the very version of the server they are used on.

pg_dump refuses a newer server, and what a newer pg_restore says an older server does not understand.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from application.backups import NoBackup
from infrastructure.embedded.binaries import INSIDE, wheel

SYSTEM = ("/usr/lib/postgresql/{}/bin", "/opt/homebrew/opt/postgresql@{}/bin", "/usr/local/opt/postgresql@{}/bin")
"""Where Debian and Homebrew keep each major version."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The client programs of one major version, and the database they are used on."""

    folder: Path
    url: str

    async def run(self, program: str, *arguments: str) -> None:
        """Run one to its end; whoever is cancelled meanwhile leaves none behind. Raises NoBackup.

        A password is handed over where no other user of the machine sees it.
        """
        parts: dict[str, Any] = conninfo_to_dict(self.url)
        secret = {"PGPASSWORD": str(parts.pop("password"))} if "password" in parts else {}
        address = make_conninfo(**{"application_name": f"hazardloop {program}"} | parts)
        process = await asyncio.create_subprocess_exec(
            self.folder / program,
            f"--dbname={address}",
            "--no-password",
            *arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **secret, "LC_ALL": "C"},
            umask=0o077,
            start_new_session=True,  # Ctrl-C is ours to pass on
        )
        try:
            _, said = await process.communicate()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        if process.returncode:
            # The first line alone: those behind it may repeat a row.
            first = said.decode(errors="replace").strip().partition("\n")[0]
            raise NoBackup(first or f"{program} ended with {process.returncode}")


def client_programs(major: int, url: str, named: Path | None) -> Programs:
    """The programs of a major version: in the folder named, the wheel, where systems keep them. Raises NoBackup."""
    for folder in _folders(major, named):
        if _major(folder / "pg_dump") == major and (folder / "pg_restore").exists():
            return Programs(folder, url)
    raise NoBackup(
        f"the pg_dump and pg_restore of PostgreSQL {major} are needed: name their folder in HAZARDLOOP_POSTGRES_BIN"
    )


def _folders(major: int, named: Path | None) -> Iterator[Path]:
    if named is not None:
        yield named
    yield wheel() / INSIDE / "bin"
    yield from (Path(place.format(major)) for place in SYSTEM)
    if found := shutil.which("pg_dump"):
        yield Path(found).parent


def _major(program: Path) -> int | None:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else None
