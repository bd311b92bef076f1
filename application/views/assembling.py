"""Application: a board put together from tallies, wherever these were counted: in tables, or by a fold of the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from application.boards import Board, JurisdictionBoard, KeySector, KeySectorRow, OverdueHazard, SectionRow, UnionRow
from application.views.counting import Tally, counted, counted_by_grade


@dataclass(slots=True)
class Group:
    """The enterprises of one section, key sector or union, and their hazards."""

    enterprises: int = 0
    tallies: list[Tally] = field(default_factory=list)


Groups = Mapping[str | None, Group]
"""By name; None where none is known."""


@dataclass(frozen=True, slots=True)
class Duties:
    """Of one enterprise: how many are open, how many of these are overdue, and the hazard that was so first."""

    open: int
    overdue: int
    oldest: OverdueHazard | None


def board(uscc: str, as_of: datetime, position: int, tallies: Iterable[Tally], duties: Duties) -> Board:
    """The status of one enterprise."""
    told = list(tallies)
    return Board(
        enterprise_uscc=uscc,
        as_of=as_of,
        position=position,
        total=counted(told),
        by_grade=counted_by_grade(told),
        open_duties=duties.open,
        overdue_duties=duties.overdue,
        oldest_overdue=duties.oldest,
    )


def roll_up(
    as_of: datetime, position: int, total: Iterable[Tally], sections: Groups, key_sectors: Groups, unions: Groups
) -> JurisdictionBoard:
    """The roll-up of a jurisdiction; the unnamed stand last."""
    told = list(total)
    known: Mapping[str | None, Group] = defaultdict(Group, key_sectors)
    return JurisdictionBoard(
        as_of=as_of,
        position=position,
        total=counted(told),
        by_grade=counted_by_grade(told),
        sections=tuple(
            SectionRow(section=name, enterprises=group.enterprises, counts=counted(group.tallies))
            for name, group in _in_order(sections)
        ),
        key_sectors=tuple(
            KeySectorRow(
                key_sector=sector, enterprises=known[sector].enterprises, counts=counted(known[sector].tallies)
            )
            for sector in KeySector
        ),
        unions=tuple(
            UnionRow(union_organisation=name, enterprises=group.enterprises, counts=counted(group.tallies))
            for name, group in _in_order(unions)
        ),
    )


def _in_order(groups: Groups) -> list[tuple[str | None, Group]]:
    return sorted(groups.items(), key=lambda group: (group[0] is None, group[0] or ""))
