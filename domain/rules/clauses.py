"""Domain: which clauses of a document make a hazard major, and whether a clause somebody cited is one of them.

A clause is cited in free words (工贸判定标准 第十一条, Order 10 Art 4(1)): it is one of them where both the
document and the article are named. What names no document is not guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_ARTICLE = re.compile(r"第([0-9]+|[一二三四五六七八九十]+)条|\bart(?:icle|\.)?\s*([0-9]+)")
_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)}

Name = Annotated[str, Field(min_length=2, max_length=200)]
Article = Annotated[int, Field(ge=1, le=999, strict=True)]


class MajorClauses(BaseModel):
    """The names a document is cited by, and those of its articles by which a hazard is to be judged major."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cited_as: tuple[Name, ...] = Field(min_length=1)
    articles: tuple[Article, ...] = Field(min_length=1)

    def hold(self, clause: str) -> bool:
        """Whether this is one of them."""
        text = _folded(clause)
        named = any(re.search(rf"{re.escape(_folded(name))}(?![0-9])", text) for name in self.cited_as)
        return named and any(article in self.articles for article in _articles(text))


def _articles(text: str) -> list[int]:
    return [_number(chinese_or_digits or digits) for chinese_or_digits, digits in _ARTICLE.findall(text)]


def _number(text: str) -> int:
    """Up to 99 in Chinese numerals; anything in digits."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.partition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else _DIGITS.get(tens, 0)) + _DIGITS.get(ones, 0)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
