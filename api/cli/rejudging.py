"""API: how `hazardloop duties --rules` shows what other rules would have made of the same history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.table import Table

from api.cli import terminal
from application.replaying.rejudging import Judged, RejudgedDuty, Verdict

OTHERWISE = frozenset({Verdict.WOULD_HAVE_BEEN_MISSED, Verdict.WOULD_NOT_HAVE_BEEN_MISSED})


def draw(found: Sequence[RejudgedDuty]) -> None:
    """A table of the duties the other rules judge otherwise, and how many there are of each verdict."""
    drawn = Table("verdict", "duty", "was due", "would be due", "by", "enterprise", "hazard", "position", box=None)
    for one in found:
        if one.verdict in OTHERWISE:
            due = [str(judged.due) if judged else "" for judged in (one.was, one.would_be)]
            rest = (_by(one.would_be), one.enterprise_uscc or "", str(one.hazard_id), str(one.since_position))
            drawn.add_row(one.verdict, one.duty, *due, *rest)
    terminal.tables().print(drawn)
    counts = Counter(one.verdict for one in found)
    for verdict in Verdict:
        terminal.say(f"{verdict}: {counts[verdict]}")


def _by(judged: Judged | None) -> str:
    if judged is None:
        return "no rule"
    return f"{judged.rule} of {judged.pack}{f' ({judged.mark})' if judged.mark else ''}"
