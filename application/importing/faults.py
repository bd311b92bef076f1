"""Importing: why a row is not in the log: which cell, which rule. Every row that isn't has at least one of these.

A value may be anybody's personal text: it goes into the operator's own report and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.refusals import Rule

IMPORTING = "hazardloop: importing (docs/import.md)"

IDENTITY = Rule("import.identity", "every column that identifies a row has to be filled", IMPORTING)
DIFFERS = Rule("import.differs", "another row under the same identity is in the log and says something else", IMPORTING)
OCCURRED_AT = Rule("import.occurred_at", "the row does not say when this happened", IMPORTING)
DATE = Rule("import.date", "this is in none of the date formats of the mapping, or before 1900", IMPORTING)
NUMBER = Rule("import.number", "this is not a number", IMPORTING)
UNMAPPED = Rule("import.unmapped", "the mapping has no word for this value", IMPORTING)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell. Where several columns make up a field, both column and value join them."""

    row: int
    column: str
    value: str
    rule: str
    says: str


class RowRefused(Exception):
    """A row the log does not take; nothing of it is written."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("the row is refused")
        self.faults = faults
