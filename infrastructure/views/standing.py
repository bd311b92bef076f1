"""Infrastructure: where the projections stand, and how far behind the log they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg.sql import SQL

from application.log import EventLog
from application.questions import Projection, ProjectionState, ProjectionStatus
from infrastructure.views.asking import Asking

# A newer release may keep up projections this one has never heard of.
_STATUS = """
SELECT name, version, build, state, position, error FROM {projection} WHERE name = ANY(%(names)s)
ORDER BY name, version, build
"""


async def status(asking: Asking, log: EventLog) -> Sequence[ProjectionStatus]:
    """Every build of every projection. Raises Unavailable."""
    rows = await asking.rows(
        SQL(_STATUS).format(projection=asking.projection), {"names": [name.value for name in Projection]}
    )
    head = await log.head()
    waiting = {position: await _waiting_since(log, position) for position in {row["position"] for row in rows}}
    now = asking.clock.now()
    return [
        ProjectionStatus(
            name=Projection(row["name"]),
            version=row["version"],
            build=row["build"],
            state=ProjectionState(row["state"]),
            position=row["position"],
            lag_events=max(0, head - row["position"]),
            lag_seconds=_seconds(waiting[row["position"]], now),
            error=row["error"],
        )
        for row in rows
    ]


async def _waiting_since(log: EventLog, position: int) -> datetime | None:
    following = await log.read_after(position, 1)
    return following[0].recorded_at if following else None


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
