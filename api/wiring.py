"""API: the wiring, the one module that knows infrastructure. `running` builds the product and takes it down again.

All jurisdictions of a process share one bounded pool and one LISTEN. An idle one holds no connection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

import psycopg

from api.settings import Settings
from application.auditing import RawEvent, RawLog
from application.commands import Commands
from application.importing.files import ImportFiles
from application.jurisdiction import Jurisdiction
from application.log import Unavailable, Unreadable
from application.ports import Chance, Clock
from application.projecting import Projector
from application.watching import Watching
from domain.actors import Actor
from domain.catalogue import CATALOGUE
from domain.event import DomainEvent
from domain.refusals import CONTRACT, Rule, Unknown
from infrastructure.command_keys import BadSecret, KeyedCommandKeys, kept_secret
from infrastructure.connected import connected
from infrastructure.embedded import EmbeddedPostgres, EmbeddedPostgresError
from infrastructure.evidence import EvidenceFolder
from infrastructure.importing.files import Files
from infrastructure.log.batch import Row, schema_of
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.migrate import is_current, migrate
from infrastructure.log.pool import Pool, bounded_pool
from infrastructure.log.wakeups import Wakeups
from infrastructure.raw_log import PostgresRawLog
from infrastructure.rules.loader import BadPack, rulebook
from infrastructure.time_and_chance import SystemChance, SystemClock
from infrastructure.tokens import PostgresTokens
from infrastructure.turns import PostgresTurn
from infrastructure.views.enterprises import Enterprises
from infrastructure.views.hazards import Hazards
from infrastructure.views.keeper import PostgresKeeper
from infrastructure.views.reading import PostgresViews

NO_JURISDICTION = Rule("jurisdiction.unknown", "this jurisdiction is not served here", CONTRACT)

CONNECT_SECONDS = 10
STOP_SECONDS = 5
"""How long a batch or a pass that has begun may take after the process was asked to stop."""

BEHIND_SECONDS = 5
"""How often a schema that is behind is looked at again, and how long its callers are told to wait."""

POLL_SECONDS = 60.0
"""How often views look for events nobody told of: whenever the LISTEN was cut, everybody looks at once anyway."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


class CannotRun(Exception):
    """The product can't start here; the message is a sentence for whoever started it."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A jurisdiction with what works for it behind the scenes."""

    jurisdiction: Jurisdiction
    projector: Projector
    watching: Watching
    tokens: PostgresTokens
    evidence: EvidenceFolder
    raw_log: PostgresRawLog


