"""API: what a process logs, and how: structured lines on standard error, whichever library they come from.

No line holds what somebody entered. An error is told by its kind and its place, never by its message, which may
repeat a name, a text or an address with a password; so are errors that other libraries log.
"""

from __future__ import annotations

import copy
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TextIO

import structlog
from opentelemetry import trace
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from api.settings import LogFormat

_FIRST = ("time", "level", "logger", "event", "jurisdiction", "correlation_id", "trace_id")
_WORDS = re.compile(r"[A-Za-z' ]*[A-Za-z]")

TALKATIVE = ("uvicorn", "psycopg", "psycopg.pool")
"""Libraries of whose doings only warnings are of interest. Said here, lest some other library says so for us."""

logger = logging.getLogger("hazardloop")


def configure(form: LogFormat) -> None:
    """Log to standard error from now on; what nobody catches is logged as well.

    AUTO is TEXT on a terminal and JSON elsewhere. Called again, it takes the place of what it set up before.
    """
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not isinstance(one, _StandardError)]
    handler = _StandardError()
    text = form is LogFormat.TEXT or (form is LogFormat.AUTO and handler.stream.isatty())
    renderer = _text(colours=handler.stream.isatty()) if text else structlog.processors.JSONRenderer(ensure_ascii=False)
    handler.setFormatter(_Lines(processors=[*_CHAIN, renderer]))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for talkative in TALKATIVE:
        logging.getLogger(talkative).setLevel(logging.WARNING)
    structlog.configure(
        processors=[ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda said: _uncaught(said.exc_type, said.exc_value, said.exc_traceback)
    threading.excepthook = lambda said: _uncaught(said.exc_type, said.exc_value, said.exc_traceback)


def kind_and_place(error: BaseException) -> str:
    """What can be told of an error without its message: kinds and places, the last first, what it came of behind."""
    return ", after ".join(map(_told, _chain(error)))


class _StandardError(logging.StreamHandler[TextIO]):
    """To whatever standard error is just now. A line that can't be made is told of without what it should hold."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Standard error."""
        return sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Tell where the line came from."""
        failed = sys.exc_info()[1]
        if failed is not None and not isinstance(failed, OSError):
            self.stream.write(f"a line could not be logged: {record.name}:{record.lineno} {type(failed).__name__}\n")


class _Lines(ProcessorFormatter):
    """Makes lines of the records of the standard library's loggers and of structlog's own."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. An error among the arguments is told by its kind; asyncio's messages hold whole objects."""
        shown = copy.copy(record)
        if isinstance(shown.args, tuple):
            shown.args = tuple(map(_shown, shown.args))
        elif isinstance(shown.args, Mapping):
            shown.args = {name: _shown(value) for name, value in shown.args.items()}
        if shown.name == "asyncio":
            words = _WORDS.match(str(shown.msg))
            shown.msg, shown.args = words[0] if words else "", ()
        return super().format(shown)


def _shown(argument: object) -> object:
    return type(argument).__name__ if isinstance(argument, BaseException) else argument


def _trace_id(_: WrappedLogger, __: str, said: EventDict) -> EventDict:
    """Of which trace it is, where there is one."""
    of = trace.get_current_span().get_span_context()
    return {**said, "trace_id": trace.format_trace_id(of.trace_id)} if of.is_valid else said


def _error(_: WrappedLogger, __: str, said: EventDict) -> EventDict:
    """Errors as kind and place, and no stack: its lines may hold texts."""
    said.pop("stack_info", None)
    given = said.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given is True else given
    if isinstance(error, BaseException):
        said["error"] = error
    return {name: kind_and_place(value) if isinstance(value, BaseException) else value for name, value in said.items()}


def _one_line(_: WrappedLogger, __: str, said: EventDict) -> EventDict:
    """What happened as one line of what can be printed, so that nothing passes for a line of its own."""
    event = " ".join(str(said.get("event", "")).split())
    said["event"] = "".join(letter if letter.isprintable() else "?" for letter in event)
    return said


def _in_order(_: WrappedLogger, __: str, said: EventDict) -> EventDict:
    """What every line has comes first; ids and times as they are written."""
    named = {name: said[name] for name in (*_FIRST, *said) if name in said}
    return {name: one if isinstance(one, str | int | float | None) else str(one) for name, one in named.items()}


_CHAIN: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    ProcessorFormatter.remove_processors_meta,
    _trace_id,
    _error,
    _one_line,
    _in_order,
)


def _text(*, colours: bool) -> Processor:
    return structlog.dev.ConsoleRenderer(colors=colours, timestamp_key="time", sort_keys=False, pad_event_to=0)


def _uncaught(kind: type[BaseException], error: BaseException | None, _: TracebackType | None = None) -> None:
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return
    logger.critical("not caught by anybody: %s", kind.__name__, exc_info=error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised from, and so on."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _told(error: BaseException) -> str:
    own = f"{type(error).__name__} at {_place(error.__traceback__)}"
    if isinstance(error, BaseExceptionGroup):
        return f"{own} ({'; '.join(map(kind_and_place, error.exceptions))})"
    return own


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace, limit=-1)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
