"""Infrastructure: everything that can be asked of one jurisdiction. Lists and boards are read from the views;
a single hazard or enterprise is folded from its stream, so that its version is the one to write on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from application.answers import DutyRow, HazardFile, HazardSummary, HistoryEntry, Page
from application.boards import Board, EnterpriseSummary, JurisdictionBoard
from application.commands import enterprise_stream
from application.differences import ORDER, BoardDiff, HazardDiff
from application.log import EventLog, Recorded, readable
from application.ports import Clock
from application.questions import (
    NO_VERSION,
    WAIT_SECONDS,
    ClockKind,
    DutiesQuestion,
    EnterprisesQuestion,
    HazardsQuestion,
    LogVersion,
    Moment,
    Past,
    Points,
    Projection,
    ProjectionStatus,
)
from application.replaying.differing import hazard_diff
from application.views.enterprise_file import fold_enterprise
from application.views.hazard_file import everything_about, fold, until
from application.views.statements import history_entry
from domain.actors import Actor
from domain.hazard.reporting import Reported
from domain.refusals import RuleBroken
from infrastructure.log.pool import Pool
from infrastructure.views.asking import Asking, sees_all
from infrastructure.views.board_reading import EnterpriseBoards
from infrastructure.views.differences import Turned, board_diff
from infrastructure.views.duty_list import duties, overdue_duties
from infrastructure.views.enterprise_list import enterprises
from infrastructure.views.ledger import ledger
from infrastructure.views.reaching import Reaching
from infrastructure.views.roll_up import jurisdiction_board
from infrastructure.views.standing import status


class PostgresViews:
    """Implements application.questions.Views over one schema and its log."""

    def __init__(self, pool: Pool, code: str, log: EventLog, zone: ZoneInfo, clock: Clock) -> None:
        self._code = code
        self._log = log
        self._zone = zone
        self._clock = clock
        self._asking = Asking(pool, code, zone, clock)
        self._reaching = Reaching(self._asking)
        self._boards = EnterpriseBoards(self._asking)

    async def hazards(self, actor: Actor, question: HazardsQuestion) -> Page[HazardSummary]:
        """The ledger, now or as of a time."""
        return await ledger(self._asking, actor, question, await self._moment(question.moment))

    async def hazard(
        self, actor: Actor, id: UUID, *, version: int | None = None, moment: Moment | None = None
    ) -> HazardFile | None:
        """One hazard: now, at a version, or as of a time. Also who saw it as it then stood may see it so again."""
        everything = await everything_about(self._log, id)
        if not everything or not isinstance(everything[0].event, Reported):
            return None
        readable(everything)
        now = fold(everything, self._zone, self._clock.now())
        asked = now
        if version is not None or moment is not None:
            asked = fold(until(everything, id, version, moment), self._zone, moment.at if moment else None)
        if now is None or asked is None or not (now.visible_to(actor) or asked.visible_to(actor)):
            return None
        if now.wholly_visible_to(actor) or asked.wholly_visible_to(actor):
            return asked.file
        return asked.as_reported(actor)

    async def history(
        self, actor: Actor, id: UUID, *, version: int | None = None, moment: Moment | None = None
    ) -> Sequence[HistoryEntry] | None:
        """Every event of one hazard, the first first; to its reporter elsewhere only those that are their own."""
        everything = await everything_about(self._log, id)
        recorded = [one for one in everything if one.stream_id == id]
        if not recorded or recorded[0].name != Reported.name:
            return None
        entries = [history_entry(one) for one in until(everything, id, version, moment) if one.stream_id == id]
        if not sees_all(actor):
            readable(recorded)
            folded = fold(recorded, self._zone, None)
            if folded is None or not folded.visible_to(actor):
                return None
            if not folded.wholly_visible_to(actor):
                return [one for one in entries if one.by is not None and one.by.actor_id == actor.id]
        return entries

    async def enterprises(self, actor: Actor, question: EnterprisesQuestion) -> Page[EnterpriseSummary]:
        """The enterprises of the jurisdiction."""
        return await enterprises(self._asking, actor, question)

    async def enterprise(self, actor: Actor, uscc: str) -> EnterpriseSummary | None:
        """One enterprise."""
        if not _may_see(actor, uscc):
            return None
        recorded = await self._log.read(enterprise_stream(self._code, uscc))
        readable(recorded)
        memory = fold_enterprise(recorded)
        return memory.summary(self._zone) if memory else None

    async def enterprise_board(self, actor: Actor, uscc: str, moment: Past | None = None) -> Board | None:
        """The status of one enterprise, now or as of a time."""
        if not _may_see(actor, uscc):
            return None
        return await self._boards.board(uscc, enterprise_stream(self._code, uscc), await self._moment(moment))

    async def jurisdiction_board(self, actor: Actor, moment: Past | None = None) -> JurisdictionBoard | None:
        """The roll-up; None for whoever acts for an enterprise."""
        if not sees_all(actor):
            return None
        return await jurisdiction_board(self._asking, await self._moment(moment))

    async def hazard_diff(self, actor: Actor, id: UUID, points: Points) -> HazardDiff | None:
        """What lies between two points of one hazard; None unless the actor may read all that was said about it."""
        everything = await everything_about(self._log, id)
        if not everything or not isinstance(everything[0].event, Reported):
            return None
        readable(everything)
        now = fold(everything, self._zone, None)
        if now is None or not now.wholly_visible_to(actor):
            return None
        before, after = points[0], points[1] or _now(points[0], self._clock.now())
        counts, days = [], []
        for point, field in ((before, "from_version"), (after, "to_version")):
            counted = _until(everything, id, point)
            if isinstance(point, LogVersion) and not counted:
                raise RuleBroken(NO_VERSION, field)
            counts.append(len(counted))
            at = point.at if isinstance(point, Moment) else counted[-1].recorded_at
            days.append(self._asking.today(Moment(at)))
        if counts[0] > counts[1] or _out_of_order(before, after):
            raise RuleBroken(ORDER, _to(points))
        if not counts[1]:
            return None
        return hazard_diff(everything, counts[0], counts[1], (days[0], days[1]), self._zone)

    async def board_diff(
        self, actor: Actor, uscc: str | None, points: Points, limit: int = 50, cursor: str | None = None
    ) -> BoardDiff | None:
        """What lies between two points of an enterprise's board or, without one, of the roll-up."""
        if not (sees_all(actor) if uscc is None else _may_see(actor, uscc)):
            return None
        page = Turned.to(("diff", uscc, *points), limit, cursor)
        before = await self._moment(points[0], "from_version")
        assert before is not None
        after = await self._moment(points[1], "to_version") or _now(before, page.now or self._clock.now())
        if _out_of_order(before, after):
            raise RuleBroken(ORDER, _to(points))
        boards = [
            await (self.jurisdiction_board(actor, one) if uscc is None else self.enterprise_board(actor, uscc, one))
            for one in (before, after)
        ]
        if boards[0] is None or boards[1] is None:
            return None
        return await board_diff(self._asking, (before, after), (boards[0], boards[1]), uscc, page)

    async def duties(self, actor: Actor, question: DutiesQuestion) -> Page[DutyRow]:
        """The duties, now or as of a time."""
        return await duties(self._asking, actor, question, await self._moment(question.moment))

    async def overdue_duties(
        self, day: date, after: tuple[UUID, int] | None = None, limit: int = 500
    ) -> Sequence[DutyRow]:
        """For the clock: the open duties that were due before a day."""
        return await overdue_duties(self._asking, day, after, limit)

    async def reached(
        self, position: int, of: Sequence[Projection] = tuple(Projection), timeout: float = WAIT_SECONDS
    ) -> None:
        """Return once these projections have taken the event at `position`."""
        await self._reaching.reached(position, of, timeout)

    async def status(self) -> Sequence[ProjectionStatus]:
        """Every build of every projection."""
        return await status(self._asking, self._log)

    async def _moment(self, past: Past | None, field: str = "version") -> Moment | None:
        """The past to look up: a version by when its last event was recorded, once the views hold it."""
        if not isinstance(past, LogVersion):
            return past
        last = await self._log.read_after(past.position - 1, 1)
        if past.position < 1 or not last:
            raise RuleBroken(NO_VERSION, field)
        await self.reached(past.position)
        return Moment(last[0].recorded_at, position=past.position)


def _now(before: Past, now: datetime) -> Moment:
    """Now as a second point, by the clock of the first."""
    return Moment(now, before.clock if isinstance(before, Moment) else ClockKind.RECORDED)


def _to(points: Points) -> str:
    """What the second point is called by whoever asked."""
    return "to_version" if isinstance(points[1], LogVersion) else "to"


def _out_of_order(before: Past, after: Past) -> bool:
    """Whether the first of two points lies after the second, as far as their times and positions tell."""
    if isinstance(before, Moment) and isinstance(after, Moment) and before.at != after.at:
        return before.at > after.at
    return None not in (before.position, after.position) and (before.position or 0) > (after.position or 0)


def _until(everything: Sequence[Recorded], id: UUID, point: Past) -> Sequence[Recorded]:
    """A hazard's events that count at a point; a version is its own."""
    if isinstance(point, LogVersion):
        return until(everything, id, point.position, None)
    return until(everything, id, None, point)


def _may_see(actor: Actor, uscc: str) -> bool:
    return sees_all(actor) or actor.enterprise == uscc
