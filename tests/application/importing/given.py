"""Given a mapping and a row, what is told: a small ledger of our own, whose words each test changes as it needs."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from application.importing.faults import Fault, RowRefused
from application.importing.mapping import LedgerMapping
from application.importing.table import Row
from application.importing.telling import Telling, Told
from infrastructure.rules.loader import rulebook

KUNSHAN = "320583"
NOW = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
RUN = UUID("0190c10c-0000-7000-8000-00000000000a")
RULES = rulebook(KUNSHAN, "Asia/Shanghai")

MAPPING: Mapping[str, Any] = {
    "source": "a ledger",
    "identity": ["No"],
    "dates": {"formats": ["%Y-%m-%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M"]},
    "moves": [
        {
            "move": "report",
            "occurred_at": "Found",
            "fields": {"channel": {"constant": "self_check"}, "description": "What"},
        },
        {
            "move": "self_inspect",
            "occurred_at": "Found",
            "when": [{"column": "Grade", "filled": True}],
            "fields": {"grade": {"column": "Grade", "map": {"一般": "general", "重大": "major"}}},
        },
        {
            "move": "plan",
            "occurred_at": "Assigned",
            "when": [{"column": "Deadline", "filled": True}],
            "fields": {"deadline": "Deadline"},
        },
        {
            "move": "close_before_import",
            "occurred_at": "Closed",
            "when": [{"column": "Closed", "filled": True}],
        },
    ],
}
BY_NAME = {"placeholder": ["Who"], "fields": {"uscc": "Code", "enterprise_name": "Who", "industry_code": "Industry"}}

CELLS: Mapping[str, str] = {
    "No": "1",
    "Who": "昆山示例五金厂",
    "Code": "",
    "Industry": "3311",
    "Found": "2025-03-03",
    "What": "防护罩缺失",
    "Grade": "一般",
    "Assigned": "2025-03-04",
    "Deadline": "2025-03-20",
    "Closed": "2025-03-18",
}


def mapping(*, moves: Mapping[int, Mapping[str, Any]] | None = None, **changed: Any) -> LedgerMapping:
    """The mapping with some keys, or some keys of the moves of these numbers (from 0) replaced or added."""
    raw = deepcopy(dict(MAPPING)) | changed
    for number, keys in (moves or {}).items():
        raw["moves"][number:] = [dict(*raw["moves"][number : number + 1]) | keys, *raw["moves"][number + 1 :]]
    return LedgerMapping.model_validate(raw)


def row(number: int = 2, **cells: str) -> Row:
    """A row that says everything, with some cells replaced."""
    return Row(number, {**CELLS, **cells})


def tell(given: Row, under: LedgerMapping | None = None, code: str = KUNSHAN) -> Told:
    """What the row comes to, on a day of 2026."""
    return Telling(under or mapping(), code, rulebook(code, "Asia/Shanghai"), RUN).tell(given, NOW)


def faults(given: Row, under: LedgerMapping | None = None) -> list[tuple[str, str, str]]:
    """What the row is refused for: column, value and rule."""
    return [(fault.column, fault.value, fault.rule) for fault in refused(given, under)]


def refused(given: Row, under: LedgerMapping | None = None) -> list[Fault]:
    """The same, whole. Fails if the row is not refused."""
    try:
        told = tell(given, under)
    except RowRefused as refusal:
        return list(refusal.faults)
    raise AssertionError(f"not refused: {[event.name for event in told.hazard.pending_events]}")


def findings(given: Row, under: LedgerMapping | None = None) -> list[tuple[str, str, str]]:
    """What is odd about the row: column, value and rule."""
    return [(one.column, one.value, one.rule) for one in tell(given, under).findings]


def names(told: Told) -> list[str]:
    """The events of the row's hazard, by the word in the middle of their names."""
    return [event.name.split(".")[1] for event in told.hazard.pending_events]
