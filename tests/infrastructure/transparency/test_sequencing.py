"""What is appended is hashed anew, put into the tree and signed; every proof leads from there to the root."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import psycopg
import pytest

from application.checkpoints import Published
from application.proof import root_of, verify_consistency, verify_inclusion
from application.proving import Proofs
from infrastructure.log.pool import Pool, bounded_pool
from infrastructure.raw_log import PostgresRawLog
from infrastructure.transparency.trees import PostgresTrees
from tests.conftest import JURISDICTION
from tests.infrastructure.log.notes import SCHEMA
from tests.infrastructure.transparency.signed import ORIGIN, Signed


async def leaves(signed: Signed) -> list[bytes]:
    """What an auditor hashes who reads the log byte by byte."""
    raws = await PostgresRawLog(signed.pool, JURISDICTION).read_after(0, 10_000)
    return [one.row.leaf for one in raws]


async def plans_of(pool: Pool) -> Mapping[str, str]:
    """The plans its one connection has come to keep, by their statements."""
    kept = """
    SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements
    WHERE generic_plans > 0 AND custom_plans <= 5 AND statement !~ 'FOR UPDATE'
    """
    plans = {}
    async with pool.connection() as connection, connection.transaction():
        found = await (await connection.execute(kept)).fetchall()
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        for name, statement, parameters in found:
            values = f"({', '.join(['NULL'] * parameters)})" if parameters else ""
            lines = await connection.execute(f'EXPLAIN EXECUTE "{name}" {values}'.encode())
            plans[statement] = "\n".join([line async for (line,) in lines])
    return plans


@pytest.mark.parametrize("name", ["中文", 'a","state":{"b":"', "a\\", 'a\\"', "a\nb", ""])
async def test_whatever_an_event_is_called_its_leaf_is_the_one_an_auditor_hashes(signed: Signed, name: str) -> None:
    insert = f"INSERT INTO {SCHEMA}.events VALUES (gen_random_uuid(), 1, 1, '1969-12-31 23:59:59.999999Z', %s, %s)"
    async with signed.pool.connection() as connection:
        await connection.execute(insert.encode(), [name, b'{"a": 1}'])

    async with signed.trees.looked_at() as tree:
        assert await tree.hashed(0, 1) == await leaves(signed)


async def test_whenever_an_event_was_recorded_its_leaf_is_the_one_an_auditor_hashes(
    signed: Signed, owner: psycopg.Connection
) -> None:
    chance, first, last = Random(1), datetime(1970, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
    borders = [border + timedelta(microseconds=by) for border in (first, last) for by in (-1, 0, 1)]
    between = [first + chance.random() * (last - first) for _ in range(4000)]
    with owner.cursor() as cursor:
        insert = f"INSERT INTO {SCHEMA}.events VALUES (gen_random_uuid(), 1, %s, %s, 'a.b.v1', '{{}}')".encode()
        cursor.executemany(insert, [*enumerate(borders + between, 1)])

    async with signed.trees.looked_at() as tree:
        assert await tree.hashed(0, 5000) == await leaves(signed)


async def test_whatever_the_environment_has_for_text_a_leaf_is_utf_8(
    signed: Signed, database_url: str, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = f"INSERT INTO {SCHEMA}.events VALUES (gen_random_uuid(), 1, 1, now(), '隐患', '{{}}')"
    owner.execute(insert.encode())
    monkeypatch.setenv("PGCLIENTENCODING", "GB18030")
    async with bounded_pool(database_url) as pool, PostgresTrees(pool, JURISDICTION).looked_at() as tree:
        assert await tree.hashed(0, 1) == await leaves(signed)


async def test_given_statements_asked_again_and_again_then_the_plans_that_are_kept_lead_along_indexes(
    signed: Signed, database_url: str
) -> None:
    """Made while the log was empty, they would read a grown one from end to end."""
    async with bounded_pool(database_url, size=1) as pool:
        for size in range(1, 10):
            async with PostgresTrees(pool, JURISDICTION).extended() as tree:
                assert tree is not None
                await tree.where()
                await tree.hashed(0, 1)
                await tree.following(0, 1)
                await tree.root_at(1)
                await tree.edge(1)
                await tree.extend([], Published(size, bytes(32), "", ()), [bytes(32)])
        plans = await plans_of(pool)
    reading = [plan for statement, plan in plans.items() if "INSERT" not in statement]
    assert (len(plans), len(reading)) == (6, 5)
    assert all("Index" in plan for plan in reading)
    assert not [plan for plan in reading if re.search("Seq Scan|Bitmap", plan)]


async def test_an_empty_log_is_not_signed(signed: Signed) -> None:
    assert await signed.sequencer().sign()
    assert await signed.trees.checkpoint() is None
    assert (await signed.outside.read()).note is None


async def test_a_checkpoint_is_over_the_bytes_that_lie_there(signed: Signed) -> None:
    await signed.append(3)
    await signed.append(2, uuid4())
    await signed.sequencer().sign()

    published, checkpoint = await signed.newest()
    assert checkpoint == (ORIGIN, 5, root_of(await leaves(signed)))
    assert (await signed.outside.read()).note == published.note


async def test_the_database_hashes_as_an_auditor_does_whatever_lies_there(
    signed: Signed, owner: psycopg.Connection
) -> None:
    odd = [
        ("隐患.已上报.v1", b"", "1970-01-01T00:00:00.000001Z", 2**62),
        ("", bytes(range(256)) * 40, "2999-12-31T23:59:59.999999Z", 0),
        ("a" * 1000, b"\x00\xff", "1969-12-31T23:59:59.999999Z", 1),
    ]
    for position, (name, state, at, version) in enumerate(odd, 1):
        row = (uuid4(), version, position, at, name, state)
        owner.execute(f"INSERT INTO {SCHEMA}.events VALUES (%s, %s, %s, %s, %s, %s)".encode(), row)
    await signed.sequencer().sign()

    assert (await signed.newest())[1].root == root_of(await leaves(signed))


async def test_where_nothing_is_new_nothing_is_signed(signed: Signed) -> None:
    await signed.append(3)
    sequencer = signed.sequencer()
    await sequencer.sign()
    before = await signed.newest()

    assert await sequencer.sign()
    assert await signed.newest() == before


@pytest.mark.parametrize("restarted", [False, True])
async def test_checkpoint_by_checkpoint_every_position_and_every_step_is_proved(
    signed: Signed, restarted: bool
) -> None:
    sequencer, sizes = signed.sequencer(), [1, 2, 200, 255, 256, 257, 511, 513, 1100]
    roots = {}
    for size in sizes:
        await signed.append(size - await signed.log.head())
        sequencer = signed.sequencer() if restarted else sequencer
        assert await sequencer.sign()
        roots[size] = (await signed.newest())[1].root
    hashed = await leaves(signed)
    assert roots == {size: root_of(hashed[:size]) for size in sizes}

    proofs = signed.proofs
    for size in sizes:
        for number in {0, size // 2, size // 3, size - 2, size - 1} - {-1}:
            found = await proofs.inclusion(number + 1, size)
            verify_inclusion(hashed[number], number, size, found.path, roots[size])
        for old in sizes:
            if old <= size:
                verify_consistency(old, roots[old], size, roots[size], await proofs.consistency(old, size))


async def test_a_proof_is_not_planned_anew_each_time(signed: Signed, database_url: str) -> None:
    """Neither where the planner knows nothing of the tree nor where it does."""
    await signed.append(1300)
    await signed.sequencer().sign()
    async with bounded_pool(database_url, size=1) as pool:
        proofs = Proofs(signed.log, PostgresTrees(pool, JURISDICTION), signed.signer, signed.origins)
        for times in (20, 40):
            for number in range(20):
                await proofs.inclusion(1 + 60 * number)
            async with pool.connection() as connection:
                found = await connection.execute(
                    "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%tile_level%'"
                )
                assert await found.fetchall() == [(times - 5, 5)]
                await connection.execute(f"ANALYZE {SCHEMA}.tiles, {SCHEMA}.checkpoints".encode())


async def test_what_is_appended_meanwhile_goes_under_the_next_one(signed: Signed) -> None:
    sequencer = signed.sequencer()
    appending = asyncio.gather(*(signed.append(40) for _ in range(5)))
    while not appending.done():
        assert await sequencer.sign()
        await asyncio.sleep(0)
    await appending
    assert await sequencer.sign()
    assert (await signed.newest())[1] == (ORIGIN, 200, root_of(await leaves(signed)))


async def test_of_two_sequencers_one_leaves_it_to_the_other(signed: Signed) -> None:
    first, second = signed.sequencer(), signed.sequencer()
    await signed.append(3)
    async with signed.trees.extended():
        assert not await second.sign()
    assert await first.sign()
    await signed.append(300)
    assert await second.sign()
    assert not await first.sign()
    await signed.append(300)
    assert await second.sign()
    assert (await signed.newest())[1] == (ORIGIN, 603, root_of(await leaves(signed)))


async def test_who_finds_that_another_signs_leaves_it_even_what_is_new(signed: Signed) -> None:
    """If both signed what they find, each would take the other for the one at work, and both would rest."""
    at_work, standing_by = signed.sequencer(), signed.sequencer()
    assert await standing_by.sign()
    for _ in range(3):
        await signed.append(1)
        assert await at_work.sign()
        await signed.append(1)
        assert not await standing_by.sign()
        assert (await signed.newest())[1].size == await signed.log.head() - 1
    assert await standing_by.sign(), "nobody else did meanwhile"
    assert (await signed.newest())[1] == (ORIGIN, 6, root_of(await leaves(signed)))


async def test_asked_to_stop_it_ends_with_the_checkpoint_it_is_at(
    signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.sequencing.MOST", 100)
    await signed.append(250)
    stop = asyncio.Event()
    stop.set()

    assert await signed.sequencer().sign(stop)
    assert (await signed.newest())[1].size == 100
    assert await signed.sequencer().sign()
    assert (await signed.newest())[1] == (ORIGIN, 250, root_of(await leaves(signed)))


async def test_the_key_is_the_owners_alone(signed: Signed) -> None:
    await signed.append(1)
    await signed.sequencer().sign()

    assert {(path.name, oct(path.stat().st_mode)[-3:]) for path in signed.home.iterdir()} == {
        ("checkpoints.key", "600"),
        ("checkpoints", "700"),
    }
    assert [file.name for file in os.scandir(signed.home / "checkpoints")] == [JURISDICTION]
