"""Application: where an industry code of GB/T 4754-2017 is counted: its section, and the notice's key sectors."""

from __future__ import annotations

from application.boards import KeySector

_LAST_DIVISION = {
    "A": 5,
    "B": 12,
    "C": 43,
    "D": 46,
    "E": 50,
    "F": 52,
    "G": 60,
    "H": 62,
    "I": 65,
    "J": 69,
    "K": 70,
    "L": 72,
    "M": 75,
    "N": 79,
    "O": 82,
    "P": 83,
    "Q": 85,
    "R": 90,
    "S": 96,
    "T": 97,
}
"""The highest two-digit division of each section; the next section begins with the next number."""

_KEY_PREFIXES = {
    KeySector.MINING: ("B", "06", "07", "08", "09", "10", "11", "12"),
    KeySector.TRANSPORT: ("53", "54", "55", "56", "57", "58"),
    KeySector.HAZARDOUS_CHEMICALS: ("25", "26", "594"),
    KeySector.CONSTRUCTION: ("E", "47", "48", "49", "50"),
    KeySector.CITY_GAS: ("45",),
}
"""What a code of the sector begins with. A code less precise than these (G, C, D, 59) is not counted in it."""


def section_of(industry_code: str | None) -> str | None:
    """The section, A to T, of a section letter or of two to four digits; None where there is none."""
    if industry_code is None or industry_code in _LAST_DIVISION:
        return industry_code
    division = int(industry_code[:2])
    if division < 1:
        return None
    return next((section for section, last in _LAST_DIVISION.items() if division <= last), None)


def key_sectors_of(industry_code: str | None, *, crowded: bool, three_in_one: bool) -> tuple[KeySector, ...]:
    """The notice's key sectors an enterprise is counted in; crowded and three-in-one are attributes, not codes."""
    by_code = [
        sector for sector, prefixes in _KEY_PREFIXES.items() if industry_code and industry_code.startswith(prefixes)
    ]
    if crowded:
        by_code.append(KeySector.CROWDED_PLACES)
    if three_in_one:
        by_code.append(KeySector.THREE_IN_ONE_PREMISES)
    return tuple(by_code)
