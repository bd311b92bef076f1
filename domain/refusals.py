"""Domain: every reason to refuse. Each names the field, the rule and where the rule comes from.

A refusal is an exception without a message of its own making: `rule` is stable and meant for
programs, `says` for people. None of them ever repeats what was entered.
"""

from __future__ import annotations

from dataclasses import dataclass

LOOP = "hazardloop: the loop (docs/loop.md)"
CONTRACT = "hazardloop: the API contract (docs/api.md)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule: `id` for programs, `says` for people, `source` for whoever doubts it."""

    id: str
    says: str
    source: str = LOOP


class Refusal(Exception):
    """The command was understood and is not carried out; nothing was written."""

    def __init__(self, rule: Rule, field: str | None = None) -> None:
        super().__init__(rule.says)
        self.rule = rule
        self.field = field


class RuleBroken(Refusal):
    """What was entered breaks a rule of the field."""


class WrongStage(Refusal):
    """The hazard is not at a stage this move starts from."""


class NotAllowed(Refusal):
    """The actor may not do this, or not for this enterprise."""


class Unknown(Refusal):
    """What the command speaks of does not exist, or not for this actor."""


class Conflict(Refusal):
    """Something of that identity exists already."""


class StaleVersion(Refusal):
    """The stream has moved on since the caller read it."""


class VersionRequired(Refusal):
    """A decision that replaces something must say which version it was taken on."""


class KeyReused(Refusal):
    """The Idempotency-Key was used before with another body."""
