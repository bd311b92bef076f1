"""Application: an enterprise as its stream leaves it; the same for one asked for and for the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from application.boards import EnterpriseSummary
from application.log import Recorded
from application.views.hazard_memory import OutOfOrder
from application.views.sectors import key_sectors_of, section_of
from application.views.times import local
from domain.enterprise.enterprise import Enterprise, EnterpriseEvent, EnterpriseRegistered


@dataclass(slots=True)
class EnterpriseMemory:
    """One enterprise, and what the log says about its events."""

    enterprise: Enterprise
    updated_at: datetime
    position: int

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The memory of an enterprise nothing has happened to, before its first event. Raises OutOfOrder."""
        if not isinstance(recorded.event, EnterpriseRegistered):
            raise OutOfOrder
        enterprise = Enterprise.begin(recorded.stream_id, recorded.event.occurred_at)
        return cls(enterprise, recorded.recorded_at, recorded.position)

    def take(self, recorded: Recorded) -> None:
        """Change the memory as the event says."""
        assert isinstance(recorded.event, EnterpriseEvent)
        recorded.event.mutate(self.enterprise)
        self.updated_at, self.position = recorded.recorded_at, recorded.position

    def summary(self, zone: ZoneInfo) -> EnterpriseSummary:
        """How it stands, its times with the jurisdiction's offset."""
        it = self.enterprise
        key_sectors = key_sectors_of(it.industry_code, crowded=it.crowded, three_in_one=it.three_in_one)
        return EnterpriseSummary(
            uscc=it.uscc,
            version=it.version,
            enterprise_name=it.enterprise_name,
            industry_code=it.industry_code,
            section=section_of(it.industry_code),
            key_sectors=key_sectors,
            three_in_one=it.three_in_one,
            crowded=it.crowded,
            union_organisation=it.union_organisation,
            closed=it.closed,
            registered_at=local(it.created_on, zone),
            updated_at=local(self.updated_at, zone),
            position=self.position,
        )


def fold_enterprise(recorded: Sequence[Recorded]) -> EnterpriseMemory | None:
    """The enterprise after these events, all of one stream; None where there are none."""
    if not recorded:
        return None
    memory = EnterpriseMemory.of(recorded[0])
    for one in recorded:
        memory.take(one)
    return memory
