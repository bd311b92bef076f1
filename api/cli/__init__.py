"""API: the command line. Each module of this room adds its commands; docs/commands.md lists them all."""

from __future__ import annotations

import sys

import typer

from api.cli import boards, events, exporting, importing, processes, rebuilding, token, upkeep, verifying
from api.cli.terminal import BAD_INPUT, CommandFailed, help_unless_command, say
from api.running import CannotRun
from api.settings import BadSettings
from application.log import Unavailable
from domain.refusals import Refusal

ABOUT = "隐患闭环: every workplace hazard from report to close-out, in a log nobody can rewrite."

app = typer.Typer(
    name="hazardloop",
    help=ABOUT,
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.callback()(help_unless_command)
for commands in (processes, importing, boards, events, rebuilding, upkeep, exporting, verifying, token):
    commands.add_to(app)


def main() -> None:
    """Run the command the process was started with, and end the process. Bad input gets one sentence, never a trace."""
    sys.exit(_exit_code())


def _exit_code() -> int:
    try:
        return app(prog_name="hazardloop", standalone_mode=False) or 0
    except CommandFailed as failed:
        say(f"hazardloop: {failed}")
        return failed.exit_code
    except typer.TyperException as refused:
        say(f"hazardloop: {' '.join(refused.format_message().split())}")
        return BAD_INPUT
    except Refusal as refusal:
        say(f"hazardloop: {f'{refusal.field}: ' if refusal.field else ''}{refusal.rule.says}")
    except (BadSettings, CannotRun) as bad:
        say(f"hazardloop: {bad}")
    except Unavailable:
        say("hazardloop: the log is busy or out of reach just now; try again")
    except BrokenPipeError:
        sys.stdout = None  # whoever read it has left: nothing more can be said
        return 1
    return BAD_INPUT
