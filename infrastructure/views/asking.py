"""Infrastructure: one question is one statement: it sees one cut of the log, and says how far that reaches."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Composable, Composed, Identifier

from application.log import Unavailable
from application.ports import Clock
from application.questions import Moment, Projection
from application.views.search import can_be_stored
from application.views.times import local_day, storable
from domain.actors import OF_AN_ENTERPRISE, Actor
from infrastructure.log.batch import schema_of
from infrastructure.log.pool import Pool
from infrastructure.views.enterprises import Enterprises
from infrastructure.views.hazards import Hazards

VERSIONS = {Hazards.name: Hazards.version, Enterprises.name: Enterprises.version}
"""The versions this release reads."""


@dataclass(slots=True)
class Conditions:
    """What a row has to be, and the values that go with it."""

    said: list[Composable] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def require(self, condition: str, **values: object) -> None:
        """A row must be so. Where a value is a text nothing stored can equal or hold, none is."""
        if all(can_be_stored(value) for value in values.values() if isinstance(value, str)):
            self.said.append(SQL(condition))
            self.values |= values
        else:
            self.said.append(SQL("false"))

    @property
    def where(self) -> Composed:
        """As it stands after WHERE."""
        return SQL(" AND ").join([SQL("true"), *self.said])


class Asking:
    """Asks the views of one schema."""

    def __init__(self, pool: Pool, code: str, zone: ZoneInfo, clock: Clock) -> None:
        self.pool = pool
        self.zone = zone
        self.clock = clock
        self._schema = schema_of(code)

    def view(self, projection: Projection, name: str) -> Identifier:
        """The SQL view over the build that serves."""
        return Identifier(self._schema, f"{name}_v{VERSIONS[projection]}")

    @property
    def events(self) -> Identifier:
        """The table of the log."""
        return Identifier(self._schema, "events")

    @property
    def projection(self) -> Identifier:
        """The table that says where every build stands."""
        return Identifier(self._schema, "projection")

    def time(self, moment: Moment | None) -> datetime:
        """The time asked for."""
        return storable(moment.at if moment else self.clock.now())

    def today(self, moment: Moment | None) -> date:
        """Its day in the jurisdiction: what was due before it is overdue."""
        return local_day(self.time(moment), self.zone)

    def past(self, moment: Moment | None) -> dict[str, Any]:
        """The values `at` and `position` of a statement that asks for a past (infrastructure.views.pasts)."""
        return {"at": self.time(moment), "position": moment.position if moment else None}

    async def rows(self, statement: Composed, values: dict[str, Any], *, prepare: bool | None = None) -> list[DictRow]:
        """What the statement answers. Raises Unavailable."""
        try:
            async with self.pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
                await cursor.execute(statement, values, prepare=prepare)
                return await cursor.fetchall()
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.UndefinedTable):
            # A view that isn't there is one that nothing has been projected into yet.
            raise Unavailable from None

    async def page(
        self, projection: Projection, body: Composed, order: str, values: dict[str, Any], *, prepare: bool | None = None
    ) -> tuple[int, list[DictRow]]:
        """The rows of a list, which say `true AS here`, and the position reached, known without any row as well."""
        statement = SQL(
            "SELECT p.position AS reached, one.* FROM {projection} p LEFT JOIN LATERAL ({body}) one ON true"
            " WHERE p.name = %(projection)s AND p.version = %(of_version)s AND p.serving ORDER BY {order}"
        ).format(projection=self.projection, body=body, order=SQL(order))
        named = {"projection": projection.value, "of_version": VERSIONS[projection]}
        found = await self.rows(statement, values | named, prepare=prepare)
        if not found:
            raise Unavailable
        return found[0]["reached"], [row for row in found if row["here"]]


def sees_all(actor: Actor) -> bool:
    """Whether the actor acts for no enterprise."""
    return actor.role not in OF_AN_ENTERPRISE
