"""API: the wiring, the one module that knows infrastructure. `running` builds the product and takes it down again.

All jurisdictions of a process share one bounded pool and one LISTEN. An idle one holds no connection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import psycopg

from api.importing_beside import import_beside
from api.running import CannotRun, Place, Running
from api.settings import Settings, environment
from application.auditing import RawEvent
from application.backups import Backups
from application.commands import Commands
from application.discontinuities import Origins
from application.exporting import Sink
from application.importing.files import ImportFiles
from application.importing.jobs import Imports
from application.jurisdiction import Jurisdiction
from application.log import Unavailable, Unreadable
from application.ports import Chance, Clock
from application.projecting import Projector
from application.proving import Proofs
from application.remembering import Remembered
from application.sequencing import Sequencer
from application.watching import Watching
from application.witnessing import Witnessing
from domain.catalogue import CATALOGUE
from domain.event import DomainEvent
from domain.rules.rulebook import Rulebook
from infrastructure import bundle_files
from infrastructure.backup.backups import HomeBackups
from infrastructure.command_keys import BadSecret, KeyedCommandKeys, kept_secret
from infrastructure.embedded import EmbeddedPostgres, EmbeddedPostgresError
from infrastructure.evidence import EvidenceFolder
from infrastructure.importing.files import Files
from infrastructure.importing.jobs import JobFolders
from infrastructure.importing.mappings import mapping_of
from infrastructure.log.batch import schema_of
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.pool import Pool, bounded_pool
from infrastructure.log.queue import PostgresQueues
from infrastructure.log.wakeups import Wakeups
from infrastructure.raw_log import PostgresRawLog
from infrastructure.rules.loader import BadPack, rulebook, rulebook_with
from infrastructure.schemas import PostgresSchemas
from infrastructure.time_and_chance import SystemChance, SystemClock
from infrastructure.tokens import PostgresTokens
from infrastructure.transparency.key import FileSigner
from infrastructure.transparency.outside import CheckpointFile
from infrastructure.transparency.trees import PostgresTrees
from infrastructure.turns import PostgresTurn
from infrastructure.views.enterprises import Enterprises
from infrastructure.views.hazards import Hazards
from infrastructure.views.keeper import PostgresKeeper
from infrastructure.views.reading import PostgresViews

CONNECT_SECONDS = 10

LOOK_AFTER_SECONDS = 1.0
"""How often to look whether the embedded PostgreSQL still lives: one that was killed is started again."""

POLL_SECONDS = 60.0
"""How often views look for events nobody told of: whenever the LISTEN was cut, everybody looks at once anyway."""

T = TypeVar("T")

logger = logging.getLogger(__name__)


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
        with _in_sentences(settings):
            url = await stack.enter_async_context(_reached(settings))
            pool = bounded_pool(url, settings.pool_size)
            stack.push_async_callback(pool.close)
            await pool.open(wait=True, timeout=CONNECT_SECONDS)
            wakeups = await stack.enter_async_context(Wakeups(url))
            parts = _Parts(settings, pool, wakeups, clock, chance or SystemChance(), asyncio.Lock(), Remembered())
            service = Running(
                {code: parts.place(code, zone) for code, zone in settings.zones.items()},
                _Schemas(pool, url),
                parts.now,
                parts.chance,
                KeyedCommandKeys(kept_secret(settings.home)),
                stopping or asyncio.Event(),
                partial(import_beside, environment(settings)),
                mapping_of,
                own_database=settings.database_url is None,
            )
            await service.look_at_schemas()
        yield service


def decode(raw: RawEvent) -> DomainEvent | Unreadable:
    """An event read from its bytes, as everybody else reads it. Never raises."""
    return Codec(SystemChance(), CATALOGUE).decode(raw)


def other_rules(settings: Settings, code: str, file: Path) -> Rulebook:
    """The jurisdiction's rules with the pack of a file in the place of its own. Raises CannotRun."""
    try:
        return rulebook_with(file, code, settings.zones[code].key, settings.operator_policy)
    except BadPack as bad:
        raise CannotRun(str(bad)) from None


def new_bundle(path: Path) -> AbstractContextManager[Sink]:
    """A new bundle, there when the context has ended well. Raises OSError."""
    return bundle_files.new_bundle(path)


def import_files() -> ImportFiles:
    """Mappings, ledgers and refusal reports as files."""
    return Files()


