"""Benchmarks, peer: hazards kept by FastAPI and SQLAlchemy, a row and an audit row for each change.

Written as their documentation writes it: plain endpoints, a session for each request, a pool as large as the thread
pool. It checks no token, keeps no order and can't tell a repeated request.
"""

import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import JSON, Engine, ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

SERVE = ("-m", "benchmarks.peers.sqlalchemy_service")
"""How it is started; the database's URL comes behind."""


class Base(DeclarativeBase):
    """The tables."""


class Enterprise(Base):
    """An enterprise."""

    __tablename__ = "enterprises"

    uscc: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class Hazard(Base):
    """A hazard as it stands."""

    __tablename__ = "hazards"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    enterprise_uscc: Mapped[str] = mapped_column(ForeignKey("enterprises.uscc"), index=True)
    description: Mapped[str]
    place: Mapped[str | None]
    channel: Mapped[str]
    stage: Mapped[str] = mapped_column(default="reported")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class Step(Base):
    """A step of a rectification."""

    __tablename__ = "steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    hazard_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hazards.id"), index=True)
    note: Mapped[str]
    created_at: Mapped[datetime]


class Audit(Base):
    """What was changed, by whom and when."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    hazard_id: Mapped[uuid.UUID] = mapped_column(index=True)
    action: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class Report(BaseModel):
    """What is sent to report a hazard."""

    enterprise_uscc: str = Field(min_length=18, max_length=18)
    description: str = Field(min_length=1, max_length=4000)
    place: str | None = Field(None, max_length=4000)
    channel: str


class NewStep(BaseModel):
    """What is sent to record a step."""

    note: str = Field(min_length=1, max_length=4000)


class Done(BaseModel):
    """What is answered."""

    id: uuid.UUID
    version: int


def engine_of(url: str) -> Engine:
    """The engine; a connection for each of the 40 threads that FastAPI runs plain endpoints in."""
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), pool_size=20, max_overflow=20)


def fill(url: str, enterprises: Sequence[str], hazards: Sequence[uuid.UUID]) -> None:
    """Make the tables, with these enterprises, and these hazards of the first one being rectified."""
    engine = engine_of(url)
    Base.metadata.create_all(engine)
    now = datetime.now(UTC)
    with Session(engine) as opened:
        opened.add_all(Enterprise(uscc=uscc, name=uscc) for uscc in enterprises)
        opened.flush()
        said = {"enterprise_uscc": enterprises[0], "description": "-", "channel": "snap", "created_at": now}
        opened.add_all(Hazard(id=id, stage="rectifying", **said) for id in hazards)
        opened.commit()
    engine.dispose()


def app_on(engine: Engine) -> FastAPI:
    """The service."""
    app = FastAPI()

    def session() -> Iterator[Session]:
        with Session(engine) as opened:
            yield opened

    Opened = Annotated[Session, Depends(session)]  # noqa: N806

    @app.post("/hazards", status_code=201)
    def report(new: Report, session: Opened) -> Done:
        if session.get(Enterprise, new.enterprise_uscc) is None:
            raise HTTPException(422, "no such enterprise")
        now = datetime.now(UTC)
        hazard = Hazard(**new.model_dump(), created_at=now)
        session.add(hazard)
        session.flush()
        session.add(Audit(hazard_id=hazard.id, action="reported", actor="worker", at=now, detail=new.model_dump()))
        session.commit()
        return Done(id=hazard.id, version=hazard.version)

    @app.post("/hazards/{id}/rectification-steps", status_code=201)
    def record_step(id: uuid.UUID, new: NewStep, session: Opened) -> Done:
        hazard = session.get(Hazard, id, with_for_update=True)
        if hazard is None:
            raise HTTPException(404)
        if hazard.stage != "rectifying":
            raise HTTPException(409, "a step is recorded while the hazard is being rectified")
        now = datetime.now(UTC)
        hazard.version += 1
        session.add(Step(hazard_id=id, note=new.note, created_at=now))
        session.add(Audit(hazard_id=id, action="step", actor="officer", at=now, detail=new.model_dump()))
        session.commit()
        return Done(id=hazard.id, version=hazard.version)

    return app


if __name__ == "__main__":
    uvicorn.run(app_on(engine_of(sys.argv[1])), host="127.0.0.1", port=0, access_log=False)
