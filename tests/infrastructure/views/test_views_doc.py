"""docs/views.md names what there is, and nothing else."""

import re
from pathlib import Path

import pytest

from application.answers import DutyState
from application.boards import Counts, KeySector
from application.questions import ClockKind, Projection, ProjectionState
from infrastructure.views.enterprises import Enterprises
from infrastructure.views.hazards import Hazards

DOC = (Path(__file__).parents[3] / "docs" / "views.md").read_text(encoding="utf-8")
FIRST_CELLS = set(re.findall(r"^\| `([a-z_]+)` \|", DOC, re.MULTILINE))


def test_given_the_projections_then_the_doc_names_every_sql_view_and_no_other() -> None:
    made = {f"{name}_v{tables.version}" for tables in (Hazards(), Enterprises()) for name, _ in tables.tables}

    assert set(re.findall(r"`([a-z_]+_v\d+)`", DOC)) == made


@pytest.mark.parametrize("words", [DutyState, KeySector, Projection, ProjectionState, Counts.model_fields])
def test_given_words_on_the_wire_then_the_doc_says_what_each_means(words: object) -> None:
    assert {str(word) for word in words} <= FIRST_CELLS  # type: ignore[attr-defined]


def test_given_the_doc_then_every_word_it_explains_is_there() -> None:
    known = {str(word) for words in (DutyState, KeySector, Projection, ProjectionState) for word in words}

    assert known | set(Counts.model_fields) >= FIRST_CELLS
    assert all(f"**{clock}**" in DOC for clock in ClockKind)
