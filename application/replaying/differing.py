"""Application: what lies between two points in time: what changed, and by which events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from application.boards import Board, JurisdictionBoard
from application.differences import Change, ChangingEntry, HazardDiff
from application.log import Recorded
from application.views.hazard_file import FileFolding
from application.views.statements import history_entry
from application.views.times import local_day

_ALWAYS = frozenset({"version", "position", "updated_at"})


def hazard_diff(
    everything: Sequence[Recorded], before: int, after: int, days: tuple[date, date], zone: ZoneInfo
) -> HazardDiff:
    """Between the first `before` and the first `after` of a hazard's events; `days` are those the points lie on."""
    folding, entries = FileFolding(zone), []
    for one in everything[:before]:
        folding.take(one)
    first = folding.fields(days[0])
    for one in everything[before:after]:
        # Both sides on the same day: what is overdue by then is the day's doing, not the event's.
        day = local_day(one.recorded_at, zone)
        stood = folding.fields(day)
        folding.take(one)
        changed = tuple(change.field for change in _of_files(stood, folding.fields(day)))
        entries.append(ChangingEntry(**dict(history_entry(one)), changed=changed))
    last = folding.fields(days[1])
    differing = tuple(_of_files(first, last))
    by_events = {name for entry in entries for name in entry.changed}
    return HazardDiff(
        id=everything[0].stream_id,
        before_version=first.get("version"),
        after_version=last["version"],
        changes=differing,
        events=tuple(entries),
        by_time=tuple(change.field for change in differing if change.field not in by_events),
    )


def board_changes(before: Board | JurisdictionBoard, after: Board | JurisdictionBoard) -> tuple[Change, ...]:
    """The counts and rates that differ, as paths: `total.open`, `sections.C.counts.found`."""
    of_the_asking = {"as_of", "position"}
    counts = (_flat(one.model_dump(mode="json", exclude=of_the_asking)) for one in (before, after))
    return tuple(changes(*map(dict, counts)))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """What differs, in the order of the second, and after it what is only in the first."""
    for name in [*after, *(name for name in before if name not in after)]:
        if before.get(name) != after.get(name):
            yield Change(field=name, before=before.get(name), after=after.get(name))


def _of_files(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """What differs, but for what differs after every event."""
    return (change for change in changes(before, after) if change.field not in _ALWAYS)


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value by its path; a row of a list goes by its first value."""
    if isinstance(value, list):
        value = {str(next(iter(row.values()))): dict(list(row.items())[1:]) for row in value}
    if not isinstance(value, dict):
        yield path, value
        return
    for name, inner in value.items():
        yield from _flat(inner, f"{path}.{name}" if path else name)
