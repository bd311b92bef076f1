"""Where an industry code is counted: GB/T 4754-2017, and the key sectors of the notice."""

import pytest

from application.boards import KeySector
from application.views.sectors import key_sectors_of, section_of


@pytest.mark.parametrize(
    ("code", "section"),
    [
        (None, None),
        ("A", "A"),
        ("T", "T"),
        ("01", "A"),
        ("06", "B"),
        ("1320", "C"),
        ("43", "C"),
        ("44", "D"),
        ("4511", "D"),
        ("50", "E"),
        ("51", "F"),
        ("594", "G"),
        ("61", "H"),
        ("83", "P"),
        ("97", "T"),
        ("00", None),
        ("98", None),
    ],
)
def test_given_an_industry_code_then_it_lies_in_this_section(code: str | None, section: str | None) -> None:
    assert section_of(code) == section


@pytest.mark.parametrize(
    ("code", "sectors"),
    [
        (None, ()),
        ("B", (KeySector.MINING,)),
        ("0610", (KeySector.MINING,)),
        ("12", (KeySector.MINING,)),
        ("53", (KeySector.TRANSPORT,)),
        ("58", (KeySector.TRANSPORT,)),
        ("59", ()),
        ("594", (KeySector.HAZARDOUS_CHEMICALS,)),
        ("5942", (KeySector.HAZARDOUS_CHEMICALS,)),
        ("2631", (KeySector.HAZARDOUS_CHEMICALS,)),
        ("27", ()),
        ("C", ()),
        ("E", (KeySector.CONSTRUCTION,)),
        ("4710", (KeySector.CONSTRUCTION,)),
        ("4511", (KeySector.CITY_GAS,)),
        ("44", ()),
    ],
)
def test_given_an_industry_code_then_it_is_of_these_key_sectors(
    code: str | None, sectors: tuple[KeySector, ...]
) -> None:
    assert key_sectors_of(code, crowded=False, three_in_one=False) == sectors


def test_given_attributes_of_premises_then_they_count_beside_the_code() -> None:
    assert key_sectors_of("26", crowded=True, three_in_one=True) == (
        KeySector.HAZARDOUS_CHEMICALS,
        KeySector.CROWDED_PLACES,
        KeySector.THREE_IN_ONE_PREMISES,
    )
