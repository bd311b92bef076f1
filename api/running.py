"""API: the running product: the service the HTTP API asks for, and what the command line asks for beyond it.

Built by api/wiring.py; nothing here knows what anything is made of.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from structlog.contextvars import bind_contextvars

from api.importing_beside import ImportsBeside
from api.service import CommandKeys
from application.auditing import RawLog
from application.importing.jobs import JobStore
from application.jurisdiction import Jurisdiction
from application.log import Unavailable
from application.ports import Chance, Clock
from application.projecting import Projector
from application.queue import Queues
from application.watching import Watching
from domain.actors import Actor
from domain.refusals import CONTRACT, Rule, Unknown

NO_JURISDICTION = Rule("jurisdiction.unknown", "this jurisdiction is not served here", CONTRACT)

STOP_SECONDS = 5
"""How long a batch or a pass that has begun may take after the process was asked to stop."""

BEHIND_SECONDS = 5
"""How often a schema that is behind is looked at again, and how long its callers are told to wait."""

logger = logging.getLogger(__name__)


class CannotRun(Exception):
    """The product can't start or do this here; the message is a sentence for whoever asked."""


class Schemas(Protocol):
    """The schemas of a database, one a jurisdiction."""

    async def current(self, codes: Collection[str]) -> Collection[str]:
        """Those whose schema has all that this release needs. Asks the database in any case. Raises Unavailable."""

    async def absent(self, codes: Sequence[str]) -> Sequence[str]:
        """Those that have no schema yet, in the order given. Raises Unavailable."""

    async def migrate(self, code: str) -> None:
        """Bring a schema up to date, or make it. Raises CannotRun."""


@dataclass(frozen=True, slots=True)
class Place:
    """A jurisdiction with what works for it behind the scenes."""

    jurisdiction: Jurisdiction
    projector: Projector
    watching: Watching
    raw_log: RawLog
    queues: Queues
    jobs: JobStore
    first_token: Callable[[Actor], Awaitable[str | None]]
    tidy: Sequence[Callable[[], None]]
    """What clears up after processes that were killed."""


class Running:
    """Implements api.service.Service. `own_database`: nobody but this product's processes uses the server."""

    def __init__(
        self,
        places: Mapping[str, Place],
        schemas: Schemas,
        clock: Clock,
        chance: Chance,
        command_keys: CommandKeys,
        stopping: asyncio.Event,
        import_beside: Callable[[str, UUID], Awaitable[int]],
        check_mapping: Callable[[bytes], object],
        *,
        own_database: bool,
    ) -> None:
        self.clock = clock
        self.chance = chance
        self.command_keys = command_keys
        self.stopping = stopping
        self._places = places
        self._schemas = schemas
        self._own_database = own_database
        self._check_mapping = check_mapping
        self._imports_beside = ImportsBeside(import_beside, stopping)
        self._current: set[str] = set()

    def jurisdiction(self, code: str) -> Jurisdiction:
        """The jurisdiction of a code; no I/O. Raises Unknown, or Unavailable where its schema is behind."""
        place = self._places.get(code)
        if place is None:
            raise Unknown(NO_JURISDICTION)
        if code not in self._current:
            raise Unavailable(BEHIND_SECONDS)
        return place.jurisdiction

    def jurisdictions(self) -> Sequence[str]:
        """The codes of those that are served and whose schema is current."""
        return [code for code in self._places if code in self._current]

    def projector(self, code: str) -> Projector:
        """Who keeps up the views of a jurisdiction, and builds them anew."""
        return self._places[code].projector

    def raw_log(self, code: str) -> RawLog:
        """The log of a jurisdiction, byte by byte."""
        return self._places[code].raw_log

    def queues(self, code: str) -> Queues:
        """Who is at the log of a jurisdiction, and who waits for it."""
        return self._places[code].queues

    def jobs(self, code: str) -> JobStore:
        """The import jobs of a jurisdiction."""
        return self._places[code].jobs

    def check_mapping(self, content: bytes) -> None:
        """Look whether an import could go by this mapping. Raises BadMapping."""
        self._check_mapping(content)

    def work_on_import(self, code: str, id: UUID) -> None:
        """Let a process of its own do what was asked of an import. Returns at once."""
        self._imports_beside.begin(code, id)

    @asynccontextmanager
    async def importing(self) -> AsyncIterator[None]:
        """What was asked of imports is done while the context lasts, what was left undone first."""
        for code, place in self._places.items():
            for id in await asyncio.to_thread(place.jobs.unfinished):
                self.work_on_import(code, id)
        try:
            yield
        finally:
            await self._imports_beside.end()

    async def first_token(self, code: str, actor: Actor) -> str | None:
        """A token for the actor if the jurisdiction has never had any."""
        return await self._places[code].first_token(actor)

    async def database_ready(self) -> bool:
        """Whether the database answers and the schema of every jurisdiction served is current. Never raises."""
        try:
            await self.look_at_schemas()
        except Unavailable:
            return False
        return len(self._current) == len(self._places)

    async def look_at_schemas(self) -> None:
        """Find out which schemas are current; what was current once stays so. Raises Unavailable."""
        self._current.update(await self._schemas.current(self._behind()))

    async def migrate(self, codes: Sequence[str]) -> None:
        """Bring these jurisdictions' schemas up to date, one after the other. Raises CannotRun, Unavailable.

        A new one gets its empty views at once, so that nobody is answered 503 who comes before its worker.
        """
        absent = await self._schemas.absent(codes)
        for code in codes:
            await self._schemas.migrate(code)
        await self.look_at_schemas()
        for code in absent:
            await self._places[code].projector.catch_up()

    async def prepare(self) -> None:
        """Before serving: make the schemas there are none of yet; in a database of its own update the others too.

        On a server of the operator's, a schema that is behind waits for `hazardloop migrate`.
        """
        for place in self._places.values():
            for tidy in place.tidy:
                await asyncio.to_thread(tidy)
        await self.look_at_schemas()
        behind = self._behind()
        await self.migrate(behind if self._own_database else await self._schemas.absent(behind))
        for code in self._behind():
            logger.warning("the schema of %s is behind: it answers 503 until `hazardloop migrate` has run", code)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Views, clock and tree are kept up while the context lasts; a batch that has begun is brought to its end."""
        enough = asyncio.Event()
        workers = [asyncio.create_task(self._work(code, enough), name=f"work for {code}") for code in self._places]
        try:
            yield
        finally:
            enough.set()
            _, late = await asyncio.wait(workers, timeout=STOP_SECONDS)
            for worker in late:
                worker.cancel()
            await asyncio.wait(workers)

    async def _work(self, code: str, enough: asyncio.Event) -> None:
        bind_contextvars(jurisdiction=code)

        async def pause(seconds: float) -> None:
            with suppress(TimeoutError):
                await asyncio.wait_for(enough.wait(), seconds)

        while code not in self._current and not enough.is_set():
            await pause(BEHIND_SECONDS)
            await self.database_ready()
        place = self._places[code]
        sequencer = place.jurisdiction.sequencer
        await asyncio.gather(place.projector.run(enough), sequencer.run(enough), place.watching.run(enough, pause))

    def _behind(self) -> list[str]:
        return [code for code in self._places if code not in self._current]
