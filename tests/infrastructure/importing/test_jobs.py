"""The folders of import jobs: what is asked of one while somebody has it, and where a change is cut off."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from application.importing.jobs import BUSY, WORKED_ON, Imports, Job, JobFile, JobState
from application.log import Unavailable
from domain.actors import Actor, Role
from domain.refusals import Unknown, WrongStage
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


async def test_who_asks_as_soon_as_the_work_is_done_is_not_told_that_it_is_being_done(
    imports: Imports, store: JobFolders, previewed: Job
) -> None:
    begun = previewed.settled(state=JobState.PREVIEWING)
    store.settle(begun)
    with store.working(previewed.id) as job:
        assert job == begun
        with pytest.raises(WrongStage) as busy:
            await imports.commit(ACTOR, previewed.id)
        assert busy.value.rule == BUSY
        store.settle(previewed)
        committing = asyncio.create_task(imports.commit(ACTOR, previewed.id))
        await asyncio.wait([committing], timeout=0.2)

    assert (await committing).state is JobState.IMPORTING


async def test_of_two_who_commit_at_once_one_is_refused(imports: Imports, previewed: Job) -> None:
    asked = [imports.commit(ACTOR, previewed.id) for _ in range(8)]
    answers = await asyncio.gather(*asked, return_exceptions=True)

    refused = [one for one in answers if isinstance(one, WrongStage)]
    assert ([one.rule for one in refused], len(answers) - len(refused)) == ([BUSY] * 7, 1)


@pytest.mark.parametrize("state", [JobState.PREVIEWING, JobState.IMPORTING, JobState.REFUSED, JobState.FAILED])
async def test_what_is_not_whole_is_not_given_back(
    imports: Imports, store: JobFolders, previewed: Job, state: JobState
) -> None:
    store.file(previewed.id, JobFile.REFUSED_ROWS).write_bytes(b"PK")
    ending, _ = await imports.given_back(ACTOR, previewed.id, JobFile.REFUSED_ROWS)
    assert ending == ".xlsx"

    store.settle(previewed.settled(state=state))

    with pytest.raises(WrongStage if state in WORKED_ON else Unknown):
        await imports.given_back(ACTOR, previewed.id, JobFile.REFUSED_ROWS)
