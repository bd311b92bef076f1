"""Benchmarks, peer: FastAPI's asynchronous routes with nothing behind them: the same bodies in, like answers out."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import uvicorn
from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel, Field


class Report(BaseModel):
    """What is sent to report a hazard."""

    enterprise_uscc: str = Field(min_length=18, max_length=18)
    description: str = Field(min_length=1, max_length=4000)
    place: str | None = Field(None, max_length=4000)
    channel: str


class Done(BaseModel):
    """What is answered."""

    id: uuid.UUID
    version: int
    position: int


class Counts(BaseModel):
    """How many hazards stand where."""

    found: int
    open: int
    overdue: int
    closed: int
    closed_before_import: int
    dismissed: int
    by_stage: dict[str, int]
    rectification_rate: float | None
    close_out_rate: float | None
    close_out_rate_with_imported: float | None


class GradeCounts(BaseModel):
    """The same by grade."""

    general: Counts
    major: Counts
    ungraded: Counts


class Overdue(BaseModel):
    """A hazard and the earliest day it has let pass."""

    hazard_id: uuid.UUID
    due: date


class Board(BaseModel):
    """The status of one enterprise."""

    enterprise_uscc: str
    as_of: AwareDatetime
    position: int
    total: Counts
    by_grade: GradeCounts
    open_duties: int
    overdue_duties: int
    oldest_overdue: Overdue | None


STAGES = ["reported", "self_inspected", "rectifying", "rectified", "verified", "dual_reported", "closed", "dismissed"]
COUNTS = Counts(
    found=24,
    open=12,
    overdue=3,
    closed=11,
    closed_before_import=0,
    dismissed=1,
    by_stage=dict.fromkeys(STAGES, 3),
    rectification_rate=0.5217,
    close_out_rate=0.4783,
    close_out_rate_with_imported=0.4783,
)

app = FastAPI()


@app.post("/hazards", status_code=201)
async def report(new: Report) -> Done:
    """Answer as if the hazard had been kept."""
    return Done(id=uuid.uuid4(), version=1, position=1)


@app.get("/enterprises/{uscc}/board")
async def board(uscc: str) -> Board:
    """Answer with a board that nobody has counted."""
    return Board(
        enterprise_uscc=uscc,
        as_of=datetime.now(UTC),
        position=1,
        total=COUNTS,
        by_grade=GradeCounts(general=COUNTS, major=COUNTS, ungraded=COUNTS),
        open_duties=9,
        overdue_duties=3,
        oldest_overdue=Overdue(hazard_id=uuid.uuid4(), due=date(2026, 3, 2)),
    )


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=0, access_log=False)
