"""Schemas are brought up to date one by one, by any number of processes, and taken up again where one stopped."""

import asyncio
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from application.log import Receipt, Unavailable
from infrastructure.log import migrate as runner
from infrastructure.log.batch import code_of, schema_of
from infrastructure.log.codec import Codec
from infrastructure.log.event_log import PostgresEventLog
from infrastructure.log.migrate import Migration, is_current, migrate, migrations
from infrastructure.log.pool import Pool
from infrastructure.log.wakeups import Wakeups
from tests.conftest import JURISDICTION, DatabaseServer
from tests.infrastructure.log.notes import append_one, key, lines, note

OTHER = "320600"


async def current(url: str, code: str = JURISDICTION) -> bool:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        return await is_current(connection, code)


def shipped_and(*more: str) -> list[Migration]:
    """The shipped files, and more behind them."""
    return [*migrations(), *(Migration(9000 + number, f"900{number}_more.sql", sql) for number, sql in enumerate(more))]


async def test_six_at_once_make_one_schema_each(empty_database_url: str) -> None:
    codes = [JURISDICTION, OTHER]

    await asyncio.gather(*(migrate(empty_database_url, codes) for _ in range(6)))

    assert [await current(empty_database_url, code) for code in codes] == [True, True]


async def test_migrating_again_changes_nothing(
    log: PostgresEventLog, database_url: str, service: psycopg.Connection
) -> None:
    await append_one(log, note(line="kept"))
    applied = service.execute(f"SELECT * FROM hazardloop_{JURISDICTION}.schema_version").fetchall()

    await migrate(database_url, [JURISDICTION])

    assert service.execute(f"SELECT * FROM hazardloop_{JURISDICTION}.schema_version").fetchall() == applied
    assert lines(await log.read_after(0, 10)) == ["kept"]


async def test_a_schema_that_is_behind_is_not_current(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await current(database_url)
    assert not await current(database_url, OTHER)

    more = shipped_and("CREATE TABLE {schema}.more ()")
    monkeypatch.setattr(runner, "migrations", lambda: more)

    assert not await current(database_url)
    await migrate(database_url, [JURISDICTION])
    assert await current(database_url)
    monkeypatch.undo()
    assert await current(database_url), "an older release goes on with a newer schema"


async def test_a_run_that_failed_is_taken_up_where_it_stopped(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping = shipped_and("SELECT {code}", "CREATE TABLE {schema}.half (); SELECT 1 / 0;")
    monkeypatch.setattr(runner, "migrations", lambda: stopping)

    with pytest.raises(psycopg.errors.DivisionByZero):
        await migrate(empty_database_url, [JURISDICTION])
    assert not await current(empty_database_url)

    repaired = shipped_and("SELECT 1 / 0", "CREATE TABLE {schema}.half ()")
    monkeypatch.setattr(runner, "migrations", lambda: repaired)
    await migrate(empty_database_url, [JURISDICTION])
    assert await current(empty_database_url)


async def test_two_schemas_do_not_see_each_other(
    log: PostgresEventLog, database_url: str, pool: Pool, codec: Codec
) -> None:
    await migrate(database_url, [OTHER])
    other = PostgresEventLog(pool, OTHER, codec, Wakeups(""))
    stream = uuid4()
    await log.append([note(stream, line="here")])

    (outcome,) = await other.append([note(stream, line="there")])

    assert outcome == Receipt(stream, 1, 1)
    assert lines(await log.read_after(0, 10)) == ["here"]
    assert lines((await other.read_for(stream, key(1)))[0]) == ["there"]


@pytest.mark.parametrize(("extension", "mode"), [("plpgsql", "force_generic_plan"), ("citus", "auto")])
async def test_on_citus_the_insertion_is_planned_as_postgresql_sees_fit(
    database_server: DatabaseServer, empty_database_url: str, extension: str, mode: str
) -> None:
    """There is no Citus here: another extension goes by its name."""
    name = str(conninfo_to_dict(empty_database_url)["dbname"])
    with psycopg.connect(database_server.postgres.url_of(name, "postgres"), autocommit=True) as superuser:
        superuser.execute("SET allow_system_table_mods = on")
        superuser.execute("UPDATE pg_extension SET extname = %s WHERE extname = 'plpgsql'", [extension])

    await migrate(empty_database_url, [JURISDICTION])

    with psycopg.connect(empty_database_url) as service:
        found = service.execute(
            "SELECT proconfig FROM pg_proc WHERE oid = %s::regproc", [f"hazardloop_{JURISDICTION}.append"]
        ).fetchone()
    assert found is not None
    assert f"plan_cache_mode={mode}" in found[0]


@pytest.mark.parametrize("begun", [False, True])
async def test_a_schema_not_yet_there_is_unavailable_alone(
    log: PostgresEventLog, pool: Pool, codec: Codec, service: psycopg.Connection, begun: bool
) -> None:
    absent = PostgresEventLog(pool, OTHER, codec, Wakeups(""))
    if begun:
        service.execute(f"CREATE SCHEMA hazardloop_{OTHER}")

    for ask in (absent.append([note()]), absent.read(uuid4()), absent.read_for(uuid4(), None), absent.head()):
        with pytest.raises(Unavailable):
            await ask

    assert await log.head() == 0


@pytest.mark.parametrize("code", ["", "3205", '320583"; DROP', "٣٢٠٥٨٣", "320583 ", "3205830000000"])
async def test_a_code_that_is_none_is_refused(empty_database_url: str, code: str) -> None:
    with pytest.raises(ValueError, match="6 to 12 digits"):
        await migrate(empty_database_url, [code])


@pytest.mark.parametrize("schema", ["public", "hazardloop_", "320583", "hazardloop_32058x"])
def test_a_schema_of_no_jurisdiction_is_refused(schema: str) -> None:
    with pytest.raises(ValueError, match="jurisdiction"):
        code_of(schema)
    assert code_of(schema_of("320583")) == "320583"


def test_files_are_numbered_one_by_one() -> None:
    versions = [migration.version for migration in migrations()]

    assert versions == sorted(set(versions))
    assert versions[0] == 1
    assert migrations()[0].file == "0001_log.sql"


def test_two_files_of_one_number_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = [Migration(1, "0001_log.sql", ""), Migration(1, "0001_more.sql", "")]
    monkeypatch.setattr(runner, "_files", lambda: iter(twice))

    with pytest.raises(ValueError, match="same number"):
        migrations.__wrapped__()
