"""Infrastructure: the roll-up of a jurisdiction by section, key sector and union, in one statement.

Both projections are read as far as each has come; the position is the lesser of the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from psycopg.rows import DictRow

from application.boards import JurisdictionBoard
from application.log import Unavailable
from application.questions import Moment
from application.views.assembling import Group, roll_up
from application.views.times import local
from infrastructure.views.asking import Asking
from infrastructure.views.pasts import look_of
from infrastructure.views.tallying import over, tally, values

_ROLL_UP = """
WITH known AS (
    SELECT t.*, e.section, e.union_organisation, e.key_sectors
    FROM ({tallies}) t LEFT JOIN {enterprise} e ON e.uscc = t.enterprise
), grouped AS (
    SELECT 'total' AS kind, NULL AS name, stage, grade, closed_before_import, number, overdue FROM known
    UNION ALL SELECT 'section', section, stage, grade, closed_before_import, number, overdue FROM known
    UNION ALL SELECT 'union', union_organisation, stage, grade, closed_before_import, number, overdue FROM known
    UNION ALL SELECT 'key_sector', unnest(key_sectors), stage, grade, closed_before_import, number, overdue FROM known
), active AS (
    SELECT section, union_organisation, key_sectors FROM {enterprise} WHERE NOT closed
), counted AS (
    SELECT kind, name, stage, grade, closed_before_import,
           sum(number)::bigint AS number, sum(overdue)::bigint AS overdue
    FROM grouped GROUP BY 1, 2, 3, 4, 5
    UNION ALL SELECT 'section', section, NULL, NULL, NULL, count(*), 0 FROM active GROUP BY 2
    UNION ALL SELECT 'union', union_organisation, NULL, NULL, NULL, count(*), 0 FROM active GROUP BY 2
    UNION ALL SELECT 'key_sector', sector, NULL, NULL, NULL, count(*), 0
    FROM active, unnest(key_sectors) sector GROUP BY 2
)
SELECT least(h.position, e.position) AS reached, c.*
FROM {projection} h
JOIN {projection} e ON e.name = 'enterprises' AND e.version = {enterprises_version} AND e.serving
LEFT JOIN counted c ON true
WHERE h.name = 'hazards' AND h.version = {hazards_version} AND h.serving
"""


async def jurisdiction_board(asking: Asking, moment: Moment | None) -> JurisdictionBoard:
    """The roll-up, by what the enterprises are today."""
    found = await asking.rows(over(asking, _ROLL_UP, look_of(moment) if moment else None), values(asking, moment))
    if not found:
        raise Unavailable
    total, sections, key_sectors, unions = (
        _groups(found, kind) for kind in ("total", "section", "key_sector", "union")
    )
    as_of = local(asking.time(moment), asking.zone)
    return roll_up(as_of, found[0]["reached"], total[None].tallies, sections, key_sectors, unions)


def _groups(found: Sequence[DictRow], kind: str) -> defaultdict[str | None, Group]:
    groups: defaultdict[str | None, Group] = defaultdict(Group)
    for row in found:
        if row["kind"] == kind:
            _add(groups[row["name"]], row)
    return groups


def _add(group: Group, row: DictRow) -> None:
    """A row of the statement: of enterprises where it names no stage."""
    if row["stage"] is None:
        group.enterprises += row["number"]
    else:
        given = (row["stage"], row["grade"], row["closed_before_import"], row["number"], row["overdue"])
        group.tallies.append(tally(*given))
