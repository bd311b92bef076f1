"""Application: what can be asked, and the port that answers.

Whoever asks for an enterprise sees that enterprise only, and what they reported themselves: lists
are filtered by it, a single thing of somebody else's is None, as one that does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from application.answers import DutyRow, HazardFile, HazardSummary, HistoryEntry, Page
from application.boards import Board, EnterpriseSummary, JurisdictionBoard
from application.differences import BoardDiff, HazardDiff
from domain.actors import Actor
from domain.hazard.words import Grade, Stage
from domain.refusals import CONTRACT, Rule

CURSOR = Rule("cursor.other_filters", "the cursor is none of ours, or was given for other filters", CONTRACT)
NO_VERSION = Rule("version.unknown", "the log has not come as far as this version", CONTRACT)

WAIT_SECONDS = 5.0
"""How long `min_position` waits for the views before the answer is 503."""


class ClockKind(StrEnum):
    """By which clock a past is meant: when things were recorded, or when they are said to have occurred."""

    RECORDED = "recorded"
    OCCURRED = "occurred"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time to look back to, with an offset. What happened at that very instant has happened."""

    at: datetime
    clock: ClockKind = ClockKind.RECORDED
    position: int | None = None
    """Of what was recorded at that very instant only what lies up to here: how a version is looked up."""


@dataclass(frozen=True, slots=True)
class LogVersion:
    """What the log held once the event at `position` was recorded. It never changes again."""

    position: int


Past = Moment | LogVersion
"""What a list or a board can be asked as of."""

Points = tuple[Past, Past | None]
"""Two points between which a difference is asked for, None for now; of a single hazard a version is its own."""


@dataclass(frozen=True, slots=True)
class HazardsQuestion:
    """Which rows of the ledger; newest first. `q` is looked for in description and place, as it stands."""

    hazard_id: UUID | None = None
    enterprise: str | None = None
    stage: Stage | None = None
    grade: Grade | None = None
    overdue: bool | None = None
    q: str | None = None
    moment: Past | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class EnterprisesQuestion:
    """Which enterprises; by code. `q` is looked for in the name, as it stands."""

    union_organisation: str | None = None
    closed: bool | None = None
    q: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class DutiesQuestion:
    """Which duties; the earliest due first. `overdue`: open, and its day has passed at the time asked for."""

    enterprise: str | None = None
    hazard_id: UUID | None = None
    open: bool | None = None
    overdue: bool | None = None
    moment: Past | None = None
    limit: int = 50
    cursor: str | None = None


class Projection(StrEnum):
    """The folds that are kept up in tables."""

    HAZARDS = "hazards"
    ENTERPRISES = "enterprises"


class ProjectionState(StrEnum):
    """Building: not serving yet. Parked: an event it can't take stops it, alone."""

    BUILDING = "building"
    LIVE = "live"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class ProjectionStatus:
    """Where one build of a projection stands."""

    name: Projection
    version: int
    build: int
    state: ProjectionState
    position: int
    lag_events: int
    lag_seconds: float
    """How long the first event it has not taken has been in the log; 0 if there is none."""
    error: str | None
    """Name of the event and of what went wrong; never what the event says."""


class Views(Protocol):
    """One jurisdiction's way out. Every list raises RuleBroken (field `cursor`) for a cursor of other filters.

    What takes a past waits until the views hold it (Unavailable after 5 seconds), and raises RuleBroken (field
    `version`) for a version the log has yet to reach.
    """

    async def hazards(self, actor: Actor, question: HazardsQuestion) -> Page[HazardSummary]:
        """The ledger, now or as of a time."""

    async def hazard(
        self, actor: Actor, id: UUID, *, version: int | None = None, moment: Moment | None = None
    ) -> HazardFile | None:
        """One hazard, folded from its stream, so never behind: now, at a version, or as of a time."""

    async def history(
        self, actor: Actor, id: UUID, *, version: int | None = None, moment: Moment | None = None
    ) -> Sequence[HistoryEntry] | None:
        """Every event of one hazard, the first first: up to now, to a version, or to what counts as of a time.

        To its reporter, once it is another enterprise's, their own.
        """

    async def enterprises(self, actor: Actor, question: EnterprisesQuestion) -> Page[EnterpriseSummary]:
        """The enterprises of the jurisdiction."""

    async def enterprise(self, actor: Actor, uscc: str) -> EnterpriseSummary | None:
        """One enterprise, folded from its stream, so never behind."""

    async def enterprise_board(self, actor: Actor, uscc: str, moment: Past | None = None) -> Board | None:
        """The status of one enterprise, now or as of a time."""

    async def jurisdiction_board(self, actor: Actor, moment: Past | None = None) -> JurisdictionBoard | None:
        """The roll-up; None for whoever acts for an enterprise. Sectors and unions are those of today."""

    async def hazard_diff(self, actor: Actor, id: UUID, points: Points) -> HazardDiff | None:
        """What lies between two points of one hazard. Raises RuleBroken: an unknown version, points out of order."""

    async def board_diff(
        self, actor: Actor, uscc: str | None, points: Points, limit: int = 50, cursor: str | None = None
    ) -> BoardDiff | None:
        """What lies between two points of an enterprise's board or, without one, of the roll-up. Raises as above."""

    async def duties(self, actor: Actor, question: DutiesQuestion) -> Page[DutyRow]:
        """The duties, now or as of a time."""

    async def overdue_duties(
        self, day: date, after: tuple[UUID, int] | None = None, limit: int = 500
    ) -> Sequence[DutyRow]:
        """For the clock: the open duties whose due day lies before `day`, past (hazard_id, number), in that order."""

    async def reached(
        self, position: int, of: Sequence[Projection] = tuple(Projection), timeout: float = WAIT_SECONDS
    ) -> None:
        """Return once these projections have taken the event at `position`. Raises Unavailable after `timeout`."""

    async def status(self) -> Sequence[ProjectionStatus]:
        """Every build of every projection, by name, version and build."""
