"""A text that was erased is in no build of the views: half-done, parked, of an earlier version, whatever was killed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest
from psycopg.sql import SQL, Identifier

from application.commands import Commands
from application.deciding import Request
from application.log import Recorded
from application.projecting import Projector
from application.questions import HazardsQuestion, Projection, ProjectionState
from domain.actors import Role
from domain.hazard.closing import EraseTexts
from infrastructure.evidence import EvidenceFolder
from infrastructure.time_and_chance import SystemChance
from infrastructure.views.builds import Build, Connection
from infrastructure.views.hazards import Hazards
from infrastructure.views.keeper import PostgresKeeper
from tests.conftest import JURISDICTION
from tests.domain.given import ACTORS, id_of
from tests.domain.hazard.roads import REPORTER, reported, text
from tests.infrastructure.views.town import Town

SECRET = "身份证号三二〇五"
ADMINISTRATOR = ACTORS[Role.ADMINISTRATOR]
ERASE = EraseTexts(legal_basis="PIPL Art 47")
HAZARDS = Projection.HAZARDS


class CannotTakePosition2(Hazards):
    """A release with a fault."""

    async def apply(self, connection: Connection, build: Build, recorded: Sequence[Recorded]) -> None:
        if any(one.position == 2 for one in recorded):
            raise ValueError
        await super().apply(connection, build, recorded)


class Newer(Hazards):
    """A release with a new version of the tables."""

    version = Hazards.version + 1


def silent(done: int, all: int) -> None:
    """Progress nobody looks at."""


def projector(town: Town, tables: Hazards) -> Projector:
    return Projector(town.log, [PostgresKeeper(town.pool, JURISDICTION, tables)])


async def said(town: Town) -> dict[str, str]:
    """What each table of texts holds."""
    found = {}
    async with town.pool.connection() as connection:
        names = await connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'hazardloop_320583'::regnamespace AND relkind = 'r'"
            " AND relname LIKE 'hazard_text%%' ORDER BY 1"
        )
        for (name,) in await names.fetchall():
            statement = SQL("SELECT coalesce(string_agg(t::text, ' '), '') FROM {} t")
            (row,) = await (
                await connection.execute(statement.format(Identifier("hazardloop_320583", name)))
            ).fetchall()
            found[name] = str(row[0])
    return found


async def hazard_of(town: Town) -> UUID:
    return await town.report(REPORTER, reported(description=text(SECRET), place=text(SECRET)).command)


async def erase(town: Town, hazard_id: UUID, folder: Path) -> None:
    """As a request does it."""
    hazards = PostgresKeeper(town.pool, JURISDICTION, Hazards())
    evidence = EvidenceFolder(folder)
    commands = Commands(JURISDICTION, town.log, town.rules, town.clock, SystemChance(), evidence, hazards)
    await commands.carry_out(Request(ADMINISTRATOR, id_of("correlation"), expected_version=1), hazard_id, ERASE)


@pytest.fixture
async def everywhere(town: Town) -> tuple[Town, UUID]:
    hazard_id = await hazard_of(town)
    for tables in (Hazards(), Newer()):
        await projector(town, tables).catch_up()
    keeper = PostgresKeeper(town.pool, JURISDICTION, Hazards())
    half_done = await keeper.beside()
    await half_done.take(await town.log.read_after(0, 1))
    assert len(await said(town)) == 3
    assert all(SECRET in held for held in (await said(town)).values())
    return town, hazard_id


async def test_given_other_builds_when_erased_then_it_is_gone_from_all_before_it_is_acknowledged(
    everywhere: tuple[Town, UUID], tmp_path: Path
) -> None:
    town, hazard_id = everywhere

    await erase(town, hazard_id, tmp_path)

    assert not any(SECRET in held for held in (await said(town)).values())


async def test_given_whoever_erased_was_killed_when_projected_then_it_is_gone_from_all(
    everywhere: tuple[Town, UUID],
) -> None:
    town, hazard_id = everywhere
    await town.do(hazard_id, ADMINISTRATOR, ERASE)

    await town.project()

    assert not any(SECRET in held for held in (await said(town)).values())


@pytest.mark.parametrize("killed", [False, True])
async def test_given_a_parked_projection_that_goes_on_serving_when_erased_then_it_is_gone_from_it(
    town: Town, tmp_path: Path, killed: bool
) -> None:
    hazard_id = await hazard_of(town)
    await projector(town, Hazards()).catch_up()
    await town.report(REPORTER, reported().command)
    await projector(town, CannotTakePosition2()).catch_up()
    assert ProjectionState.PARKED in {one.state for one in await town.views.status()}

    if killed:
        await town.do(hazard_id, ADMINISTRATOR, ERASE)
        await town.project()
    else:
        await erase(town, hazard_id, tmp_path)

    assert not any(SECRET in held for held in (await said(town)).values())
    (found,) = (await town.views.hazards(ADMINISTRATOR, HazardsQuestion())).items
    assert (found.description, found.place) == (None, None)


async def test_given_a_batch_read_before_the_erasure_when_taken_after_it_then_it_holds_nothing(
    town: Town, tmp_path: Path
) -> None:
    hazard_id = await hazard_of(town)
    before = await town.log.read_after(0, 1)
    keeper = PostgresKeeper(town.pool, JURISDICTION, Hazards())
    await keeper.install()
    await erase(town, hazard_id, tmp_path)

    assert await keeper.take(before)

    assert not any(SECRET in held for held in (await said(town)).values())


async def test_given_texts_forgotten_early_then_what_is_kept_up_is_what_is_built_anew(
    town: Town, tmp_path: Path
) -> None:
    hazard_id = await hazard_of(town)
    await town.project()
    await erase(town, hazard_id, tmp_path)
    keeper = PostgresKeeper(town.pool, JURISDICTION, Hazards())
    anew = await keeper.beside()

    assert await anew.take(await town.log.read_after(0, 1))

    async with keeper.halted() as halted:
        assert await halted.same_as(anew)
    await town.project()
    assert await town.projector().rebuild(HAZARDS, silent, check=True) is True
