"""Domain: what every move of the loop declares: who, from which stages, and what it decides."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

from pydantic import Field

from domain.actors import Role
from domain.command import Command, Evidence, Fields, Label, require
from domain.event import Act
from domain.hazard import rules
from domain.hazard.hazard import Hazard, imported
from domain.hazard.words import Stage


class Move(Command):
    """One row of the loop's table (docs/loop.md)."""

    stages: ClassVar[frozenset[Stage]]
    record_stages: ClassVar[frozenset[Stage]] = frozenset()
    """Further stages from which an imported record may tell of it: it says less than the loop asks for."""
    reporter_may: ClassVar[bool] = False
    """Whether whoever reported the hazard may make the move as well, in any role."""

    @abstractmethod
    def decide(self, hazard: Hazard, act: Act) -> None:
        """Check the rules and let the event happen. Raises Refusal, and then nothing has happened."""


class Consent(Fields):
    """The regulator's or a union inspector's consent, as a document shows it."""

    by: Literal[Role.REGULATOR, Role.UNION_INSPECTOR]
    reference: Label
    evidence: Evidence = Field(min_length=1)


def consented_if(major: bool, consent: Consent | None, act: Act) -> None:
    """What is major needs somebody's consent from outside the enterprise."""
    require(consent is not None or not major or imported(act), rules.CONSENT, "consent")


def by_regulator_or_its_paper(act: Act, evidence: Evidence) -> None:
    """The regulator decides itself; a union inspector records its paper decision with evidence."""
    require(act.by.role is Role.REGULATOR or bool(evidence), rules.PAPER_DECISION, "evidence")
