"""API: what a GET may be asked with. Each model is a route's query; a parameter it does not know is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.problems import Kind, Problem
from api.times import Day, Time
from application.differences import PAIR
from application.questions import (
    ClockKind,
    DutiesQuestion,
    EnterprisesQuestion,
    HazardsQuestion,
    LogVersion,
    Moment,
    Past,
    Points,
)
from application.replaying.finding import LATE_AFTER_DAYS, FindingKind
from domain.hazard.words import Grade, ReportStage, Stage
from domain.refusals import CONTRACT, Rule
from domain.uscc import EnterpriseCode

ONE_PAST = Rule("version.or_at", "a past is named by its version or by a time, not by both", CONTRACT)

FARTHEST = 2**63 - 1
"""The last position a log could ever have."""

Position = Annotated[int, Field(ge=0, le=FARTHEST)]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")
]
Cursor = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[!-~]+$")]


def one_past(version: int | None, at: datetime | None) -> None:
    """Refuse two pasts. Raises Problem."""
    if version is not None and at is not None:
        raise Problem.of_rule(Kind.INVALID_INPUT, ONE_PAST, "version")


class Asking(BaseModel):
    """What every GET under /v1 takes."""

    model_config = ConfigDict(extra="forbid")

    min_position: Position | None = Field(
        None, description="Answer only once what is asked has taken the event at this position; after 5 seconds, 503."
    )


class NamingUpload(BaseModel):
    """What an uploaded file is called; the file itself is the body."""

    model_config = ConfigDict(extra="forbid")

    name: Words = Field("ledger", description="What the file is called; the proposed mapping is named after it.")


class AskingAt(Asking):
    """What looks at a past as well as at now."""

    at: Time | None = Field(None, description="As of this time, with an offset (+ is written %2B).")
    clock: ClockKind = Field(
        ClockKind.RECORDED, description="Whether `at` is meant as recorded or as it is said to have occurred."
    )

    @property
    def moment(self) -> Moment | None:
        """The time that is asked for; None for now."""
        return None if self.at is None else Moment(self.at, self.clock)


class AskingPast(AskingAt):
    """What looks at a version of the log as well: all that was recorded up to a position."""

    version: Position | None = Field(
        None, ge=1, description="As the log held it once the event at this position was recorded; instead of `at`."
    )

    @property
    def past(self) -> Past | None:
        """The past that is asked for; None for now. Raises Problem where two are."""
        if self.version is None:
            return self.moment
        one_past(self.version, self.at)
        return LogVersion(self.version)


class AskingDiff(Asking):
    """Between which two points."""

    from_time: Time | None = Field(
        None, alias="from", description="From this time; or `from_version`.", examples=["2026-01-01T00:00:00+08:00"]
    )
    to_time: Time | None = Field(
        None, alias="to", description="To this time; without it, to now.", examples=["2026-02-01T00:00:00+08:00"]
    )
    from_version: Position | None = Field(
        None, ge=1, description="From this version: a hazard's own; of a board a position of the log."
    )
    to_version: Position | None = Field(None, ge=1, description="To this version; without it, to now.")
    clock: ClockKind = Field(ClockKind.RECORDED, description="By which clock the times are meant.")

    @property
    def points(self) -> Points:
        """The two points. Raises Problem."""
        times, versions = (self.from_time, self.to_time), (self.from_version, self.to_version)
        if times[0] is not None and versions == (None, None):
            return Moment(times[0], self.clock), Moment(times[1], self.clock) if times[1] else None
        if versions[0] is not None and times == (None, None):
            return LogVersion(versions[0]), LogVersion(versions[1]) if versions[1] else None
        raise Problem.of_rule(Kind.INVALID_INPUT, PAIR, "from")


class Paging(BaseModel):
    """What every list takes."""

    limit: int = Field(50, ge=1, le=200)
    cursor: Cursor | None = Field(None, description="`next` of the page before, with the same filters.")


class AskingHazards(AskingPast, Paging):
    """Which rows of the ledger."""

    enterprise: EnterpriseCode | None = None
    stage: Stage | None = None
    grade: Grade | None = None
    overdue: bool | None = None
    q: Words | None = Field(None, description="Looked for in description and place, as it stands.")

    @property
    def question(self) -> HazardsQuestion:
        """As the views are asked."""
        return HazardsQuestion(
            enterprise=self.enterprise,
            stage=self.stage,
            grade=self.grade,
            overdue=self.overdue,
            q=self.q,
            moment=self.past,
            limit=self.limit,
            cursor=self.cursor,
        )


class AskingBoardDiff(AskingDiff, Paging):
    """The same, a page of hazards at a time."""


class AskingHazard(AskingAt):
    """Which past of one hazard."""

    version: int | None = Field(None, ge=1, le=2**31 - 1, description="As of this version; instead of `at`.")


class AskingEnterprises(Asking, Paging):
    """Which enterprises."""

    union_organisation: Words | None = None
    closed: bool | None = None
    q: Words | None = Field(None, description="Looked for in the name, as it stands.")

    @property
    def question(self) -> EnterprisesQuestion:
        """As the views are asked."""
        return EnterprisesQuestion(self.union_organisation, self.closed, self.q, self.limit, self.cursor)


class AskingDuties(AskingPast, Paging):
    """Which duties."""

    enterprise: EnterpriseCode | None = None
    hazard_id: UUID | None = None
    open: bool | None = None
    overdue: bool | None = Field(None, description="Open, and its day has passed at the time asked for.")

    @property
    def question(self) -> DutiesQuestion:
        """As the views are asked."""
        return DutiesQuestion(
            enterprise=self.enterprise,
            hazard_id=self.hazard_id,
            open=self.open,
            overdue=self.overdue,
            moment=self.past,
            limit=self.limit,
            cursor=self.cursor,
        )


class AskingRules(Asking):
    """As of which day."""

    on: Day | None = Field(None, description="The day in the jurisdiction's time zone; without it, today.")


class AskingEvents(Asking):
    """From where in the log."""

    after: Position = Field(0, description="The position after which to begin.")
    limit: int = Field(200, ge=1, le=1000)


class AskingFindings(Asking):
    """From where in the log, and what counts."""

    after: Position = Field(0, description="The position after which to begin.")
    limit: int = Field(100, ge=1, le=200)
    kind: FindingKind | None = Field(None, examples=[FindingKind.RECORDED_LATE])
    imported: bool | None = Field(None, description="Only what an importer told, or only what was said here.")
    late_after_days: int = Field(
        LATE_AFTER_DAYS,
        ge=1,
        le=36_500,
        description="After how many days an entry counts as recorded late: policy, not law.",
        examples=[30],
    )


class AskingStream(Asking):
    """From where in the log; the header Last-Event-ID goes before `after`."""

    after: Position = Field(0, description="The position after which to begin.")


class AskingCheckpoint(Asking):
    """Which checkpoint."""

    size: Position | None = Field(None, description="The one of so many events; without it, the newest.")


class AskingConsistency(AskingCheckpoint):
    """Between which two checkpoints."""

    old_size: Position | None = Field(None, description="The earlier one; without it, the one of `size`.")


class AskingReceipt(Asking):
    """Of which report."""

    stage: ReportStage | None = Field(None, description="The last of this stage; without it, the last of all.")


class AskingEvidence(Asking):
    """Which hazard the file belongs to."""

    hazard: UUID | None = Field(
        None, description="A hazard that refers to the file; needed by whoever acts for an enterprise."
    )
