"""Domain: the catalogue of events by their stable names. What lies in the log is read by these alone.

A name is for ever: a class may be renamed or moved, its name may not. Where an event's shape has to
change, the new shape gets a new name, and an upcaster tells how the old one reads as the new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from pydantic_core import from_json

from domain.enterprise.enterprise import EnterpriseChanged, EnterpriseClosed, EnterpriseRegistered
from domain.erasable import Seal
from domain.event import PLACE, DomainEvent
from domain.hazard.closing import ClosedBeforeImport, ClosedOut, Reopened, TextsErased
from domain.hazard.dual_reporting import DualReportAcknowledged, DualReported, WorkersNotified
from domain.hazard.grading import GradeChallengeAnswered, GradeChallenged, Regraded
from domain.hazard.inspecting import Dismissed, SelfInspected
from domain.hazard.rectifying import DeadlineExtended, RectificationPlanned, RectificationStepRecorded, Rectified
from domain.hazard.reinspecting import Reinspected, ResumptionApproved
from domain.hazard.reporting import Corrected, Reported, Transferred
from domain.hazard.watching import DutyMissed, DutyRescheduled
from domain.importing import ImportCommitted
from domain.transparency.discontinuity import DiscontinuityAcknowledged
from domain.transparency.witness import WitnessRegistered

Upcaster = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
"""From the decoded state of an old event: the newer name and its state. Pure; erasable texts as commitments."""


class UnknownName(Exception):
    """No class and no upcaster stands for the name: a newer release wrote it, or nobody did."""


class Catalogue:
    """Event classes and upcasters by registered name."""

    def __init__(
        self,
        events: Iterable[type[DomainEvent]],
        upcasters: Mapping[str, Upcaster] = MappingProxyType({}),
    ) -> None:
        self._events: dict[str, type[DomainEvent]] = {}
        for event in events:
            if event.name in self._events:
                raise ValueError(f"two events are named {event.name}")
            self._events[event.name] = event
        self._upcasters = upcasters

    def name_of(self, event: DomainEvent) -> str:
        """The name an event is stored under. Raises UnknownName for one that couldn't be read again."""
        if self._events.get(event.name) is not type(event):
            raise UnknownName(event.name)
        return event.name

    def load(self, name: str, state: bytes, stream_id: UUID, version: int, seal: Seal) -> DomainEvent:
        """The event of an encoded state, upcast as often as needed.

        Raises UnknownName, pydantic's ValidationError, or whatever an upcaster raises over a state it doesn't know.
        """
        if name in self._upcasters:
            name, older = self._upcast(name, from_json(state, allow_inf_nan=False))
            event = self._of(name).model_validate(older, context=seal)
        else:
            event = self._of(name).__pydantic_validator__.validate_json(state, context=seal)
        if not PLACE.isdisjoint(event.__pydantic_fields_set__):
            raise ValueError("the state names a stream of its own")
        return event.placed(stream_id, version)

    def _of(self, name: str) -> type[DomainEvent]:
        event = self._events.get(name)
        if event is None:
            raise UnknownName(name)
        return event

    def _upcast(self, name: str, state: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        passed = set()
        while (upcaster := self._upcasters.get(name)) is not None and name not in passed:
            passed.add(name)
            name, state = upcaster(state)
        return name, state

    def schemas(self) -> dict[str, dict[str, Any]]:
        """JSON Schema (2020-12) of the public state of each event, by name."""
        return {name: self._events[name].model_json_schema(mode="serialization") for name in sorted(self._events)}


CATALOGUE = Catalogue(
    (
        EnterpriseRegistered,
        EnterpriseChanged,
        EnterpriseClosed,
        Reported,
        Transferred,
        Corrected,
        SelfInspected,
        Dismissed,
        RectificationPlanned,
        DeadlineExtended,
        RectificationStepRecorded,
        Rectified,
        Reinspected,
        ResumptionApproved,
        WorkersNotified,
        DualReported,
        DualReportAcknowledged,
        GradeChallenged,
        GradeChallengeAnswered,
        Regraded,
        ClosedOut,
        Reopened,
        ClosedBeforeImport,
        TextsErased,
        DutyMissed,
        DutyRescheduled,
        ImportCommitted,
        WitnessRegistered,
        DiscontinuityAcknowledged,
    )
)
"""Every event there is. One that is missing here can't be written."""
