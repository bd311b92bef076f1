"""Infrastructure: the board of one enterprise, in one statement: counts, duties and position are of one cut."""

from __future__ import annotations

from application.boards import Board, OverdueHazard
from application.log import Unavailable
from application.questions import Moment
from application.views.counting import counted, counted_by_grade
from application.views.times import local
from infrastructure.views.asking import Asking
from infrastructure.views.tallying import over, tally, values

_BOARD = """
SELECT p.position AS reached,
    (SELECT jsonb_agg(jsonb_build_array(t.stage, t.grade, t.closed_before_import, t.number, t.overdue))
     FROM ({tallies}) t) AS tallies,
    (SELECT count(*) FROM {duty} d WHERE d.enterprise = %(uscc)s AND {open}) AS open_duties,
    (SELECT count(*) FROM {duty} d WHERE d.enterprise = %(uscc)s AND {open} AND d.due < %(today)s) AS overdue_duties,
    oldest.hazard_id, oldest.next_due
FROM {projection} p
LEFT JOIN LATERAL (
    SELECT * FROM ({standings}) s WHERE s.next_due < %(today)s ORDER BY s.next_due, s.opened LIMIT 1
) oldest ON true
WHERE p.name = 'hazards' AND p.version = %(hazards)s AND p.serving
"""


async def enterprise_board(asking: Asking, uscc: str, moment: Moment | None) -> Board:
    """The board of an enterprise."""
    given = values(asking, moment) | {"uscc": uscc}
    found = await asking.rows(over(asking, _BOARD, moment, of_one=True), given)
    if not found:
        raise Unavailable
    row = found[0]
    tallies = [tally(*one) for one in row["tallies"] or ()]
    return Board(
        enterprise_uscc=uscc,
        as_of=local(asking.time(moment), asking.zone),
        position=row["reached"],
        total=counted(tallies),
        by_grade=counted_by_grade(tallies),
        open_duties=row["open_duties"],
        overdue_duties=row["overdue_duties"],
        oldest_overdue=OverdueHazard(hazard_id=row["hazard_id"], due=row["next_due"]) if row["hazard_id"] else None,
    )
