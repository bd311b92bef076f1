"""Processes for imports: one at a time, another for each that died, however long there is no working."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from api.importing_beside import ImportsBeside
from tests.faults.waiting import until

FIRST, SECOND = UUID(int=1), UUID(int=2)


async def test_what_could_not_begin_while_the_database_was_away_is_done_once_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.importing_beside.AGAIN_SECONDS", 0)
    begun: list[UUID] = []

    async def work(code: str, id: UUID) -> int:
        begun.append(id)
        if len(begun) == 1:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return 0 if len(begun) > 10 else 2

    imports = ImportsBeside(work, asyncio.Event())
    imports.begin("320583", FIRST)
    imports.begin("320583", SECOND)
    await until(lambda: SECOND in begun)
    await imports.end()

    assert begun == [FIRST] * 11 + [SECOND]


async def test_none_is_begun_again_once_all_is_being_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.importing_beside.AGAIN_SECONDS", 0)
    stopping, begun = asyncio.Event(), 0

    async def work(code: str, id: UUID) -> int:
        nonlocal begun
        begun += 1
        stopping.set()
        return -15

    imports = ImportsBeside(work, stopping)
    imports.begin("320583", FIRST)
    await until(lambda: begun > 0)
    await imports.end()

    assert begun == 1
