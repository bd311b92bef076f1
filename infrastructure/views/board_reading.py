"""Infrastructure: the boards of enterprises, in one statement: counts, duties and position are of one cut.

Who asks for a board at the same time asks for it together; each board is as of the time its own question names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from application.boards import Board, OverdueHazard
from application.log import Unavailable
from application.questions import Moment
from application.views.assembling import Duties, board
from application.views.times import local
from infrastructure.log.arrays import Bigints, Dates, Texts, Times, Uuids
from infrastructure.statements import Statements
from infrastructure.together import Together
from infrastructure.views.asking import Asking
from infrastructure.views.pasts import Look, look_of
from infrastructure.views.tallying import over, tally

_BOARDS = """
SELECT p.position, EXISTS (SELECT 1 FROM {events} e WHERE e.originator_id = n.stream),
    t.tallies, d.number, d.overdue, oldest.hazard_id, oldest.next_due
FROM unnest(%b, %b, %b, %b, %b) WITH ORDINALITY n (uscc, stream, today, at, position, nth)
JOIN {projection} p ON p.name = 'hazards' AND p.version = {hazards_version} AND p.serving
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_array(t.stage, t.grade, t.closed_before_import, t.number, t.overdue)) AS tallies
    FROM ({tallies}) t
) t
CROSS JOIN LATERAL (
    SELECT count(*) AS number, count(*) FILTER (WHERE d.due < n.today) AS overdue
    FROM {duty} d WHERE d.enterprise = n.uscc AND {open}
) d
LEFT JOIN LATERAL (
    SELECT * FROM ({standings}) s WHERE s.next_due < n.today ORDER BY s.next_due, s.opened LIMIT 1
) oldest ON true
ORDER BY n.nth
"""


@dataclass(frozen=True, slots=True)
class _Question:
    uscc: str
    stream: UUID
    at: datetime
    today: date
    position: int
    """Of a version; else 0, which nothing asks for."""


class EnterpriseBoards:
    """Reads the boards of one jurisdiction's enterprises."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._statements = Statements(asking.pool)
        self._together = {look: self._by(look) for look in (None, *Look)}

    async def board(self, uscc: str, stream: UUID, moment: Moment | None) -> Board | None:
        """The board of an enterprise; None where its stream is empty. Raises Unavailable."""
        asking = self._asking
        position = (moment.position if moment else None) or 0
        question = _Question(uscc, stream, asking.time(moment), asking.today(moment), position)
        row = await self._together[look_of(moment) if moment else None].ask(question)
        reached, registered, tallies, number, overdue, hazard_id, due = row
        if not registered:
            return None
        oldest = OverdueHazard(hazard_id=hazard_id, due=due) if hazard_id else None
        told = (tally(*one) for one in tallies or ())
        return board(uscc, local(question.at, asking.zone), reached, told, Duties(number, overdue, oldest))

    def _by(self, look: Look | None) -> Together[_Question, Sequence[Any]]:
        return Together(partial(self._rows, over(self._asking, _BOARDS, look, asked="n").as_bytes()))

    async def _rows(self, statement: bytes, asked: Sequence[_Question]) -> Sequence[Sequence[Any]]:
        rows = await self._statements.rows(
            statement,
            (
                Texts(one.uscc for one in asked),
                Uuids(one.stream for one in asked),
                Dates(one.today for one in asked),
                Times(one.at for one in asked),
                Bigints(one.position for one in asked),
            ),
        )
        if not rows:
            raise Unavailable
        return rows
