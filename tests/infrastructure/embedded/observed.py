"""What can be seen of an embedded server from outside."""

import os
from pathlib import Path

import psycopg

from infrastructure.embedded import locks


def postmaster_pid(home: Path) -> int:
    """The process id the server has written down; FileNotFoundError if it has stopped in good order."""
    return int((home / "postgres/data/postmaster.pid").read_text().split()[0])


def nothing_runs(home: Path) -> bool:
    """Whether no process of the home's server is left."""
    descriptor = locks.opened(home / "postgres/server.lock")
    try:
        return locks.try_exclusive(descriptor)
    finally:
        os.close(descriptor)


def remember(url: str, text: str) -> None:
    """Write a row, acknowledged on return."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS remembered (text text)")
        connection.execute("INSERT INTO remembered VALUES (%s)", [text])


def remembered(url: str) -> list[str]:
    """All rows written so far."""
    with psycopg.connect(url) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM remembered")]
