"""Infrastructure: the half of its work that a server does for a process, made as nice as the process is.

A worker makes way for whoever waits for an answer (api/beside.py). Where the database is on its machine, that is
only half done while the database works on what it asks for as on everything else.
"""

from __future__ import annotations

import os
import socket
import struct
from contextlib import suppress

import psutil
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

_CREDENTIALS = struct.Struct("3i")  # process, user, group


async def as_nice_as_this(connection: AsyncConnection[TupleRow]) -> None:
    """Let the server's process behind a connection wait as long for a processor as this process does.

    Nothing becomes of it where the server is elsewhere, or its processes are another user's.
    """
    niceness = os.getpriority(os.PRIO_PROCESS, 0)
    if niceness > 0 and connection.info.host.startswith("/"):
        with suppress(OSError, psutil.Error):
            process = connection.info.backend_pid
            # In another container it may be the number of a process that is none of ours.
            if psutil.Process(process).ppid() == _listener(connection.fileno()):
                os.setpriority(os.PRIO_PROCESS, process, niceness)


def _listener(connected: int) -> int | None:
    """The process that listens at the other end of a socket of this machine; None where that can't be told."""
    asked = getattr(socket, "SO_PEERCRED", None)
    if asked is None:
        return None
    with socket.socket(fileno=os.dup(connected)) as end:
        process, _, _ = _CREDENTIALS.unpack(end.getsockopt(socket.SOL_SOCKET, asked, _CREDENTIALS.size))
    return int(process)
