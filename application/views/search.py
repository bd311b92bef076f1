"""Application: substring search in Chinese and English, without a word ever being cut.

A text is folded (NFKC, case) and indexed by its bigrams; what the index finds is looked at again, so
the answer is exact, whatever signs the query holds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

BETWEEN = "\x1f"
"""Parts the texts of one row, so that no query matches across them."""


def folded(text: str) -> str:
    """The text as it is compared: full-width and half-width, upper and lower case are one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def searchable(texts: Iterable[str | None]) -> str:
    """What a row's texts are searched in."""
    return BETWEEN.join(folded(text) for text in texts if text is not None)


def bigrams(text: str) -> list[str]:
    """Every two neighbouring characters of a folded text, once each, in code point order."""
    return sorted({text[at : at + 2] for at in range(len(text) - 1)})


def needle(q: str | None) -> str | None:
    """What to look for, folded; None for a query that is no restriction."""
    return folded(q.strip()) if q is not None and q.strip() else None


def can_be_stored(text: str) -> bool:
    """Whether a database holds such a text: nothing stored equals one with NUL or half a character in it."""
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