class Running:
    """The running product: the API's Service, and what the command line asks for beyond it."""

    def __init__(
        self,
        settings: Settings,
        url: str,
        pool: Pool,
        wakeups: Wakeups,
        clock: Clock | None,
        chance: Chance | None,
        stopping: asyncio.Event,
    ) -> None:
        self.clock = clock or SystemClock()
        self.chance = chance or SystemChance()
        self.stopping = stopping
        self.command_keys = KeyedCommandKeys(kept_secret(settings.home))
        self._embedded = settings.database_url is None
        self._url = url
        self._pool = pool
        self._wakeups = wakeups
        self._current: set[str] = set()
        alone = asyncio.Lock()
        self._places = {code: self._place(settings, code, zone, clock, alone) for code, zone in settings.zones.items()}

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

    async def database_ready(self) -> bool:
        """Whether the database answers and the schema of every jurisdiction served is current. Never raises."""
        try:
            await self.look_at_schemas()
        except (Unavailable, psycopg.Error):
            return False
        return len(self._current) == len(self._places)

    async def look_at_schemas(self) -> None:
        """Find out which schemas are current; what was current once stays so. Raises Unavailable."""
        async with connected(self._pool) as connection:
            await connection.execute("SELECT 1")
            for code in self._places.keys() - self._current:
                if await is_current(connection, code):
                    self._current.add(code)

    async def migrate(self, codes: Sequence[str]) -> None:
        """Bring these jurisdictions' schemas up to date, one after the other. Raises CannotRun."""
        for code in codes:
            try:
                await migrate(self._url, [code])
            except psycopg.Error as error:
                raise CannotRun(f"the schema of {code} could not be brought up to date: {_sentence(error)}") from None
        await self.look_at_schemas()

    async def prepare(self) -> None:
        """Before serving: make the schemas there are none of yet; in the embedded database update the others too.

        On a server of the operator's own, a schema that is behind waits for `hazardloop migrate`.
        """
        for place in self._places.values():
            await asyncio.to_thread(place.evidence.clear_abandoned)
        await self.look_at_schemas()
        behind = [code for code in self._places if code not in self._current]
        if not self._embedded:
            async with connected(self._pool) as connection:
                found = await connection.execute("SELECT nspname FROM pg_namespace")
                schemas = {name for (name,) in await found.fetchall()}
            behind = [code for code in behind if schema_of(code) not in schemas]
        await self.migrate(behind)
        for code in self._places.keys() - self._current:
            logger.warning("the schema of %s is behind: it answers 503 until `hazardloop migrate` has run", code)

    def raw_log(self, code: str) -> RawLog:
        """The log of a jurisdiction, byte by byte."""
        return self._places[code].raw_log

    async def first_token(self, code: str, actor: Actor) -> str | None:
        """A token for the actor if the jurisdiction has never had any."""
        return await self._places[code].tokens.create_first(actor)

    def projector(self, code: str) -> Projector:
        """Who keeps up the views of a jurisdiction, and builds them anew."""
        return self._places[code].projector

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Views and clock are kept up while the context lasts; a batch that has begun is brought to its end."""
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
        async def pause(seconds: float) -> None:
            with suppress(TimeoutError):
                await asyncio.wait_for(enough.wait(), seconds)

        while code not in self._current and not enough.is_set():
            await pause(BEHIND_SECONDS)
            await self.database_ready()
        place = self._places[code]
        await asyncio.gather(place.projector.run(enough), place.watching.run(enough, pause))

    def _place(self, settings: Settings, code: str, zone: ZoneInfo, stamp: Clock | None, alone: asyncio.Lock) -> _Place:
        rules = rulebook(code, zone.key, settings.operator_policy)
        codec = Codec(self.chance, CATALOGUE)
        log = PostgresEventLog(self._pool, code, codec, self._wakeups, patience=settings.lock_timeout, clock=stamp)
        evidence = EvidenceFolder(settings.home / "evidence" / code)
        tokens = PostgresTokens(self._pool, schema_of(code), code, self.clock, self.chance)
        views = PostgresViews(self._pool, code, log, zone, self.clock)
        commands = Commands(code, log, rules, self.clock, self.chance, evidence)
        keepers = [PostgresKeeper(self._pool, code, tables) for tables in (Hazards(), Enterprises())]
        turn = PostgresTurn(self._pool, schema_of(code), alone)
        return _Place(
            Jurisdiction(code, zone, log, commands, views, tokens, evidence),
            Projector(log, keepers, poll=POLL_SECONDS),
            Watching(log, views, rules, self.clock, self.chance, turn, log),
            tokens,
            evidence,
            PostgresRawLog(self._pool, code),
        )


@asynccontextmanager
async def running(
    settings: Settings,
    stopping: asyncio.Event | None = None,
    *,
    clock: Clock | None = None,
    chance: Chance | None = None,
) -> AsyncIterator[Running]:
    """The product, from settings. Nothing works or serves in it yet. Raises CannotRun.

    With a clock given, the log is stamped by it as well; without, by the clock of the database.
    """
    async with AsyncExitStack() as stack:
        try:
            settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            url = await stack.enter_async_context(_database(settings))
            await _reach(url)
            pool = bounded_pool(url, settings.pool_size)
            stack.push_async_callback(pool.close)
            await pool.open(wait=True, timeout=CONNECT_SECONDS)
            wakeups = await stack.enter_async_context(Wakeups(url))
            service = Running(settings, url, pool, wakeups, clock, chance, stopping or asyncio.Event())
            await service.look_at_schemas()
        except (BadPack, BadSecret, EmbeddedPostgresError) as error:
            raise CannotRun(str(error)) from None
        except OSError as error:
            raise CannotRun(f"{error.filename or settings.home}: {error.strerror}") from None
        except (psycopg.Error, Unavailable) as error:
            raise CannotRun(f"the database can't be used (HAZARDLOOP_DATABASE_URL): {_sentence(error)}") from None
        yield service


def decode(raw: RawEvent) -> DomainEvent | Unreadable:
    """An event read from its bytes, as everybody else reads it. Never raises."""
    return Codec(SystemChance(), CATALOGUE).decode(Row(raw.stream_id, raw.version, raw.name, raw.state, raw.private))


def import_files() -> ImportFiles:
    """Mappings, ledgers and refusal reports as files."""
    return Files()


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[str]:
    """The address of the server named, or of the embedded one, which runs while the context lasts."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    postgres = EmbeddedPostgres(settings.home, bin_dir=settings.postgres_bin)
    try:
        await _to_its_end(postgres.start)
        yield postgres.url
    finally:
        await _to_its_end(postgres.stop)


async def _reach(url: str) -> None:
    """Connect once: unlike a pool that can't, a connection says why."""
    async with await psycopg.AsyncConnection.connect(url, connect_timeout=CONNECT_SECONDS):
        pass


async def _to_its_end(work: Callable[[], T]) -> T:
    """Do in a thread what blocks. Whoever cancels it waits for its end, so that nothing is left half-started."""
    doing = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait([doing])
        raise


def _sentence(error: Exception) -> str:
    """The first line of what the database says; a rejected address is not repeated, it may hold a password."""
    lines = [] if isinstance(error, psycopg.ProgrammingError) else str(error).strip().splitlines()
    return lines[0].strip() if lines else type(error).__name__
