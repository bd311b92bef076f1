"""docs/glossary.md names every word of the loop that goes over the wire, and no word there is none of."""

import inspect
import re
from enum import StrEnum
from pathlib import Path

import pytest

from domain.actors import Role
from domain.hazard import words
from domain.rules.duties import DutyKind

PAGE = (Path(__file__).parents[3] / "docs" / "glossary.md").read_text(encoding="utf-8")
OF_THE_LOOP = [
    kind
    for kind in vars(words).values()
    if inspect.isclass(kind) and issubclass(kind, StrEnum) and kind.__module__ == words.__name__
]
KINDS: list[type[StrEnum]] = [*OF_THE_LOOP, DutyKind, Role]
HAN = re.compile(r"[一-鿿]")


def rows(title: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    section = re.split(r"^#+ ", PAGE.partition(f"# {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    table = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1:]]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_given_the_words_of_the_loop_then_the_glossary_has_each_in_both_languages(kind: type[StrEnum]) -> None:
    found = rows(kind.__name__)
    assert [row[0] for row in found] == [f"`{word}`" for word in kind], f"docs/glossary.md, section {kind.__name__}"
    for _, chinese, english, note in found:
        assert HAN.search(chinese)
        assert HAN.search(note)
        assert english
        assert not HAN.search(english)


def test_given_the_glossary_then_its_sections_are_these_words() -> None:
    assert re.findall(r"^### (\w+)$", PAGE, flags=re.MULTILINE) == [kind.__name__ for kind in KINDS]


def test_given_the_terms_of_the_field_then_each_has_both_languages_and_both_notes() -> None:
    found = rows("Terms of the field (行业术语)")
    assert len(found) > 40
    for chinese, english, note, in_chinese in found:
        assert HAN.search(chinese)
        assert english
        assert not HAN.search(english)
        assert note
        assert HAN.search(in_chinese)
    terms = [term for row in found for term in re.split(r"[、（）]", row[0]) if term]
    assert len(terms) == len(set(terms)), "one concept, one word"
