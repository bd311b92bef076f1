"""API: what most commands start with: the settings, the product wired up, and the jurisdiction meant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.cli.terminal import CommandFailed
from api.running import Running
from api.settings import Settings, load
from api.wiring import running
from application.jurisdiction import Jurisdiction


@asynccontextmanager
async def opened(given: str | None) -> AsyncIterator[tuple[Running, Jurisdiction]]:
    """The running product and one of its jurisdictions: the one named, or the first served."""
    settings = load()
    code = code_of(settings, given)
    async with running(settings) as service:
        if code not in service.jurisdictions():
            raise CommandFailed(f"the schema of {code} is behind: run `hazardloop migrate`, or `serve` once")
        yield service, service.jurisdiction(code)


def code_of(settings: Settings, given: str | None) -> str:
    """The jurisdiction meant: the one named, or the first one served."""
    codes = list(settings.zones)
    if given is None:
        return codes[0]
    if given not in codes:
        raise CommandFailed(f"HAZARDLOOP_JURISDICTIONS does not name {given!r}: it names {', '.join(codes)}")
    return given
