"""API: how every command speaks and fails: results on standard output, all else on standard error, in sentences."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import typer
from pydantic_core import to_json
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")

BAD_INPUT = 2
FOUND_FAULTS = 1

OfJurisdiction = Annotated[
    str | None,
    typer.Option(
        "--jurisdiction", metavar="CODE", help="Division code; without it the first one served.", show_default=False
    ),
]
OnlyJurisdiction = Annotated[
    str | None,
    typer.Option("--jurisdiction", metavar="CODE", help="Only this one; without it all served.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


class CommandFailed(Exception):
    """The command can't be carried out; the message is the one sentence said about it."""

    def __init__(self, sentence: str, exit_code: int = BAD_INPUT) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def help_unless_command(context: typer.Context) -> None:
    """What a group of commands does by itself: tell which there are."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def say(text: str) -> None:
    """Tell the person at the terminal something that is no result."""
    typer.echo(text, err=True)


def print_json(value: object) -> None:
    """Print a value, times and ids included, as indented JSON."""
    typer.echo(to_json(value, indent=2).decode())


def tables() -> Console:
    """Where tables are drawn: as wide as the terminal, or as wide as needed where the output goes elsewhere."""
    return Console(width=None if sys.stdout.isatty() else 200, highlight=False, emoji=False)


def progress() -> Progress:
    """A progress bar on standard error: what, how far, how long still."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=False)


def run(command: Coroutine[Any, Any, T], loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None) -> T:
    """Run a command to its end. SIGTERM ends it as Ctrl-C does: in order, with what it started stopped."""

    async def stoppable() -> T:
        task = asyncio.ensure_future(command)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await task

    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            return runner.run(stoppable())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
