"""Importing: cells that a spreadsheet would carry out as formulas, and how they are kept from it in a file of text."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula; the broad ones in some of its languages."""


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would carry out."""
    return f"'{cell}" if _after_apostrophes(cell) else cell


def as_it_was(cell: str) -> str:
    """A harmless cell without its apostrophe."""
    return cell[1:] if cell.startswith("'") and _after_apostrophes(cell) else cell


def _after_apostrophes(cell: str) -> bool:
    """One that has an apostrophe there of its own gets a second: else it would come back without."""
    return cell.lstrip("'").startswith(FORMULA)
