"""Importing: writes a first mapping for a ledger, with a comment wherever it is unsure.

It reads as a mapping at once, so that a dry run shows what is left to be decided. What a header does not name is left
out: nothing is proposed that the ledger does not say.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from application.importing.heading import Heading, find, head_of
from application.importing.moves import MOVES, MoveName, targets
from application.importing.proposing.columns import Found, columns_of, date_formats, like_a_day, score
from application.importing.proposing.words import VALUES, folded, meaning_of
from application.importing.shape import TOTALS
from application.importing.table import Book, NotATable

LOOKED_AT = 5000
"""Rows whose cells are looked at."""

MOST_WORDS = 40
"""Different words a column may have that is taken for one of few words."""

UNSURE = "# unsure: "


def proposed(book: Book, called: str) -> str:
    """The mapping as TOML. Raises NotATable where no header says what the hazards are and when they were found."""
    for sheet in book.sheets:
        heading = find(head_of(sheet.records(), None), score, None)
        if heading is None:
            continue
        below = (cells for number, cells in sheet.records() if number > heading.last)
        proposal = _Proposal(book, called, heading, list(islice(below, LOOKED_AT)))
        if proposal.says_enough:
            return "\n".join(proposal.lines()) + "\n"
    raise NotATable("no sheet has a header and below it texts and days; write a mapping by hand")


class _Proposal:
    def __init__(self, book: Book, called: str, heading: Heading, rows: Sequence[Sequence[str]]) -> None:
        self._book = book
        self._called = " ".join("".join(sign if sign.isprintable() else " " for sign in called).split())[:200]
        self._heading = heading
        self._rows = rows
        self._cells = {
            name: [row[at] for row in rows if at < len(row) and row[at]] for at, name in enumerate(heading.names)
        }
        self._columns = dict(columns_of(heading.names))
        self._guess("report.occurred_at", [name for name in self._others() if like_a_day(self._cells[name])][:1])
        texts = [name for name in self._others() if not like_a_day(self._cells[name])]
        self._guess("report.description", sorted(texts, key=self._length)[-1:])

    @property
    def says_enough(self) -> bool:
        """Whether it is known, or can be guessed, what the hazards are and when they were found."""
        return self._columns.keys() >= {"report.occurred_at", "report.description"}

    def _guess(self, target: str, names: Sequence[str]) -> None:
        if target not in self._columns and names:
            self._columns[target] = [Found(names[0], False)]

    def _others(self) -> Sequence[str]:
        """The columns that are taken for nothing yet, and have anything in them."""
        taken = {one.name for found in self._columns.values() for one in found}
        return [name for name in self._heading.names if name and name not in taken and self._cells[name]]

    def _length(self, name: str) -> float:
        return sum(map(len, self._cells[name])) / len(self._cells[name])

    def lines(self) -> Iterator[str]:
        yield f"# Proposed for {self._called}: {self._book.read_as}, header in {self._heading.rows}."
        yield "# Look at every line that says `unsure`, then at what a dry run says (docs/import.md)."
        yield ""
        yield f"source = {_text(self._called.removesuffix('.csv').removesuffix('.xlsx') or 'a ledger')}"
        body = [*self._identity(), *self._dropped(), *self._dates(), *self._enterprise(), *self._moves()]
        said = "\n".join(line for line in body if not line.startswith("#"))
        others = [name for name in self._heading.names if name and _text(name) not in said]
        if others:
            yield f"# Columns nothing is proposed for: {', '.join(others)}"
        yield from body

    def _moves(self) -> Iterator[str]:
        moves = {move: list(self._move(move)) for move in MoveName}
        if not moves[MoveName.SELF_INSPECT] and any(moves[move] for move in AFTER_INSPECTION):
            moves[MoveName.SELF_INSPECT] = self._inspection_unsaid()
        for lines in moves.values():
            yield from lines

    def _first(self, target: str) -> Found | None:
        return next(iter(self._columns.get(target, ())), None)

    def _identity(self) -> Iterator[str]:
        numbers = self._columns.get("identity", ())
        if not numbers:
            names = ("enterprise.enterprise_name", "report.occurred_at", "report.description")
            yield f"{UNSURE}no column numbers the rows; these have to stay as they are in the next copy"
            yield f"identity = [{', '.join(_text(one.name) for name in names if (one := self._first(name)))}]"
            return
        others = [self._first(name) for name in ("enterprise.enterprise_name", "report.occurred_at")]
        found = list(numbers[:1])
        for one in [*numbers[1:], *filter(None, others)]:
            more = [*found, one]
            if self._not_alone(found) and self._not_alone(more) < self._not_alone(found):
                found = more
        if alike := self._not_alone(found):
            yield f"{UNSURE}{alike} rows are not told from another or have a blank in it; name other columns, or more"
        elif len(found) > 1 or not found[0].sure:
            yield f"{UNSURE}does it tell every row from every other, also in the next copy? Else name more columns"
        yield f"identity = [{', '.join(_text(one.name) for one in found)}]"

    def _not_alone(self, columns: Sequence[Found]) -> int:
        """How many rows would have no identity of their own in these columns."""
        places = [self._heading.names.index(one.name) for one in columns]
        totals = frozenset(map(folded, TOTALS))
        rows = [row for row in self._rows if any(row) and folded(next(filter(None, row))) not in totals]
        keys = {key for row in rows if all(key := tuple(row[at] if at < len(row) else "" for at in places))}
        return len(rows) - len(keys)

    def _dropped(self) -> Iterator[str]:
        people = self._columns.get("nobody's", ())
        if people:
            yield "# People the loop has no place for: they are not even read."
            yield f"drop = [{', '.join(_text(one.name) for one in people)}]"

    def _dates(self) -> Iterator[str]:
        days = [found.name for target in self._columns if _is_day(target) for found in self._columns[target]]
        formats = date_formats(cell for name in days for cell in self._cells[name])
        yield from ("", "[dates]")
        if not all(sure for _, sure in formats):
            yield f"{UNSURE}is it the day or the month that stands first?"
        yield f"formats = [{', '.join(_text(format) for format, _ in formats)}]"

    def _enterprise(self) -> Iterator[str]:
        name = self._first("enterprise.enterprise_name")
        if name is None:
            yield from (
                "",
                f"{UNSURE}whose hazards are these? As it stands, that has yet to be found. For a ledger of one:",
            )
            yield '# enterprise = { fields = { uscc = { constant = "…" }, enterprise_name = { constant = "…" } } }'
            return
        yield from (
            "",
            "[enterprise]",
            "by_name = true",
            f"placeholder = [{_text(name.name)}]",
            "",
            "[enterprise.fields]",
        )
        for target in ("uscc", "enterprise_name", "industry_code"):
            yield from self._field("enterprise", target)

    def _move(self, move: MoveName) -> Iterator[str]:
        named = {target.partition(".")[2] for target in self._columns if target.startswith(f"{move}.")}
        when = self._first(f"{move}.occurred_at")
        if when is None and named and move in (MoveName.SELF_INSPECT, MoveName.PLAN):
            when = Found(self._columns["report.occurred_at"][0].name, False)
        fields = self._fields(move, named - {"occurred_at"})
        stated = {name for name, lines in fields.items() if not all(line.startswith("#") for line in lines)}
        needed = {name for name, target in targets(MOVES[move]).items() if target.required}
        if when is None or not needed <= stated:
            return
        yield from ("", "[[moves]]", f'move = "{move}"')
        if not when.sure:
            yield f"{UNSURE}is this the day of it?"
        yield f"occurred_at = {_text(when.name)}"
        if move is not MoveName.REPORT:
            condition = self._first(f"{move}.{CONDITIONS[move]}") or when
            yield f"when = [{{ column = {_text(condition.name)}, filled = true }}]"
        if any(line and not line.startswith("#") for lines in fields.values() for line in lines[:2]):
            yield from ("", "[moves.fields]")
        for lines in sorted(fields.values(), key=lambda lines: lines[0] == ""):  # tables of their own come last
            yield from lines

    def _inspection_unsaid(self) -> list[str]:
        found = self._columns["report.occurred_at"][0]
        doubt = f"{UNSURE}the ledger names no self-inspection, and what follows needs one; its grade stays open"
        return ["", "[[moves]]", 'move = "self_inspect"', doubt, f"occurred_at = {_text(found.name)}"]

    def _fields(self, move: MoveName, named: set[str]) -> Mapping[str, Sequence[str]]:
        """The lines of each field; a table of its own begins with an empty one."""
        fields = {name: list(self._field(move, name)) for name in sorted(named - {"people", "organisation"})}
        if named & {"people", "organisation"}:
            fields["organisation_and_people"] = [f"organisation_and_people = {self._people()}"]
        if move is MoveName.REPORT and "" not in fields.get("channel", ()):
            fields["channel"] = [f"{UNSURE}how did the reports come in?", 'channel = { constant = "self_check" }']
        return {name: lines for name, lines in fields.items() if lines}

    def _people(self) -> str:
        people = [one.name for one in self._columns.get("plan.people", ())]
        if people:
            return f"{{ people = [{', '.join(map(_text, people))}] }}"
        return _text(self._columns["plan.organisation"][0].name)

    def _field(self, whose: str, field: str) -> Iterator[str]:
        target = f"{whose}.{field}"
        found = self._first(target)
        if found is None:
            return
        doubt = [] if found.sure else [f"{UNSURE}is this it?"]
        if target in VALUES:
            yield from self._mapped(whose, field, found)
        else:
            yield from (*doubt, f"{field} = {_text(found.name)}")

    def _mapped(self, whose: str, field: str, found: Found) -> Iterator[str]:
        """A table of its own, so that there is room for a comment at each word."""
        words = [word for word, _ in Counter(self._cells[found.name]).most_common(MOST_WORDS)]
        known = {word: meaning for word in words if (meaning := meaning_of(f"{whose}.{field}", word))}
        if not known:
            yield f"{UNSURE}{field} could come from {_text(found.name)}, whose words are not known here"
            return
        yield from ("", f"[moves.fields.{field}]", f"column = {_text(found.name)}", "", f"[moves.fields.{field}.map]")
        for word in words:
            if word in known:
                yield f'{_text(word)} = "{known[word]}"'
            else:
                yield f"{UNSURE}{_text(word)} = one of {', '.join(VALUES[f'{whose}.{field}'])}"


CONDITIONS: Mapping[MoveName, str] = {
    MoveName.SELF_INSPECT: "grade",
    MoveName.PLAN: "deadline",
    MoveName.EXTEND: "new_deadline",
    MoveName.STEP: "note",
    MoveName.RECTIFY: "occurred_at",
    MoveName.REINSPECT: "result",
    MoveName.DISMISS: "reason",
    MoveName.NOTIFY_WORKERS: "channel",
    MoveName.CLOSE_BEFORE_IMPORT: "occurred_at",
}
"""The column that says of a row that it makes the move."""


AFTER_INSPECTION = (MoveName.PLAN, MoveName.EXTEND, MoveName.STEP, MoveName.RECTIFY, MoveName.REINSPECT)
"""The moves that the loop lets follow on a self-inspection alone."""


def _is_day(target: str) -> bool:
    return target.endswith((".occurred_at", ".deadline", ".new_deadline"))


def _text(value: str) -> str:
    """A text as TOML has it, which takes what JSON does."""
    return json.dumps(value, ensure_ascii=False)
