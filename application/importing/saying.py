"""Importing: what a row says for the fields of one move, and which of its cells is to blame when that is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from application.importing.cells import CellRefused, Reading
from application.importing.faults import OCCURRED_AT, UNMAPPED, Fault, Finding, RowRefused
from application.importing.moves import Target
from application.importing.stating import Condition, Stated
from application.importing.table import Row
from domain.command import Command
from domain.refusals import Refusal, Rule

C = TypeVar("C", bound=Command)


class Cells:
    """The cells of one row as one move reads them; remembers which columns each field came from."""

    def __init__(self, row: Row, whose: str, reading: Reading, when: Sequence[Condition] = ()) -> None:
        self._row = row
        self._whose = whose
        self._reading = reading
        self._columns: dict[str, Sequence[str]] = {}
        self._reason = [condition.column for condition in when]

    def moment(self, alternatives: Sequence[Stated]) -> datetime:
        """When the row says it happened. Raises RowRefused."""
        stated, text = self._pick("occurred_at", alternatives)
        if stated is None:
            raise RowRefused([self.fault("occurred_at", OCCURRED_AT)])
        try:
            return self._reading.moment(text)
        except CellRefused as refused:
            raise RowRefused([self.fault("occurred_at", refused.rule)]) from None

    def fields(self, mapped: Mapping[str, Sequence[Stated]], known: Mapping[str, Target]) -> dict[str, Any]:
        """What the row says for each field; a field it says nothing for is left out. Raises RowRefused."""
        said: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, alternatives in mapped.items():
            stated, text = self._pick(name, alternatives)
            if stated is None:
                continue
            if stated.map is not None and text not in stated.map:
                faults.append(self.fault(name, UNMAPPED))
                continue
            try:
                read = self._reading.read(known[name].kind, stated.map[text] if stated.map is not None else text)
            except CellRefused as refused:
                faults.append(self.fault(name, refused.rule))
            else:
                outer, _, inner = name.partition(".")
                if inner:
                    said.setdefault(outer, {})[inner] = read
                else:
                    said[outer] = read
        if faults:
            raise RowRefused(faults)
        return said

    def command(self, kind: type[C], said: Mapping[str, Any]) -> C:
        """The command with what was said. Raises RowRefused."""
        try:
            return kind.model_validate(said)
        except ValidationError as error:
            errors = error.errors(include_url=False, include_input=False, include_context=False)
            named = ((".".join(map(str, one["loc"])), Rule(one["type"], one["msg"])) for one in errors)
            raise RowRefused([self.fault(name, rule) for name, rule in named]) from None

    def refused(self, refusal: Refusal) -> RowRefused:
        """The domain's refusal, at the cells its field came from, or else at those for which the move was made."""
        return RowRefused([self.fault(refusal.field or "", refusal.rule)])

    def fault(self, field: str, rule: Rule) -> Fault:
        """What is wrong with the cells a field came from, or else with those for which the move was made."""
        columns = self._columns.get(field) or self._reason or self._columns.get("occurred_at", ())
        return fault(self._row, columns, rule, f"{self._whose}.{field}" if field else self._whose)

    def finding(self, field: str, rule: Rule, in_log: str = "") -> Finding:
        """What is odd about the cells a field came from, though the row goes in."""
        one = self.fault(field, rule)
        return Finding(self._row.sheet, one.row, one.column, one.value, in_log, one.rule, one.says)

    def _pick(self, name: str, alternatives: Sequence[Stated]) -> tuple[Stated | None, str]:
        applying = [stated for stated in alternatives if stated.applies(self._row.cells)]
        self._columns[name] = list(dict.fromkeys(column for stated in applying for column in stated.columns))
        for stated in applying:
            if text := stated.stated(self._row.cells):
                self._columns[name] = stated.columns or [condition.column for condition in stated.when]
                return stated, text
        return None, ""


def fault(row: Row, columns: Sequence[str], rule: Rule, where: str) -> Fault:
    """A fault at these columns; `says` begins with the move and field in question."""
    values = [row.cells[name] for name in columns]
    return Fault(row.number, " + ".join(columns), " + ".join(values), rule.id, f"{where}: {rule.says}")
