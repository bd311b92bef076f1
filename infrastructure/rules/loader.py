"""Infrastructure: reads rule packs, those shipped beside this module and the operator's own policy.

A pack that can't be used stops the start: its message names file, rule and field.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from domain.rules.pack import Origin, RulePack
from domain.rules.rulebook import Rulebook
from infrastructure.rules.calendar import ChineseCalendar

_SHIPPED_POLICY = "operator_policy.toml"


class BadPack(Exception):
    """A rule pack can't be used. The message has a line for each fault: file, rule, field, what is wrong."""

    def __init__(self, file: str, faults: list[str]) -> None:
        super().__init__("\n".join(f"{file}: {fault}" for fault in faults))


def load_packs(operator_policy: Path | None = None) -> tuple[RulePack, ...]:
    """Every shipped pack, and the operator's policy: the shipped default, or the one in that file. Raises BadPack."""
    policy = _shipped_policy() if operator_policy is None else _operators(operator_policy)
    return (*_shipped(), policy)


def rulebook_with(file: Path, code: str, zone: str, operator_policy: Path | None = None) -> Rulebook:
    """The same with one more pack: it takes the place of that of its id, or of the operator's policy where it is one.

    Raises BadPack, also where its area does not reach the jurisdiction.
    """
    other = _read(file)
    if not code.startswith(other.area):
        raise BadPack(str(file), [f"area: does not reach {code}"])
    policy = other.origin is Origin.OPERATOR_POLICY
    kept = [
        pack
        for pack in load_packs(operator_policy)
        if pack.id != other.id and not (policy and pack.origin is Origin.OPERATOR_POLICY)
    ]
    return Rulebook((*kept, other), ChineseCalendar(), ZoneInfo(zone), code)


def rulebook(code: str, zone: str, operator_policy: Path | None = None) -> Rulebook:
    """The rules of the jurisdiction with this division code. Raises BadPack, or ZoneInfoNotFoundError."""
    return Rulebook(load_packs(operator_policy), ChineseCalendar(), ZoneInfo(zone), code)


@cache
def _shipped() -> tuple[RulePack, ...]:
    packs = sorted(_folder().iterdir(), key=lambda file: file.name)
    return tuple(_read(file) for file in packs if file.name != _SHIPPED_POLICY)


@cache
def _shipped_policy() -> RulePack:
    return _read(_folder() / _SHIPPED_POLICY)


def _folder() -> Traversable:
    return files("infrastructure.rules") / "packs"


def _operators(file: Path) -> RulePack:
    pack = _read(file)
    if pack.origin is not Origin.OPERATOR_POLICY:
        raise BadPack(str(file), ["origin: must be operator_policy"])
    return pack


def _read(file: Traversable) -> RulePack:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadPack(str(file), [f"can't be read: {error.strerror}"]) from error
    except ValueError as error:
        raise BadPack(str(file), [f"is not TOML in UTF-8: {error}"]) from error
    try:
        return RulePack.model_validate(data)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise BadPack(str(file), [_fault(data, fault["loc"], fault["msg"]) for fault in faults]) from error


def _fault(data: dict[str, Any], where: tuple[int | str, ...], what: str) -> str:
    """`rule plan: due.days: …`: a rule is named by its id, or by its number where it has none."""
    match where:
        case ("rules", int(index), *field):
            rule = data["rules"][index]
            name = rule.get("id", index + 1) if isinstance(rule, dict) else index + 1
            parts = [f"rule {name}", ".".join(map(str, field)), what]
        case _:
            parts = [".".join(map(str, where)), what]
    return ": ".join(part for part in parts if part)
