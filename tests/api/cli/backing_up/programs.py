"""Programs that stand in for pg_dump and pg_restore."""

from __future__ import annotations

from pathlib import Path

import psycopg


def stand_in(folder: Path, does: str, major: int) -> Path:
    """A folder of programs that do this instead."""
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        version = f'[ "$1" = --version ] && {{ echo "pg_dump (PostgreSQL) {major}"; exit; }}'
        (folder / name).write_text(f"#!/bin/sh\n{version}\n{does}\n")
        (folder / name).chmod(0o755)
    return folder


def major_of(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.info.server_version // 10000
