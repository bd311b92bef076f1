"""Importing: which columns of a header are what, by their words; and what their cells hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from application.importing.heading import BETWEEN
from application.importing.proposing.words import folded, header_words

_IN_BRACKETS = re.compile(r"[（(【\[].*?[）)】\]]")

SHORTEST, SHORTEST_LATIN = 2, 6
"""Signs of a word that may be found within a longer name."""

DATE_SHAPES: Sequence[tuple[str, Sequence[str]]] = (
    (r"\d{4}-\d{1,2}-\d{1,2}", ("%Y-%m-%d",)),
    (r"\d{4}/\d{1,2}/\d{1,2}", ("%Y/%m/%d",)),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", ("%Y.%m.%d",)),
    (r"\d{4}年\d{1,2}月\d{1,2}日", ("%Y年%m月%d日",)),
    (r"\d{8}", ("%Y%m%d",)),
    (r"\d{1,2}/\d{1,2}/\d{4}", ("%m/%d/%Y", "%d/%m/%Y")),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", ("%d.%m.%Y",)),
    (r"[1-9]\d{4}(\.\d+)?", ("excel",)),
)
"""How days are written, and the formats that read them; of two the cells decide."""

TIMES: Sequence[tuple[str, str]] = ((r" \d{1,2}:\d{2}:\d{2}", " %H:%M:%S"), (r" \d{1,2}:\d{2}", " %H:%M"), ("", ""))


@dataclass(frozen=True, slots=True)
class Found:
    """A column taken for something. `sure`: its name is one of the words, as it stands."""

    name: str
    sure: bool


@cache
def _words() -> Mapping[str, str]:
    return dict(header_words())


def target_of(name: str) -> tuple[str, bool] | None:
    """What a column of that name is taken for, and whether its name says just that."""
    known = _words()
    whole, last = folded(name), folded(_IN_BRACKETS.sub("", name.rpartition(BETWEEN)[2]))
    for word in (whole, last):
        if word in known:
            return known[word], True
    within = [word for word in known if word in last and len(word) >= (SHORTEST_LATIN if word.isascii() else SHORTEST)]
    longest = max(within, key=len, default=None)
    return None if longest is None else (known[longest], False)


def score(names: Sequence[str]) -> int:
    """How many things a header speaks of that the loop knows."""
    once = [name for name, times in Counter(names).items() if name and times == 1]
    return len({found[0] for name in once if (found := target_of(name))})


def columns_of(names: Sequence[str]) -> Mapping[str, Sequence[Found]]:
    """The columns by what they are taken for, the surest first."""
    found: dict[str, list[Found]] = {}
    for name in dict.fromkeys(names):
        target = target_of(name) if name and names.count(name) == 1 else None
        if target is not None:
            found.setdefault(target[0], []).append(Found(name, target[1]))
    return {target: sorted(columns, key=lambda one: not one.sure) for target, columns in found.items()}


def like_a_day(cells: Sequence[str]) -> bool:
    """Whether most of these are days."""
    days = [cell for cell in cells if any(re.match(shape, cell) for shape, _ in DATE_SHAPES)]
    return 2 * len(days) > len(cells)


def date_formats(cells: Iterable[str]) -> Sequence[tuple[str, bool]]:
    """The formats that these cells are written in, the most frequent first; and whether that is certain."""
    formats: Counter[tuple[str, bool]] = Counter()
    days: dict[tuple[str, ...], list[str]] = {}
    for cell in cells:
        for shape, choices in DATE_SHAPES:
            time = next((as_read for as_seen, as_read in TIMES if re.fullmatch(shape + as_seen, cell)), None)
            if time is not None:
                days.setdefault((*choices, time), []).append(cell)
                break
    for (*choices, time), written in days.items():
        chosen, sure = _of_two(choices, written)
        formats[chosen + time, sure] += len(written)
    return [one for one, _ in formats.most_common()] or [("%Y-%m-%d", True)]


def _of_two(choices: Sequence[str], written: Sequence[str]) -> tuple[str, bool]:
    """Month or day first: whichever is never more than 12."""
    if len(choices) == 1:
        return choices[0], True
    parts = [[int(number) for number in re.findall(r"\d+", cell)[:2]] for cell in written]
    first, second = (any(part[at] > 12 for part in parts) for at in (0, 1))
    return choices[first], first != second
