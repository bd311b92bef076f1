"""API: `hazardloop serve` and `hazardloop work`, the two that run until they are asked to stop."""

from __future__ import annotations

from uuid import UUID

import typer
import uvloop

from api.cli import terminal
from api.settings import load


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(serve)
    app.command()(work)


def serve() -> None:
    """Serve the API until Ctrl-C.

    Sets up the database where there is none, and keeps up views and clock.
    """
    from api import logs, serving  # the web framework costs every other command half a second

    settings = load()
    logs.configure(settings.log_format)
    terminal.run(serving.serve(settings, typer.echo), loop_factory=uvloop.new_event_loop)


def work() -> None:
    """Keep up views and clock until Ctrl-C.

    For `serve` processes that run with HAZARDLOOP_WORKER=elsewhere.
    """
    from api import logs, serving

    settings = load()
    logs.configure(settings.log_format)
    terminal.run(serving.work(settings, typer.echo), loop_factory=uvloop.new_event_loop)


def import_beside(code: str, id: str) -> None:
    """What `serve` starts for what is asked of an import (api/importing_beside.py): no command of its own."""
    from api import import_work, logs

    settings = load()
    logs.configure(settings.log_format)
    terminal.run(import_work.do_import(settings, code, UUID(id)), loop_factory=uvloop.new_event_loop)


def work_beside() -> None:
    """What `serve` starts beside it (api/beside.py): no command of its own."""
    from api import logs, serving

    settings = load()
    logs.configure(settings.log_format)
    terminal.run(serving.work_beside(settings), loop_factory=uvloop.new_event_loop)
