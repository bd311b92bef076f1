"""Every event class there is, and any event of one, with a marker in every text that may have to be erased."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel

from domain.enterprise import enterprise
from domain.erasable import Erasable
from domain.event import DomainEvent
from domain.hazard import closing, dual_reporting, grading, inspecting, rectifying, reinspecting, reporting, watching
from tests.domain.given import OURS, THEIRS

MODULES = (
    *(closing, dual_reporting, grading, inspecting, rectifying, reinspecting, reporting, watching),
    enterprise,
)
MARKER = "隐患 marker"

EVENTS: list[type[DomainEvent]] = sorted(
    {
        kind
        for module in MODULES
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, DomainEvent) and "name" in vars(kind)
    },
    key=lambda kind: kind.name,
)

written = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
labels = written.map(lambda said: f"a {said}".strip())
moments = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))]),
)
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    Erasable: written.map(lambda said: Erasable(f"{MARKER} {said}".strip())),
    UUID: st.uuids(),
    AwareDatetime: moments,
    date: st.dates(),
    bool: st.booleans(),
    int: st.integers(min_value=1, max_value=10**6),
    float: st.floats(min_value=-90, max_value=90),
    Decimal: st.decimals(min_value=0, max_value=10**13, places=2, allow_nan=False),
}
CODES = st.sampled_from([OURS, THEIRS])
BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "enterprise_uscc": CODES,
    "uscc": CODES,
    "industry_code": st.from_regex(r"[A-T]|[0-9]{2,4}", fullmatch=True),
    "evidence": st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
}


def any_value(name: str, kind: Any) -> st.SearchStrategy[Any]:
    """A value of a field, by what its annotation allows."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return any_value(name, parts[0])
    if origin in (Union, UnionType):
        return st.one_of(*(any_value(name, part) for part in parts))
    if origin is tuple:
        least = 1 if name == "evidence" else 0
        return st.lists(any_value(name, parts[0]), min_size=least, max_size=3).map(tuple)
    if origin is Literal:
        return st.sampled_from(parts)
    if kind is NoneType:
        return st.none()
    if kind is str:
        return BY_NAME.get(name, labels)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return any_of(kind)
    return BY_TYPE[kind]


@cache
def any_of(kind: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Any instance of a model; all its fields said."""
    fields = {name: any_value(name, field.annotation) for name, field in kind.model_fields.items()}
    return st.builds(kind, **fields)