def backups(settings: Settings) -> Backups:
    """Backups of the home and its database, which is opened when it is needed."""
    return HomeBackups(settings.home, lambda: _reached(settings), SystemClock(), settings.postgres_bin)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the jurisdictions of a process share."""

    settings: Settings
    pool: Pool
    wakeups: Wakeups
    clock: Clock | None
    chance: Chance
    alone: asyncio.Lock
    remembered: Remembered

    @property
    def now(self) -> Clock:
        """The clock given, or the machine's."""
        return self.clock or SystemClock()

    def place(self, code: str, zone: ZoneInfo) -> Place:
        """One jurisdiction with all that belongs to it. Raises BadPack."""
        pool, now, chance, schema, home = self.pool, self.now, self.chance, schema_of(code), self.settings.home
        rules = rulebook(code, zone.key, self.settings.operator_policy)
        log = PostgresEventLog(
            pool,
            code,
            Codec(chance, CATALOGUE),
            self.wakeups,
            patience=self.settings.lock_timeout,
            clock=self.clock,
        )
        evidence = EvidenceFolder(home / "evidence" / code)
        jobs = JobFolders(home / "imports" / code)
        tokens = PostgresTokens(pool, schema, code, now, chance)
        views = PostgresViews(pool, code, log, zone, now)
        hazards, enterprises = (PostgresKeeper(pool, code, tables) for tables in (Hazards(), Enterprises()))
        commands = Commands(code, log, rules, now, chance, evidence, hazards, remembered=self.remembered)
        trees, signer, outside = PostgresTrees(pool, code), FileSigner(home), CheckpointFile(home, code)
        origins = Origins(log, code, self.settings.origin)
        sequencer = Sequencer(log, trees, signer, outside, origins)
        proofs = Proofs(log, trees, signer, origins)
        return Place(
            Jurisdiction(
                code,
                zone,
                log,
                commands,
                views,
                tokens,
                evidence,
                proofs,
                Witnessing(code, log, trees),
                sequencer,
                Imports(jobs, chance),
            ),
            Projector(log, [hazards, enterprises], poll=POLL_SECONDS),
            Watching(log, views, rules, now, chance, PostgresTurn(pool, schema, self.alone), log),
            PostgresRawLog(pool, code),
            PostgresQueues(pool, code),
            jobs,
            tokens.create_first,
            [evidence.clear_abandoned, outside.clear_abandoned, jobs.clear_old],
        )


class _Schemas(PostgresSchemas):
    """The schemas, failing in sentences."""

    async def migrate(self, code: str) -> None:
        try:
            await super().migrate(code)
        except psycopg.Error as error:
            raise CannotRun(f"the schema of {code} could not be brought up to date: {_sentence(error)}") from None


@asynccontextmanager
async def _reached(settings: Settings) -> AsyncIterator[str]:
    """The address of the database, which answers. Raises CannotRun."""
    async with AsyncExitStack() as stack:
        with _in_sentences(settings):
            settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            url = await stack.enter_async_context(_database(settings))
            await _reach(url)
        yield url


@contextmanager
def _in_sentences(settings: Settings) -> Iterator[None]:
    """Whatever keeps the product from being put together becomes CannotRun."""
    try:
        yield
    except (BadPack, BadSecret, EmbeddedPostgresError) as error:
        raise CannotRun(str(error)) from None
    except OSError as error:
        raise CannotRun(f"{error.filename or settings.home}: {error.strerror}") from None
    except (psycopg.Error, Unavailable) as error:
        raise CannotRun(f"the database can't be used (HAZARDLOOP_DATABASE_URL): {_sentence(error)}") from None


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[str]:
    """The address of the server named, or of the embedded one, which runs while the context lasts."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    postgres = EmbeddedPostgres(settings.home, bin_dir=settings.postgres_bin)
    try:
        await _to_its_end(postgres.start)
        looking_after = asyncio.create_task(_look_after(postgres), name="embedded PostgreSQL")
        try:
            yield postgres.url
        finally:
            looking_after.cancel()
            await asyncio.wait([looking_after])
    finally:
        await _to_its_end(postgres.stop)


async def _look_after(postgres: EmbeddedPostgres) -> None:
    """Start it again whenever it has died, for as long as that takes."""
    while True:
        await asyncio.sleep(LOOK_AFTER_SECONDS)
        if postgres.has_died():
            logger.warning("the embedded PostgreSQL has died: starting it again")
            try:
                await _to_its_end(postgres.start)
            except EmbeddedPostgresError as error:
                # The first line alone: what follows is the server's own log, which may hold what somebody entered.
                logger.error("the embedded PostgreSQL could not be started: %s", str(error).partition("\n")[0])


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
