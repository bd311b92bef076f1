"""Application: all that is remembered of one hazard while the log is folded.

The transitions are the domain's own: an event mutates the aggregate, and every column of ledger and
timeline is read off it. What has to be carried from one batch to the next is in application.views.keeping.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from application.log import Recorded
from application.views.duty_book import DutyBook
from application.views.times import When, storable
from domain.event import DomainEvent
from domain.hazard.closing import ClosedBeforeImport, TextsErased
from domain.hazard.hazard import Hazard, HazardEvent
from domain.hazard.reporting import CorrectableField, Corrected, Reported
from domain.hazard.watching import DutyMissed, DutyRescheduled, WatchEvent
from domain.hazard.words import Category, Channel, Grade, Stage


class OutOfOrder(Exception):
    """An event that no fold can take: its hazard was never reported."""


@dataclass(slots=True)
class Standing:
    """How a hazard stood after one event: what the ledger shows, and one row of the timeline."""

    position: int
    version: int
    stage: Stage
    grade: Grade | None
    round: int
    enterprise: str | None
    suspended: bool
    closed_before_import: bool
    deadline: date | None
    next_due: date | None
    texts: int
    """The version that said the texts it shows."""
    since: When
    until: When | None = None

    def clamp(self, occurred: datetime) -> None:
        """Something later occurred at `occurred`: this does not count as having begun or ended after it."""
        self.since = self.since.at_most(occurred)
        self.until = self.until.at_most(occurred) if self.until else None


@dataclass(slots=True)
class Texts:
    """Description and place, as one version said them."""

    version: int
    description: str | None
    place: str | None


@dataclass(slots=True)
class HazardMemory:
    """One hazard. `standings` and `texts` hold those since the memory began, or all where it is `whole`."""

    hazard: Hazard
    first_position: int
    category: Category | None = None
    channel: Channel = Channel.SNAP
    closed_before_import: bool = False
    duties: DutyBook = field(default_factory=DutyBook)
    latest: datetime | None = None
    """When the last event counts as having occurred."""
    standing: Standing | None = None
    ended: Standing | None = None
    """The standing before the first of `standings`, now that it has ended."""
    standings: list[Standing] = field(default_factory=list)
    texts: dict[int, Texts] = field(default_factory=dict)
    texts_version: int = 0

    @classmethod
    def of(cls, recorded: Recorded) -> HazardMemory:
        """The memory of a hazard nothing has happened to, before its first event. Raises OutOfOrder."""
        if not isinstance(recorded.event, Reported):
            raise OutOfOrder
        hazard: Hazard = Hazard.begin(recorded.stream_id, recorded.event.occurred_at)
        return cls(hazard, recorded.position)

    @property
    def now(self) -> Standing:
        """How it stands. There is one as soon as an event was taken."""
        assert self.standing is not None
        return self.standing

    def take(self, recorded: Recorded) -> None:
        """Change the memory as the event says."""
        event = recorded.event
        assert isinstance(event, DomainEvent)
        when = When(recorded.position, storable(recorded.recorded_at), storable(event.occurred_at))
        if self.latest is not None and when.occurred < self.latest:
            self._clamp(when.occurred)
        self.latest = when.occurred
        if isinstance(event, HazardEvent):
            self._happened(event, when)
        elif isinstance(event, DutyMissed):
            self.duties.missed(event, when)
        elif isinstance(event, DutyRescheduled) and self.duties.rescheduled(event, when):
            self._stand(when)

    def _happened(self, event: HazardEvent, when: When) -> None:
        was = self.hazard.stage
        event.mutate(self.hazard)
        self.duties.happened(event, self.hazard.enterprise_uscc, self.hazard.round, when)
        if isinstance(event, ClosedBeforeImport):
            self.closed_before_import = self.closed_before_import or was is not Stage.CLOSED
        elif self.hazard.stage is not Stage.CLOSED:
            self.closed_before_import = False
        self._said(event)
        self._stand(when)

    def _said(self, event: HazardEvent) -> None:
        version = event.originator_version
        if isinstance(event, Reported):
            self.category, self.channel = event.category, event.channel
            description = event.description.value if event.description else None
            self._say(Texts(version, description, event.place.value if event.place else None))
        elif isinstance(event, Corrected) and event.field in (CorrectableField.DESCRIPTION, CorrectableField.PLACE):
            said = replace(self.texts[self.texts_version], version=version)
            setattr(said, event.field.value, event.value.value)
            self._say(said)
        elif isinstance(event, TextsErased):
            for said in self.texts.values():
                said.description = said.place = None

    def _say(self, said: Texts) -> None:
        self.texts[said.version] = said
        self.texts_version = said.version

    def _stand(self, when: When) -> None:
        """What stood so far ends; what stands now begins."""
        if self.standing is not None:
            self.standing.until = when
            if not self.standings:
                self.ended = self.standing
        self.standing = self.standing_since(when)
        self.standings.append(self.standing)

    def standing_since(self, when: When) -> Standing:
        """How it stands since then, read off all the rest."""
        hazard = self.hazard
        return Standing(
            position=when.position,
            version=hazard.version,
            stage=hazard.stage,
            grade=hazard.grade,
            round=hazard.round,
            enterprise=hazard.enterprise_uscc,
            suspended=hazard.suspended,
            closed_before_import=self.closed_before_import,
            deadline=hazard.deadline,
            next_due=self.duties.next_due,
            texts=self.texts_version,
            since=when,
        )

    def _clamp(self, occurred: datetime) -> None:
        """A late event: nothing that was recorded before it counts as having occurred after it."""
        self.duties.clamp(occurred)
        for standing in self.standings:
            standing.clamp(occurred)


def hazard_of(event: DomainEvent) -> UUID | None:
    """Which hazard an event is about; None for one about something else."""
    if isinstance(event, HazardEvent):
        return event.originator_id
    return event.hazard_id if isinstance(event, WatchEvent) else None


def comes_late(event: DomainEvent, latest: datetime | None) -> bool:
    """Whether it is said to have occurred before what was recorded before it."""
    return latest is not None and storable(event.occurred_at) < latest


def needs_the_whole(event: DomainEvent) -> bool:
    """Whether it may change more than what stands now: then all that is kept of the hazard is wanted first."""
    return isinstance(event, Corrected | TextsErased | WatchEvent)
