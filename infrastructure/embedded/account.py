"""Whom the server's processes run as: PostgreSQL refuses root.

As root they run as `nobody`: it exists on Debian and macOS, owns no files, and adds no account to the machine. (A bare
numeric user id will not do: initdb wants its name.) The data folder stays where the operator put it, below closed
folders if need be: the server is handed the open folder, as /proc/self/fd/N, so none has to be opened to the world.
"""

import os
import pwd
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infrastructure.embedded.errors import EmbeddedPostgresError

ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath, "TZ": "UTC"}
"""All that a server process inherits: no PG* variable of the caller's reaches it, and macOS wants LC_ALL to be set."""


@dataclass(frozen=True)
class Account:
    """The user the server runs as; both ids are None for the user we are."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def of_this_process(cls) -> "Account":
        """Ourselves, or `nobody` if we are root."""
        if os.geteuid() != 0:
            return cls()
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError as error:
            message = "PostgreSQL refuses root, and there is no account `nobody`: start hazardloop as an ordinary user"
            raise EmbeddedPostgresError(message) from error
        return cls(nobody.pw_uid, nobody.pw_gid)

    def options(self, extra_environment: Mapping[str, str] | None = None) -> dict[str, Any]:
        """How subprocess is to start a server process: as this account, files for it alone, spared by Ctrl-C."""
        environment = {**ENVIRONMENT, **(extra_environment or {})}
        options = {"cwd": "/", "env": environment, "start_new_session": True, "umask": 0o077}
        return options if self.uid is None else options | {"user": self.uid, "group": self.gid, "extra_groups": ()}

    def own(self, folder: Path) -> None:
        """Make a folder for this account alone, unless it is there."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)

    @contextmanager
    def reaching(self, folder: Path) -> Iterator[tuple[str, Sequence[int]]]:
        """The name by which a server process reaches the folder, and the descriptors to pass on to it."""
        if self.uid is None or not sys.platform.startswith("linux"):
            yield str(folder), ()
            return
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield f"/proc/self/fd/{descriptor}", (descriptor,)
        finally:
            os.close(descriptor)
