"""Application: the questions of the views once more, answered by a fold of the whole log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from application.answers import HazardFile
from application.log import EventLog, Recorded, Unreadable
from application.ports import Clock
from application.questions import NO_VERSION, LogVersion, Moment, Past
from application.replaying.folding import CannotFold, Judge, Replay, as_it_lies, whole_log
from application.views.hazard_file import fold, until
from application.views.hazard_memory import hazard_of
from domain.refusals import RuleBroken


@dataclass(frozen=True, slots=True)
class ByFold:
    """One jurisdiction's log, folded whenever it is asked: exact, and as slow as the log is long."""

    log: EventLog
    zone: ZoneInfo
    clock: Clock

    async def replay(self, past: Past | None, *judges: Judge) -> Sequence[Replay]:
        """All as of a past, as the log has it and then once by each judge.

        Raises CannotFold, RuleBroken for a version yet to come, Unavailable.
        """
        head = await self.log.head()
        if isinstance(past, LogVersion) and not 1 <= past.position <= head:
            raise RuleBroken(NO_VERSION, "version")
        now = self.clock.now()
        replays = [Replay(self.zone, now, past, judge) for judge in (as_it_lies, *judges)]
        async for recorded in whole_log(self.log, head):
            for replay in replays:
                replay.take(recorded)
        return replays

    async def events_of(self, hazard_id: UUID) -> list[Recorded]:
        """Everything the log says about a hazard, its duties included. Raises CannotFold, Unavailable."""
        found = []
        async for recorded in whole_log(self.log, await self.log.head()):
            if isinstance(recorded.event, Unreadable):
                raise CannotFold(recorded.position)
            if hazard_of(recorded.event) == hazard_id:
                found.append(recorded)
        return found

    async def hazard(
        self, id: UUID, *, version: int | None = None, moment: Moment | None = None
    ) -> tuple[HazardFile, Past] | None:
        """One hazard, and the past at which the timeline holds the same; None where there was none, or not as far."""
        counted = until(await self.events_of(id), id, version, moment)
        folded = fold(counted, self.zone, moment.at if moment else None)
        return (folded.file, moment or LogVersion(counted[-1].position)) if folded else None
