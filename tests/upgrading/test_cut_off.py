"""An upgrade that is cut off goes on where it stopped: schema by schema, and no other is the worse for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg
import pytest

from infrastructure.log import migrate as runner
from infrastructure.log.batch import schema_of
from infrastructure.log.migrate import migrate
from tests.api.cli.process import CHECKOUT
from tests.faults.waiting import PATIENCE, until
from tests.upgrading.conftest import FIRST
from tests.upgrading.frozen import thaw
from tests.upgrading.later import LATER, LOCK, release

BEFORE, MIDDLE, AFTER = "320583", "320584", "320585"
CODES = (BEFORE, MIDDLE, AFTER)

APPLIED = "SELECT version, applied_at FROM {}.schema_version ORDER BY version"
WAITS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"
APPEND = """
SELECT head FROM {}.append(
    '{{1}}', ARRAY[gen_random_uuid()], '{{1}}', '{{note.v1}}', ARRAY['{{}}'::bytea], ARRAY[NULL::bytea],
    ARRAY[NULL::bytea], ARRAY[NULL::bytea], NULL, NULL, 2000)
"""

Applied = Mapping[str, list[tuple[int, object]]]


@pytest.fixture
def database(empty_database_url: str) -> Iterator[psycopg.Connection]:
    """A database with three schemas of the first release."""
    for code in CODES:
        thaw(FIRST, empty_database_url, schema_of(code))
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        yield connection


@contextmanager
def upgrading(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """The later release's migration as a process."""
    command = [sys.executable, "-m", "tests.upgrading.later", url, *CODES]
    with subprocess.Popen(command, cwd=CHECKOUT) as process:
        try:
            yield process
        finally:
            process.kill()


def applied(database: psycopg.Connection) -> Applied:
    """Which files each schema has, and since when."""
    return {code: database.execute(APPLIED.format(schema_of(code)).encode()).fetchall() for code in CODES}


def versions(applied: Applied) -> Mapping[str, list[int]]:
    """The numbers of the files beyond the shipped."""
    return {code: [version for version, _ in files if version > 9000] for code, files in applied.items()}


def heads(database: psycopg.Connection, *codes: str) -> list[int]:
    """The position behind which each schema took an event just now."""
    found = [database.execute(APPEND.format(schema_of(code)).encode()).fetchone() for code in codes]
    return [int(row[0]) for row in found if row is not None]


def one_lock_is_waited_for(database: psycopg.Connection) -> bool:
    return database.execute(WAITS).fetchone() is not None


async def gone_on(database: psycopg.Connection, url: str, monkeypatch: pytest.MonkeyPatch, before: Applied) -> None:
    """Migrate once more: every file is applied once, and what had been applied is left as it was."""
    whole = release()
    monkeypatch.setattr(runner, "migrations", lambda: whole)
    await migrate(url, CODES)
    after = applied(database)
    assert versions(after) == {code: [file.version for file in LATER] for code in CODES}
    assert all(after[code][: len(before[code])] == before[code] for code in CODES)
    for code in CODES:
        rows = database.execute(f"SELECT seen, code FROM {schema_of(code)}.more".encode()).fetchall()
        assert [row[1] for row in rows] == [code]


async def test_given_a_migration_killed_within_a_file_then_the_next_one_goes_on_where_it_stopped(
    database: psycopg.Connection, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (head,) = set(heads(database, *CODES))
    database.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    with upgrading(empty_database_url) as process:
        await until(lambda: one_lock_is_waited_for(database))
        process.kill()
        process.wait(PATIENCE)

    cut_off = applied(database)
    assert versions(cut_off) == {BEFORE: [9001, 9002], MIDDLE: [9001], AFTER: []}
    assert heads(database, BEFORE, AFTER) == [head + 1] * 2
    database.execute("SELECT pg_advisory_unlock_all()")
    assert heads(database, MIDDLE) == [head + 1]
    await gone_on(database, empty_database_url, monkeypatch, cut_off)


async def test_given_a_migration_that_fails_in_one_schema_then_the_others_are_as_they_were(
    database: psycopg.Connection, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.execute(f"ALTER TABLE {schema_of(MIDDLE)}.events ADD COLUMN more int")
    whole = release()
    monkeypatch.setattr(runner, "migrations", lambda: whole)

    with pytest.raises(psycopg.errors.DuplicateColumn):
        await migrate(empty_database_url, CODES)

    cut_off = applied(database)
    assert versions(cut_off) == {BEFORE: [9001, 9002], MIDDLE: [9001], AFTER: []}
    database.execute(f"ALTER TABLE {schema_of(MIDDLE)}.events DROP COLUMN more")
    await gone_on(database, empty_database_url, monkeypatch, cut_off)
