"""What reaches a log line, and what never does: whoever logs, an error is told by kind and place alone."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
import uvloop
from opentelemetry import trace

from api import logs
from api.settings import LogFormat
from infrastructure.log.pool import bounded_pool
from tests.faults.waiting import PATIENCE

TEXT = "张某 13800000000"
HERE = Path(__file__).name
OURS = logging.getLogger("application.somewhere")

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """What is set up for the whole process is taken down again."""
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.TALKATIVE}
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
    yield
    root.handlers[:], root.level = kept
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    structlog.reset_defaults()


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """The lines logged so far, none of which holds the text; each is JSON, as where nobody sits before it."""
    logs.configure(LogFormat.AUTO)

    def read() -> list[dict[str, Any]]:
        written = capsys.readouterr()
        assert written.out == ""
        assert TEXT not in written.err
        assert TEXT[:2] not in json.dumps(written.err, ensure_ascii=False)
        return [json.loads(line) for line in written.err.splitlines()]

    return read


def fail(text: str = TEXT) -> None:
    raise ValueError(text)


def caught() -> Exception:
    try:
        fail()
    except ValueError as error:
        return error
    raise AssertionError


def tells(line: dict[str, Any], kind: str = "ValueError") -> bool:
    """Whether the line says what kind of error it was and where."""
    return re.search(rf"{kind} at \S*{HERE}:\d+", str(line.get("error"))) is not None


def test_given_a_line_then_it_says_when_who_and_what(lines: Lines) -> None:
    id = uuid4()
    with structlog.contextvars.bound_contextvars(correlation_id=id, jurisdiction="320583"):
        OURS.warning("%s of %d", "one", 2)

    (line,) = lines()
    assert list(line) == ["time", "level", "logger", "event", "jurisdiction", "correlation_id"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line.pop("time"))
    assert line == {
        "level": "warning",
        "logger": "application.somewhere",
        "event": "one of 2",
        "jurisdiction": "320583",
        "correlation_id": str(id),
    }


def test_given_a_trace_then_the_line_says_which(lines: Lines) -> None:
    of = trace.SpanContext(int("a" * 32, 16), int("b" * 16, 16), is_remote=False)
    with trace.use_span(trace.NonRecordingSpan(of)):
        OURS.warning("within")
    OURS.warning("outside")

    assert [line.get("trace_id") for line in lines()] == ["a" * 32, None]


def test_given_structlog_itself_then_it_speaks_alike(lines: Lines) -> None:
    try:
        fail()
    except ValueError as error:
        structlog.get_logger("api.somewhere").exception("failed", position=7, failure=error)

    (line,) = lines()
    assert (line["logger"], line["event"], line["position"], line["level"]) == ("api.somewhere", "failed", 7, "error")
    assert tells(line)
    assert tells({"error": line["failure"]})


@pytest.mark.parametrize("name", ["application.projecting", "uvicorn.error", "psycopg.pool", "asyncio"])
def test_given_an_error_that_is_logged_then_its_message_is_not(lines: Lines, name: str) -> None:
    try:
        try:
            fail()
        except ValueError:
            raise RuntimeError(TEXT) from None
    except RuntimeError:
        logging.getLogger(name).exception("it failed", stack_info=True)

    (line,) = lines()
    assert (line["event"], tells(line, "RuntimeError"), "stack" in "".join(line)) == ("it failed", True, False)
    assert not tells(line), "raised from None: what it came of is nobody's business"


def test_given_an_error_that_came_of_another_then_both_are_told(lines: Lines) -> None:
    several = ExceptionGroup(TEXT, [caught()])
    try:
        try:
            fail()
        except ValueError as error:
            raise several from error
    except ExceptionGroup:
        OURS.exception("it failed")

    (line,) = lines()
    assert re.fullmatch(
        r"ExceptionGroup at \S+:\d+ \(ValueError at \S+:\d+\), after ValueError at \S+:\d+", line["error"]
    )


def test_given_an_error_among_the_arguments_then_its_kind_is_told(lines: Lines) -> None:
    OURS.warning("error connecting in %r: %s", "pool-1", caught())
    OURS.warning("error: %(error)s", {"error": caught()})

    assert [line["event"] for line in lines()] == ["error connecting in 'pool-1': ValueError", "error: ValueError"]


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_given_what_nobody_waits_for_then_the_loop_tells_of_it_without_its_text(
    lines: Lines, new_loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def named_after(text: str) -> None:
        fail(text)

    async def all_of_it() -> None:
        await asyncio.wait([asyncio.create_task(named_after(TEXT), name=TEXT)])
        gc.collect()
        asyncio.get_running_loop().call_soon(fail, TEXT)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(all_of_it())

    task, callback = lines()
    assert (task["logger"], task["event"]) == ("asyncio", "Task exception was never retrieved")
    assert (callback["logger"], callback["event"][:21]) == ("asyncio", "Exception in callback")
    assert tells(task)
    assert tells(callback)


async def test_given_a_database_out_of_reach_then_no_line_holds_the_password(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged = asyncio.Event()
    pools = logging.getLogger("psycopg.pool")
    monkeypatch.setattr(pools, "filters", [lambda record: logged.set() or True])
    async with bounded_pool("postgresql://u:s3cret@127.0.0.1:1/nothing"):
        await asyncio.wait_for(logged.wait(), PATIENCE)

    (line, *_) = lines()
    assert (line["logger"], line["level"]) == ("psycopg.pool", "warning")
    assert re.fullmatch(r"error connecting in 'pool-\d+': OperationalError", line["event"])
    assert not re.search(r"s3cret|127\.0\.0\.1", json.dumps(line))


def test_given_what_nobody_catches_then_it_is_logged_all_the_same(lines: Lines) -> None:
    error = caught()
    sys.excepthook(ValueError, error, error.__traceback__)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    assert [(line["level"], tells(line)) for line in lines()] == [("critical", True)] * 2


def test_given_a_line_that_can_not_be_made_then_its_arguments_are_not_shown(
    lines: Lines, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [one for one in root.handlers if type(one).__module__ == logs.__name__])
    OURS.warning("%d", TEXT)

    written = capsys.readouterr().err
    assert re.fullmatch(r"a line could not be logged: application\.somewhere:\d+ TypeError\n", written)


@pytest.mark.parametrize("form", LogFormat)
def test_given_words_that_feign_a_line_of_their_own_then_they_stay_in_one(
    capsys: pytest.CaptureFixture[str], form: LogFormat
) -> None:
    logs.configure(form)
    OURS.warning("one\n2026-01-01 [critical] \x1b[2Jtwo")

    (line,) = capsys.readouterr().err.splitlines()
    assert "\x1b" not in line
    assert "one 2026-01-01 [critical] ?[2Jtwo" in line


def test_given_text_then_a_person_can_read_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(LogFormat.TEXT)
    with structlog.contextvars.bound_contextvars(jurisdiction="320583"):
        OURS.error("it failed", exc_info=caught())

    written = capsys.readouterr().err
    assert re.match(r"\S+Z \[error *\] it failed +\[application\.somewhere\] ", written)
    assert "jurisdiction=320583" in written
    assert re.search(rf"error='ValueError at \S*{HERE}:\d+", written)
    assert TEXT not in written
