"""Given docs/auditing.md, when it is held against the code, then it names every word an auditor is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from application.replaying.causing import Relation
from application.replaying.finding import LATE_AFTER_DAYS, FindingKind
from application.replaying.rejudging import Verdict

DOC = (Path(__file__).parents[2] / "docs" / "auditing.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [FindingKind, Relation, Verdict])
def test_every_word_is_explained(words: type[FindingKind | Relation | Verdict]) -> None:
    assert [word for word in words if f"`{word.value}`" not in DOC] == []


def test_the_threshold_is_that_of_the_code() -> None:
    assert f"recorded {LATE_AFTER_DAYS} or more days after" in DOC
