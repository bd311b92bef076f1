"""Benchmarks: what machine it was, and which versions of what."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from benchmarks.stand import Stand

PACKAGES = ("eventsourcing", "fastapi", "pydantic", "psycopg", "uvicorn", "uvloop", "httptools", "sqlalchemy")


def described(stand: Stand) -> Sequence[str]:
    """A line on each."""
    server = stand.superuser.info.parameter_status("server_version")
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return [
        f"{len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores, {_processor()}",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, PostgreSQL {server}",
        packages,
        "sizes: " + ", ".join(f"{name.replace('_', ' ')} {size}" for name, size in asdict(stand.sizes).items()),
    ]


def _processor() -> str:
    """The model of the processor, as the system calls it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
