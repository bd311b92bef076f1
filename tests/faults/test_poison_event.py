"""An event this release can't read: its projection stands still and says so, the other goes on; read, it resumes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from application.log import Recorded
from application.projecting import relevant
from application.questions import Projection, ProjectionState
from domain.actors import Role
from domain.enterprise.enterprise import Change
from domain.erasable import Erasable
from domain.event import DomainEvent
from domain.hazard.dual_reporting import NotifyWorkers
from domain.hazard.reporting import Report
from domain.hazard.words import Channel, NoticeChannel
from infrastructure.views import keeper
from tests.api.cli.process import answer
from tests.domain.given import ACTORS, OURS
from tests.faults.poison import UNKNOWN, append_raw, newer_release
from tests.faults.table import Table
from tests.faults.views import differing
from tests.infrastructure.views.town import Town, town_at

FAULT = "poison event"
INSPECTOR = ACTORS[Role.UNION_INSPECTOR]
REPORT = Report(enterprise_uscc=OURS, description=Erasable("安全出口被堵"), channel=Channel.INSPECTION)


async def poisoned(town: Town, name: str) -> int:
    """Things happen before and after an event that can't be read; where that one lies."""
    await town.register(OURS)
    hazard = await town.report(INSPECTOR, REPORT)
    notice = await town.do(hazard, INSPECTOR, NotifyWorkers(channel=NoticeChannel.NOTICE_BOARD))
    (noticed,) = await town.log.read_after(notice.position - 1, 1)
    await append_raw(town, name, hazard, notice.version + 1, noticed.state)
    await town.report(INSPECTOR, REPORT)
    await town.change(OURS, Change(crowded=True))
    return notice.position + 1


@dataclass(frozen=True)
class Told:
    """What `hazardloop status` says of a view."""

    state: str
    position: int
    error: str | None


def told_by_status(settings: Mapping[str, str]) -> Mapping[str, Told]:
    """What it says of each."""
    (state,) = json.loads(answer(settings, "status", "--json", code=1))
    return {one["name"]: Told(one["state"], one["position"], one["error"]) for one in state["projections"]}


@pytest.mark.parametrize("unknown", UNKNOWN)
async def test_given_an_event_it_can_not_read_then_one_view_says_so_the_rest_go_on_and_a_release_that_can_resumes(
    settings: Mapping[str, str], unknown: str, table: Table
) -> None:
    async with town_at(settings["HAZARDLOOP_DATABASE_URL"]) as town:
        at, name = await poisoned(town, UNKNOWN[unknown]), UNKNOWN[unknown]
        await town.project()
        head = await town.log.head()

        told = told_by_status(settings)
        hazards = told[Projection.HAZARDS]
        assert (hazards.state, hazards.position) == (ProjectionState.PARKED, at - 1)
        assert hazards.error is not None
        assert hazards.error.startswith(f"{name} at {at}: ")
        assert told[Projection.ENTERPRISES].position == head

        answer(settings, "rebuild", "hazards", "--resume")
        await town.project()
        assert told_by_status(settings)[Projection.HAZARDS] == hazards, "nothing was mended yet"

        answer(settings, "rebuild", "hazards", "--resume")
        newer = newer_release(town)
        assert await differing(newer) == []
        status = await town.views.status()
        assert {(one.state, one.position, one.error) for one in status} == {(ProjectionState.LIVE, head, None)}
    table.tell(
        FAULT, len(UNKNOWN), f"unknown {unknown}: parked at it and said so, the other went on, resumed when read"
    )


async def test_control_given_a_projector_that_passes_over_what_it_can_not_read_then_the_difference_is_found(
    database_url: str, monkeypatch: pytest.MonkeyPatch, table: Table
) -> None:
    def swallow(recorded: Sequence[Recorded], subjects: tuple[str, ...]) -> list[Recorded]:
        return relevant([one for one in recorded if isinstance(one.event, DomainEvent)], subjects)

    async with town_at(database_url) as town:
        await poisoned(town, UNKNOWN["version"])
        with monkeypatch.context() as broken:
            broken.setattr(keeper, "relevant", swallow)
            await town.project()

        parked = [one for one in await town.views.status() if one.state is ProjectionState.PARKED]
        found = await differing(newer_release(town))

    assert (parked, found) == ([], [Projection.HAZARDS])
    table.tell_control(FAULT, f"passed over instead of parked: {', '.join(found)} differ")
