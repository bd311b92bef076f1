"""The sequencer is killed before its commit, behind it, or while it keeps a checkpoint: one chain remains."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from random import Random

import psycopg

from application.proof import Checkpoint, Note, root_of, verify_consistency
from tests.faults.conftest import Times
from tests.faults.processes import process
from tests.faults.sequencing import POINTS, SIGNED, STOOD_AT
from tests.faults.table import Table
from tests.infrastructure.log.notes import SCHEMA
from tests.infrastructure.transparency.signed import Signed, signed_at
from tests.infrastructure.transparency.test_sequencing import leaves

FAULT = "kill -9 of the sequencer"


async def killed(signed: Signed, url: str, point: str, at: int, seen: dict[int, str]) -> None:
    """A sequencer signs while events come, and is killed at a failpoint; what was published is noted down."""
    async with process(os.environ, "-m", "tests.faults.sequencing", url, str(signed.home), point, str(at)) as sequencer:
        for _ in range(at - 1):
            await signed.append(2)
            await sequencer.says(SIGNED)
            published = await signed.trees.checkpoint()
            assert published is not None
            seen[published.size] = published.note
        await signed.append(2)
        await sequencer.says(STOOD_AT)
        await sequencer.kill()


def chain(url: str) -> Mapping[int, str]:
    with psycopg.connect(url) as connection:
        return dict(
            connection.execute(f"SELECT size, note FROM {SCHEMA}.checkpoints ORDER BY size".encode()).fetchall()
        )


async def broken(signed: Signed, seen: Mapping[int, str], published: Mapping[int, str]) -> list[int]:
    """The sizes at which the chain of checkpoints isn't one."""
    hashed, key, found = await leaves(signed), await signed.proofs.key(), []
    before: Checkpoint | None = None
    for size, note in published.items():
        checkpoint = Checkpoint.opened(note, key)
        if checkpoint.root != root_of(hashed[:size]) or seen.get(size, note) != note:
            found.append(size)
        if before is not None:
            path = await signed.proofs.consistency(before.size, size)
            verify_consistency(before.size, before.root, size, checkpoint.root, path)
        before = checkpoint
    return found + sorted(seen.keys() - published.keys())


async def test_given_a_sequencer_killed_again_and_again_then_one_chain_of_checkpoints_remains(
    database_url: str, tmp_path: Path, times: Times, chance: Random, table: Table
) -> None:
    kills, seen = times(6, 100), dict[int, str]()
    async with signed_at(database_url, tmp_path) as signed:
        for nth in range(kills):
            await killed(signed, database_url, POINTS[nth % len(POINTS)], chance.randrange(1, 5), seen)
            kept = (await signed.outside.read()).note
            if kept is not None:
                seen[Checkpoint.parse(Note.parse(kept).text).size] = kept
        assert await signed.sequencer().sign()
        published = chain(database_url)
        assert await broken(signed, seen, published) == []
        assert max(published) == await signed.log.head()
        assert (await signed.sequencer().look()).refused is None
        drafts = list((tmp_path / "checkpoints").glob(".*"))
    table.tell(FAULT, kills, f"{len(published)} checkpoints, one chain; {len(drafts)} drafts left lying")


async def test_control_given_a_sequencer_that_keeps_a_checkpoint_before_it_commits_then_the_break_is_found(
    database_url: str, tmp_path: Path, table: Table
) -> None:
    seen: dict[int, str] = {}
    async with signed_at(database_url, tmp_path) as signed:
        await killed(signed, database_url, "kept-first", 2, seen)
        kept = (await signed.outside.read()).note
        assert kept is not None
        seen[Checkpoint.parse(Note.parse(kept).text).size] = kept
        found = await broken(signed, seen, chain(database_url))
        assert found == [4]
        refused = (await signed.sequencer().look()).refused or ""
        assert "4 events was signed, and the log is signed up to 2" in refused
    table.tell_control(FAULT, "keeps a checkpoint before it commits: the log has none of that size")
