"""Importing: the moves a mapping may name, and which fields of each it may fill, as the domain has them.

A record holds no evidence and no consent that could be shown, so neither can be mapped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from domain.command import Command
from domain.enterprise.enterprise import Register
from domain.erasable import Erasable
from domain.hazard.closing import CloseBeforeImport
from domain.hazard.dual_reporting import NotifyWorkers
from domain.hazard.inspecting import Dismiss, SelfInspect
from domain.hazard.moves import Move
from domain.hazard.rectifying import Extend, Plan, RecordStep, Rectify
from domain.hazard.reinspecting import Reinspect
from domain.hazard.reporting import Report


class MoveName(StrEnum):
    """The moves of the loop that a record may speak of."""

    REPORT = "report"
    SELF_INSPECT = "self_inspect"
    PLAN = "plan"
    EXTEND = "extend"
    STEP = "step"
    RECTIFY = "rectify"
    REINSPECT = "reinspect"
    DISMISS = "dismiss"
    NOTIFY_WORKERS = "notify_workers"
    CLOSE_BEFORE_IMPORT = "close_before_import"


AFTER_REPORT: Mapping[MoveName, type[Move]] = {
    MoveName.SELF_INSPECT: SelfInspect,
    MoveName.PLAN: Plan,
    MoveName.EXTEND: Extend,
    MoveName.STEP: RecordStep,
    MoveName.RECTIFY: Rectify,
    MoveName.REINSPECT: Reinspect,
    MoveName.DISMISS: Dismiss,
    MoveName.NOTIFY_WORKERS: NotifyWorkers,
    MoveName.CLOSE_BEFORE_IMPORT: CloseBeforeImport,
}
MOVES: Mapping[MoveName, type[Command]] = {MoveName.REPORT: Report, **AFTER_REPORT}

NEVER_MAPPED = frozenset({"occurred_at", "enterprise_uscc", "evidence", "consent", "duplicate_of", "source"})
"""The import fills in time, enterprise and source itself; the others are not to be had from a record."""


class Kind(Enum):
    """How the text of a cell is read."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a mapping may fill."""

    kind: Kind
    required: bool
    erasable: bool
    """Whether it may hold people."""
    adapter: TypeAdapter[Any]


@cache
def targets(command: type[Command]) -> Mapping[str, Target]:
    """The fields of a command that may be filled, by name; `location.latitude` is one inside another."""
    return dict(_targets(command))


def _targets(command: type[Command]) -> Iterator[tuple[str, Target]]:
    for name, info in command.model_fields.items():
        if name in NEVER_MAPPED:
            continue
        inner = next((part for part in _parts(info.annotation) if _is_model(part)), None)
        if inner is None:
            yield name, _target(info, info.is_required())
        else:
            for below, part in inner.model_fields.items():
                yield f"{name}.{below}", _target(part, False)


def _target(info: FieldInfo, required: bool) -> Target:
    parts = set(_parts(info.annotation))
    kind = Kind.DATE if date in parts else Kind.NUMBER if parts & {Decimal, float} else Kind.TEXT
    annotation: Any = Annotated[info.annotation, info]
    return Target(kind, required, Erasable in parts, TypeAdapter(annotation))


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for inner in get_args(annotation):
        yield from _parts(inner)


def _is_model(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


REGISTRATION = targets(Register)
"""The fields of an enterprise's registration."""
