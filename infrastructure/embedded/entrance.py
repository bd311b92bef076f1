"""The way in: a unix socket only its owner can reach, by a name short enough for the kernel.

The server binds to `../run` as seen from its data folder, so only the clients' name can be too long. Then they take a
short link in a folder of their own below /tmp.
"""

import fcntl
import os
import socket
import struct
import tempfile
from pathlib import Path
from urllib.parse import quote

PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"
LONGEST = 103
"""Bytes of the longest socket path macOS takes; Linux takes 107."""

ANSWER_SECONDS = 1.0
SSL_REQUEST = struct.pack("!II", 8, 80877103)
"""The one message a server answers whatever state it is in (PostgreSQL, Frontend/Backend Protocol, SSLRequest)."""


class Entrance:
    """The folder of the socket as this client names it, from now until closed."""

    def __init__(self, run: Path) -> None:
        self.folder = run
        self._link: tempfile.TemporaryDirectory[str] | None = None
        if len(os.fsencode(run / SOCKET)) <= LONGEST:
            return
        self._link = tempfile.TemporaryDirectory(prefix="hazardloop-", dir="/tmp")
        self._held = os.open(self._link.name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(self._held, fcntl.LOCK_SH)  # a locked folder is spared by the cleaners of /tmp
        self.folder = Path(self._link.name, "run")
        self.folder.symlink_to(run)

    def close(self) -> None:
        """Remove the link, if there is one."""
        if self._link is not None:
            os.close(self._held)
            self._link.cleanup()
            self._link = None

    def answers(self) -> bool:
        """Whether a living server is behind the socket. The kernel lets us connect to one being killed, too."""
        with socket.socket(socket.AF_UNIX) as question:
            question.settimeout(ANSWER_SECONDS)
            try:
                question.connect(str(self.folder / SOCKET))
                question.sendall(SSL_REQUEST)
                return question.recv(1) != b""
            except OSError:
                return False

    def url(self, database: str, user: str) -> str:
        """The database's address as libpq and psycopg read it."""
        host = quote(str(self.folder), safe="")
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={host}&port={PORT}"
