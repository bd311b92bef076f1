"""The data folder of a server: made whole or not at all, with one database owned by a role that is no superuser.

Text is UTF-8 and characters are classified as C.UTF-8: with plain C, case and trigram functions are blind to Chinese.
Texts are still ordered by code point, so that no update of the operating system can disorder an index.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infrastructure.embedded.account import Account
from infrastructure.embedded.binaries import Programs
from infrastructure.embedded.errors import EmbeddedPostgresError

SUPERUSER = "postgres"
SERVICE = "hazardloop"
"""The name of the service's role and of its database."""

CHARACTERS = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"

OPENING = f"""CREATE ROLE {SERVICE} LOGIN;

CREATE DATABASE {SERVICE} OWNER {SERVICE};

"""


def make_cluster(data: Path, programs: Programs, account: Account, *, durable: bool) -> None:
    """Make the data folder unless it is there; EmbeddedPostgresError if another major version of PostgreSQL made it."""
    if data.exists():
        made_by = (data / "PG_VERSION").read_text().strip()
        if made_by != programs.major:
            message = (
                f"{data} was made by PostgreSQL {made_by}; the programs in {programs.bin_dir} are {programs.major}"
            )
            raise EmbeddedPostgresError(message)
        return
    unfinished = data.with_name(f"{data.name}.unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    account.own(unfinished)
    with account.reaching(unfinished) as (place, descriptors):
        options = account.options() | {"pass_fds": descriptors}
        kind = ["--encoding", "UTF8", "--locale", "C", "--lc-ctype", CHARACTERS, "--data-checksums"]
        access = ["--username", SUPERUSER, "--auth-local", "trust", "--auth-host", "reject"]
        _run(programs, ["initdb", "-D", place, "--no-sync", "--no-instructions", *kind, *access], "", options)
        alone = ["postgres", "--single", "-D", place, "-c", "fsync=off", "-c", "exit_on_error=on", "-j", "postgres"]
        _run(programs, alone, OPENING, options)
        if durable:
            _run(programs, ["initdb", "-D", place, "--sync-only"], "", options)
    unfinished.rename(data)
    _write_out(data.parent)


def _run(programs: Programs, command: Sequence[str], text: str, options: dict[str, Any]) -> None:
    program = str(programs.bin_dir / command[0])
    answer = subprocess.run([program, *command[1:]], input=text, capture_output=True, text=True, check=False, **options)
    if answer.returncode != 0:
        message = f"{command[0]} could not make the data folder: {answer.stderr.strip() or answer.stdout.strip()}"
        raise EmbeddedPostgresError(message)


def _write_out(folder: Path) -> None:
    """Bring the folder's entries to the disk: a rename lost in a power cut would lose rows acknowledged since."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
