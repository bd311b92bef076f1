"""Application: how many hazards stand where, and the rates of the statistics form (整改率)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from application.boards import Counts, GradeCounts
from domain.hazard.words import OPEN, Grade, Stage

RECTIFIED_OR_FURTHER = frozenset({Stage.RECTIFIED, Stage.VERIFIED, Stage.DUAL_REPORTED, Stage.CLOSED})

_NOWHERE = dict.fromkeys(Stage, 0)

DIGITS = 4
"""To how many digits a rate is given."""


@dataclass(frozen=True, slots=True)
class Tally:
    """So many hazards of one stage, grade and kind of closing, and how many of them are overdue."""

    stage: Stage
    grade: Grade | None
    closed_before_import: bool
    number: int
    overdue: int


def counted(tallies: Iterable[Tally]) -> Counts:
    """The counts of all of them together."""
    by_stage = _NOWHERE.copy()
    imported = overdue = 0
    for tally in tallies:
        by_stage[tally.stage] += tally.number
        overdue += tally.overdue
        imported += tally.number if tally.closed_before_import else 0
    found = sum(by_stage.values())
    taken_on = found - by_stage[Stage.DISMISSED]
    closed = by_stage[Stage.CLOSED] - imported
    rectified = sum(map(by_stage.__getitem__, RECTIFIED_OR_FURTHER)) - imported
    return Counts(
        found=found,
        open=sum(map(by_stage.__getitem__, OPEN)),
        overdue=overdue,
        closed=closed,
        closed_before_import=imported,
        dismissed=by_stage[Stage.DISMISSED],
        by_stage=by_stage,
        rectification_rate=_rate(rectified, taken_on - imported),
        close_out_rate=_rate(closed, taken_on - imported),
        close_out_rate_with_imported=_rate(closed + imported, taken_on),
    )


def counted_by_grade(tallies: Iterable[Tally]) -> GradeCounts:
    """The same, grade by grade."""
    given = list(tallies)

    def of(grade: Grade | None) -> Counts:
        graded = [tally for tally in given if tally.grade is grade]
        return counted(graded) if graded else _NONE

    return GradeCounts(general=of(Grade.GENERAL), major=of(Grade.MAJOR), ungraded=of(None))


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, DIGITS) if whole else None


_NONE = counted(())
