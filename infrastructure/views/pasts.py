"""Infrastructure: what a row of the timeline or of the duties has to be to have stood then.

A version is looked up by when its last event was recorded, and of what was recorded at that very instant by position:
the indexes lead there, and no row has to say until which position it stood.
"""

from __future__ import annotations

from enum import StrEnum

from psycopg.sql import SQL, Composable, Composed

from application.questions import Moment


class Look(StrEnum):
    """How a past is looked up. The values of the clocks are what their columns begin with."""

    RECORDED = "recorded"
    OCCURRED = "occurred"
    VERSION = "version"


def look_of(moment: Moment) -> Look:
    """How this past is looked up."""
    return Look.VERSION if moment.position is not None else Look(moment.clock)


def stood(look: Look, timeline: Composable, at: str, position: str) -> Composed:
    """The condition for a row `s` of the timeline. `at` and `position` are what the statement calls them."""
    if look is not Look.VERSION:
        return SQL(f"s.{look}_from <= {at} AND s.{look}_to > {at}").format()
    # What ended at that very instant was ended by an event of the version, or by a later one.
    return SQL(
        f"s.recorded_from <= {at} AND s.recorded_to >= {at} AND s.position <= {position}"
        f" AND (s.recorded_to > {at} OR NOT EXISTS (SELECT 1 FROM {{}} later WHERE later.hazard_id = s.hazard_id"
        f" AND later.position > s.position AND later.position <= {position}))"
    ).format(timeline)


def had_begun(look: Look, at: str, position: str) -> str:
    """The condition for a duty `d` to be there at all."""
    return f"d.begun_position <= {position}" if look is Look.VERSION else f"d.begun_{look} <= {at}"


def still_open(look: Look, at: str, position: str) -> str:
    """The condition for a duty `d` that had begun to have been open."""
    if look is Look.VERSION:
        return f"coalesce(d.ended_position > {position}, true)"
    return f"d.ended_{look} > {at}"


def began(before: Look, after: Look) -> Composed:
    """Whether a row `t` of the timeline came to count after one point and by another, named *_before and *_after."""
    counted = (
        f"t.position <= %(position_{name})s" if look is Look.VERSION else f"t.{look}_from <= %(at_{name})s"
        for look, name in ((before, "before"), (after, "after"))
    )
    return SQL("(NOT {} AND {})").format(*map(SQL, counted))
