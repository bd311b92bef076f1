"""Domain: a rule pack: dated, local rules as data, each with its source and how far that source was read.

A number no law gives may stand only in an operator's policy, and what somebody merely recalls may
be shown but makes nothing due: the model refuses a pack that says otherwise.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from domain.hazard.words import Recipient, ReportStage
from domain.rules.clauses import MajorClauses
from domain.rules.duties import DutyKind

POLICY_NOT_LAW = "policy, not law"
UNVERIFIED = "unverified"

_OPERATOR = "operator-policy"
_OF_A_REPORT = frozenset({DutyKind.DUAL_REPORT, DutyKind.ACKNOWLEDGEMENT})

Text = Annotated[str, Field(min_length=1, max_length=1000)]


class Origin(StrEnum):
    """What kind of document a pack renders."""

    STATUTE = "statute"
    LOCAL_REGULATION = "local_regulation"
    DEPARTMENT_ORDER = "department_order"
    GOVERNMENT_POLICY = "government_policy"
    UNION_POLICY = "union_policy"
    OPERATOR_POLICY = "operator_policy"


class Seen(StrEnum):
    """How a rule's source is known. What is recalled is shown to people as unverified."""

    READ = "read"
    SECOND_HAND = "second_hand"
    RECALLED = "recalled"


class CountedIn(StrEnum):
    """Which days a term counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


class Since(StrEnum):
    """What a term counts from; the caller knows when that was."""

    REPORT = "report"
    FINDING = "finding"
    GRADING = "grading"
    VERIFICATION = "verification"
    DUAL_REPORT = "dual_report"
    DEMAND = "demand"


class Switch(StrEnum):
    """What a rule may turn on besides a due date."""

    MAJOR_ACCEPTANCE_BY_REGULATOR = "major_acceptance_by_regulator"
    """A major hazard's rectification is accepted by the regulator alone."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Title(_Data):
    """A pack's name in both languages."""

    zh: Text
    en: Text


class Source(_Data):
    """Law and article, and how far they were read."""

    law: Text
    article: str = Field(default="", max_length=200)
    seen: Seen


class Term(_Data):
    """What falls due, after how many days, counted from what. No recipient or stage: any."""

    kind: DutyKind
    recipient: Recipient | None = None
    stage: ReportStage | None = None
    days: int = Field(ge=1, le=3660, strict=True)
    counted_in: CountedIn
    since: Since

    def fits(self, kind: DutyKind, recipient: Recipient | None, stage: ReportStage | None) -> bool:
        """Whether the term speaks of this duty."""
        return self.kind is kind and self.recipient in (None, recipient) and self.stage in (None, stage)

    @model_validator(mode="after")
    def _a_report_only_where_there_is_one(self) -> Self:
        if self.kind not in _OF_A_REPORT and (self.recipient or self.stage):
            raise PydanticCustomError(
                "term_of_no_report", "only a dual report or its acknowledgement has a recipient or a stage"
            )
        return self


class Escalation(_Data):
    """After how many days from its due day a duty that is still open is told to the regulator too."""

    days: int = Field(ge=1, le=3660, strict=True)
    counted_in: CountedIn


class Provision(_Data):
    """One rule of a pack. The id names the matter (`dual_report`), so that two packs may both speak of it."""

    id: str = Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=80)
    zh: Text
    en: Text
    source: Source | None = None
    due: Term | None = None
    escalation: Escalation | None = None
    switch: Switch | None = None
    major_clauses: MajorClauses | None = None
    """What may be only recalled as well: that a grade cites one of them is shown, and decides nothing."""


class RulePack(_Data):
    """Rules of one document, for one area (a prefix of its division code; empty: the whole country)."""

    id: str = Field(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)*$", max_length=80)
    version: int = Field(ge=1, strict=True)
    area: str = Field(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6})?$")
    in_force_from: date = Field(strict=True)  # or the number 2026 would be a second of 1970
    in_force_until: date | None = Field(default=None, strict=True)
    """The first day it is no longer in force."""
    origin: Origin
    title: Title
    rules: tuple[Provision, ...]

    @property
    def name(self) -> str:
        """Id and version, as a duty stores it."""
        return f"{self.id}@{self.version}"

    def in_force(self, on: date) -> bool:
        """Whether the pack is in force on a day."""
        return self.in_force_from <= on and (self.in_force_until is None or on < self.in_force_until)

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        ids = [rule.id for rule in self.rules]
        for twice in sorted({id for id in ids if ids.count(id) > 1}):
            raise PydanticCustomError("rule_twice", "rule {rule}: id used twice", {"rule": twice})
        return self

    @model_validator(mode="after")
    def _dates_run_forward(self) -> Self:
        if self.in_force_until is not None and self.in_force_until <= self.in_force_from:
            raise PydanticCustomError("pack_dates", "in_force_until: must be later than in_force_from")
        return self

    @model_validator(mode="after")
    def _policy_is_no_law(self) -> Self:
        policy = self.origin is Origin.OPERATOR_POLICY
        if policy != is_policy(self.name):
            raise PydanticCustomError(
                "policy_id", "id: operator-policy (or operator-policy/…) is for an operator's policy, and for it alone"
            )
        for rule in self.rules:
            if policy and rule.source is not None:
                raise PydanticCustomError(
                    "policy_source", "rule {rule}: source: an operator's policy cites no law", {"rule": rule.id}
                )
            if not policy and rule.source is None:
                raise PydanticCustomError(
                    "rule_unsourced", "rule {rule}: source: needed outside an operator's policy", {"rule": rule.id}
                )
            if (
                (rule.due or rule.escalation or rule.switch)
                and rule.source is not None
                and rule.source.seen is Seen.RECALLED
            ):
                raise PydanticCustomError(
                    "rule_recalled", "rule {rule}: seen: what is only recalled makes nothing due", {"rule": rule.id}
                )
        return self


def is_policy(pack: str) -> bool:
    """Whether a pack name as a duty stores it is an operator's: its numbers are shown as *policy, not law*."""
    return pack.partition("@")[0].partition("/")[0] == _OPERATOR
