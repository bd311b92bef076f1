"""One PostgreSQL server for one home folder, shared by every client process that names it.

A client holds a shared lock for as long as it lives; whoever leaves and then holds it alone stops the server. A client
that was killed leaves a running server behind, which the next one takes over; a killed server is started again.
"""

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from infrastructure.embedded import locks
from infrastructure.embedded.account import Account
from infrastructure.embedded.binaries import find_programs
from infrastructure.embedded.cluster import SERVICE, make_cluster
from infrastructure.embedded.entrance import PORT, Entrance
from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.memory import shared_buffers

CRASH_SECONDS = 10.0
"""How long the remains of a killed server may take to vanish."""

RECOVERY_SECONDS = 600.0
"""How long a living server may take to become ready: after a crash it first replays its write-ahead log."""

SHUTDOWN_SECONDS = 60.0
"""How long a server may take to write everything out before it is stopped at once, to recover at its next start."""

LOG_BYTES = 8 * 1024 * 1024

PID, STATUS = 0, 7
"""Lines of postmaster.pid."""

NOT_DURABLE = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")


class EmbeddedPostgres:
    """A client's hold on the server of a home folder; a context manager, or `start` and `stop`.

    `home` is made if it is missing; all of the server lies in `home/postgres`. `bin_dir` is a folder of PostgreSQL
    programs (15 or newer), the wheel's without it. `durable=False` trades safety from power cuts for speed, for tests,
    if this client is the one to start the server. What fails is an EmbeddedPostgresError: a sentence for the operator.
    """

    def __init__(self, home: Path, *, bin_dir: Path | None = None, durable: bool = True) -> None:
        self._folder = home.absolute() / "postgres"
        self._data = self._folder / "data"
        self._run = self._folder / "run"
        self._log = self._folder / "server.log"
        self._bin_dir = bin_dir
        self._durable = durable
        self._clients: int | None = None
        self._entrance: Entrance | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The service's database, as its own role: no superuser, but owner of the database."""
        return self.url_of(SERVICE)

    def url_of(self, database: str, user: str = SERVICE) -> str:
        """The address of any database and role of the running server, as libpq and psycopg read it."""
        if self._entrance is None:
            message = "the embedded PostgreSQL has not been started"
            raise EmbeddedPostgresError(message)
        return self._entrance.url(database, user)

    def start(self) -> None:
        """Return once the server is ready, whoever started it. Called again, it brings back a server that has died."""
        account = Account.of_this_process()
        self._folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder.mkdir(exist_ok=True, mode=0o700)
        if account.uid is not None:
            self._folder.chmod(0o711)  # the server enters from its data folder: ../run
        first = self._clients is None
        try:
            with locks.alone(self._folder / "transition.lock", RECOVERY_SECONDS):
                if self._clients is None:
                    self._clients = locks.opened(self._folder / "clients.lock")
                    locks.shared(self._clients)
                account.own(self._run)
                self._entrance = self._entrance or Entrance(self._run)
                self._bring_up(account, self._entrance)
        except BaseException:
            if first:  # else the next attempt may succeed, and the address stays what it is
                self.stop()
            raise

    def has_died(self) -> bool:
        """Whether no process of the server is left. Asks the server nothing, and does not wait."""
        lock = locks.opened(self._folder / "server.lock")
        try:
            return locks.try_exclusive(lock)
        finally:
            os.close(lock)

    def stop(self) -> None:
        """Let go of the server; the last client stops it and returns when none of its processes is left."""
        if self._clients is None:
            return
        try:
            with locks.alone(self._folder / "transition.lock", RECOVERY_SECONDS):
                if locks.try_exclusive(self._clients) and self._entrance is not None:
                    self._shut_down(self._entrance)
        finally:
            os.close(self._clients)
            self._clients = None
            if self._entrance is not None:
                self._entrance.close()
                self._entrance = None

    def _bring_up(self, account: Account, entrance: Entrance) -> None:
        began = time.monotonic()
        launched: subprocess.Popen[bytes] | None = None
        while not entrance.answers() or self._pid_file()[STATUS].strip() != "ready":
            waited = time.monotonic() - began
            if launched is not None and launched.poll() is not None:
                message = f"PostgreSQL did not start; the end of {self._log}:\n{self._end_of_log()}"
                raise EmbeddedPostgresError(message)
            if launched is None and not entrance.answers():
                launched = self._launch(account)
                if launched is None and waited > CRASH_SECONDS:
                    message = f"the remains of a killed server do not vanish from {self._data}; see {self._log}"
                    raise EmbeddedPostgresError(message)
            if waited > RECOVERY_SECONDS:
                message = f"PostgreSQL is still not ready after {waited:.0f} s; see {self._log}"
                raise EmbeddedPostgresError(message)
            time.sleep(locks.POLL_SECONDS)

    def _launch(self, account: Account) -> subprocess.Popen[bytes] | None:
        """A new server process, holding the server's lock; None while a process of an earlier server still holds it."""
        lock = locks.opened(self._folder / "server.lock")
        try:
            if not locks.try_exclusive(lock):
                return None
            programs = find_programs(account, self._bin_dir)
            make_cluster(self._data, programs, account, durable=self._durable)
            if self._log.exists() and self._log.stat().st_size > LOG_BYTES:
                self._log.replace(self._log.with_suffix(".log.1"))
            # The lock proves that the process in a stale postmaster.pid is a zombie or a stranger. PostgreSQL would
            # refuse to start beside it, unless told that it is the grandparent.
            environment = {"PG_GRANDPARENT_PID": self._pid_file()[PID]}
            command: list[str | Path] = [programs.bin_dir / "postgres", "-c", "listen_addresses=", "-p", str(PORT)]
            command += ["-c", "unix_socket_directories=../run", "-c", "unix_socket_permissions=0700"]
            command += ["-c", f"shared_buffers={shared_buffers()}MB"]
            with account.reaching(self._data) as (place, descriptors), self._open_log() as log:
                process = subprocess.Popen(
                    [*command, "-D", place, *(() if self._durable else NOT_DURABLE)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(*descriptors, lock),
                    **account.options(environment),
                )
        finally:
            os.close(lock)
        threading.Thread(target=process.wait, name="embedded-postgres", daemon=True).start()  # leaves no zombie
        return process

    def _shut_down(self, entrance: Entrance) -> None:
        """Ask the server to stop, later order it to; return when the last of its processes has let go of the lock."""
        began = time.monotonic()
        asks = [(0.0, signal.SIGINT), (SHUTDOWN_SECONDS, signal.SIGQUIT)]
        lock = locks.opened(self._folder / "server.lock")
        try:
            while not locks.try_exclusive(lock):
                waited = time.monotonic() - began
                if asks and waited >= asks[0][0] and entrance.answers():
                    with suppress(ProcessLookupError):
                        os.kill(int(self._pid_file()[PID]), asks.pop(0)[1])
                if waited > SHUTDOWN_SECONDS + CRASH_SECONDS:
                    message = f"PostgreSQL has not stopped after {waited:.0f} s; see {self._log}"
                    raise EmbeddedPostgresError(message)
                time.sleep(locks.POLL_SECONDS)
        finally:
            os.close(lock)

    def _pid_file(self) -> list[str]:
        """The lines of postmaster.pid, made up to eight; while a server answers they are its own."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            lines = []
        return lines + [""] * (STATUS + 1 - len(lines))

    def _open_log(self) -> BinaryIO:
        """The log to append to, for its owner alone: refused statements are written there with what they contain."""
        return os.fdopen(os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab")

    def _end_of_log(self) -> str:
        return self._log.read_text(errors="replace")[-2000:].strip()
