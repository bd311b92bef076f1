"""A mapping that names two columns, and how a ledger's rows are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from application.importing.ledger import Ledger
from application.importing.mapping import LedgerMapping


def two_columns(
    identity: str = "序号",
    what: str = "隐患描述",
    more: Sequence[str] = (),
    drop: Any = (),
    mask: Any = (),
    **shape: Any,
) -> LedgerMapping:
    """The mapping, for a file of this shape; `more`: further columns that tell rows apart."""
    report = {"channel": {"constant": "snap"}, "description": what}
    return LedgerMapping.model_validate(
        {
            "source": "a ledger",
            "identity": [identity, *more],
            "file": shape,
            "dates": {"formats": ["%Y-%m-%d"]},
            "moves": [{"move": "report", "occurred_at": identity, "fields": report}],
            "drop": drop,
            "mask": mask,
        }
    )


def cells(ledger: Ledger) -> list[tuple[int | str, ...]]:
    """Its rows: the number, and the cells as they stand."""
    return [(row.number, *row.raw) for row in ledger.rows()]
