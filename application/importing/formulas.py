"""Importing: cells that a spreadsheet would carry out as formulas, and how they are kept from it in a file of text."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula."""


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would carry out."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def as_it_was(cell: str) -> str:
    """A harmless cell without its apostrophe."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell
