"""The folders of import jobs: what is asked of one while somebody has it, and where a change is cut off."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from application.importing.jobs import Imports, Job, JobState
from application.log import Unavailable
from domain.actors import Actor, Role
from infrastructure.importing.jobs import JobFolders
from infrastructure.time_and_chance import SystemChance

ACTOR = Actor(UUID(int=1), Role.UNION_INSPECTOR)


async def chunks() -> AsyncIterator[bytes]:
    yield b"No,What\n"


@pytest.fixture
def store(tmp_path: Path) -> JobFolders:
    return JobFolders(tmp_path / "320583")


@pytest.fixture
def imports(store: JobFolders) -> Imports:
    return Imports(store, SystemChance())


@pytest.fixture
async def previewed(imports: Imports, store: JobFolders) -> Job:
    """A job whose rows were previewed under the mapping `first`."""
    job = (await imports.upload(ACTOR, "ledger.csv", chunks())).settled(state=JobState.PROPOSED)
    store.settle(job)
    job = (await imports.preview(ACTOR, job.id, b"first")).settled(state=JobState.PREVIEWED)
    store.settle(job)
    return job


async def test_a_mapping_whose_preview_could_not_be_noted_is_not_the_one_that_is_committed(
    imports: Imports, store: JobFolders, previewed: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(job: Job) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store, "settle", no_space)
    with pytest.raises(Unavailable):
        await imports.preview(ACTOR, previewed.id, b"another")
    monkeypatch.undo()

    committed = await imports.commit(ACTOR, previewed.id)

    assert committed.state is JobState.IMPORTING
    assert store.mapping(committed).read_bytes() == b"first"


async def test_only_the_last_mapping_is_kept(imports: Imports, store: JobFolders, previewed: Job) -> None:
    job = await imports.preview(ACTOR, previewed.id, b"another")

    assert store.mapping(job).read_bytes() == b"another"
    assert [file.name for file in store.ledger(job.id).parent.glob("*.toml")] == [store.mapping(job).name]
