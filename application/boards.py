"""Application: what the boards answer: counts, and rates that say what they are rates of."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from application.answers import Answer
from domain.hazard.words import Stage


class Counts(Answer):
    """How many hazards stand where.

    `found` is all of them, `open` those neither closed nor dismissed, `closed` those closed through
    the loop. What only a record from before the import calls closed is counted apart.
    """

    found: int
    open: int
    overdue: int
    """Open ones with an open duty whose day has passed."""
    closed: int
    closed_before_import: int
    dismissed: int
    by_stage: dict[Stage, int]
    """Every stage; `closed` here holds both kinds of closing."""
    rectification_rate: float | None
    """整改率: rectified or further, of those found, dismissed ones and those closed before the import left out."""
    close_out_rate: float | None
    """Closed through the loop, of the same."""
    close_out_rate_with_imported: float | None
    """Closed in either way, of all found but those dismissed. Every rate is null where it is one of none."""


class GradeCounts(Answer):
    """The same by grade; `ungraded` holds what nobody has graded in its present round."""

    general: Counts
    major: Counts
    ungraded: Counts


class OverdueHazard(Answer):
    """A hazard and the earliest day it has let pass."""

    hazard_id: UUID
    due: date


class Board(Answer):
    """The status of one enterprise."""

    enterprise_uscc: str
    as_of: datetime
    position: int
    total: Counts
    by_grade: GradeCounts
    open_duties: int
    overdue_duties: int
    oldest_overdue: OverdueHazard | None


class KeySector(StrEnum):
    """The key sectors of the notice (厅字〔2017〕23号); one enterprise may be in several."""

    MINING = "mining"
    TRANSPORT = "transport"
    HAZARDOUS_CHEMICALS = "hazardous_chemicals"
    CONSTRUCTION = "construction"
    CITY_GAS = "city_gas"
    CROWDED_PLACES = "crowded_places"
    THREE_IN_ONE_PREMISES = "three_in_one_premises"


class SectionRow(Answer):
    """The hazards of one section of GB/T 4754-2017 (A to T); null: the industry, or the enterprise, is not known."""

    section: str | None
    enterprises: int
    counts: Counts


class KeySectorRow(Answer):
    """The hazards of one key sector."""

    key_sector: KeySector
    enterprises: int
    counts: Counts


class UnionRow(Answer):
    """The hazards of the enterprises counted under one union organisation; null: none named."""

    union_organisation: str | None
    enterprises: int
    counts: Counts


class JurisdictionBoard(Answer):
    """The roll-up of a jurisdiction. Sections and unions each add up to the total; key sectors overlap."""

    as_of: datetime
    position: int
    total: Counts
    by_grade: GradeCounts
    sections: tuple[SectionRow, ...]
    key_sectors: tuple[KeySectorRow, ...]
    unions: tuple[UnionRow, ...]


class EnterpriseSummary(Answer):
    """An enterprise as it stands."""

    uscc: str
    version: int
    enterprise_name: str
    industry_code: str | None
    section: str | None
    key_sectors: tuple[KeySector, ...]
    three_in_one: bool
    crowded: bool
    union_organisation: str | None
    closed: bool
    registered_at: datetime
    """When the registration is said to have happened."""
    updated_at: datetime
    """When the last event was recorded."""
    position: int
