"""Importing: why a row is not in the log, and what of one that is should be looked at: which cell, which rule.

A value may be anybody's personal text: it goes into the operator's own report and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.refusals import Rule

IMPORTING = "hazardloop: importing (docs/import.md)"

IDENTITY = Rule("import.identity", "every column that identifies a row has to be filled", IMPORTING)
OCCURRED_AT = Rule("import.occurred_at", "the row does not say when this happened", IMPORTING)
DATE = Rule("import.date", "this is in none of the date formats of the mapping, or before 1900", IMPORTING)
NUMBER = Rule("import.number", "this is not a number", IMPORTING)
UNMAPPED = Rule("import.unmapped", "the mapping has no word for this value", IMPORTING)
LINES = Rule("import.lines", "these cells have different numbers of lines, or more than 100", IMPORTING)
TAKEN_OVER = Rule("import.taken_over", "people have moved this hazard on; a record adds no move to it", IMPORTING)
UNREADABLE = Rule("import.unreadable", "this release can't read what the log has of this hazard", IMPORTING)

ORDER = Rule("import.order", "this lies before a move it follows; it is in the log as stated", IMPORTING)
DEADLINE = Rule("import.deadline", "the deadline lies before the day it was set; it is in the log as stated", IMPORTING)
CONFLICT = Rule("import.conflict", "the log says otherwise, and nothing in it is written over", IMPORTING)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell. Where several columns make up a field, both column and value join them."""

    row: int
    column: str
    value: str
    rule: str
    says: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is odd about one cell of a row that is in the log. `in_log`: what the log says, where it says otherwise."""

    sheet: str
    row: int
    column: str
    value: str
    in_log: str
    rule: str
    says: str


class RowRefused(Exception):
    """A row the log does not take; nothing of it is written."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("the row is refused")
        self.faults = faults
