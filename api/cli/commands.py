"""API: all commands together, and how each of them ends."""

from __future__ import annotations

import typer

from api.cli import (
    auditing,
    backing_up,
    boards,
    checkpoints,
    differing,
    duties,
    erasures,
    events,
    exporting,
    histories,
    importing,
    processes,
    rebuilding,
    token,
    upkeep,
    verifying,
)
from api.cli.terminal import BAD_INPUT, CommandFailed, help_unless_command, say
from api.running import CannotRun
from api.settings import BadSettings
from application.backups import NoBackup
from application.log import Unavailable
from application.replaying.folding import CannotFold
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
for commands in (
    processes,
    importing,
    boards,
    duties,
    histories,
    differing,
    events,
    auditing,
    rebuilding,
    upkeep,
    backing_up,
    erasures,
    exporting,
    verifying,
    checkpoints,
    token,
):
    commands.add_to(app)


def exit_code() -> int:
    """Run the command the process was started with. Bad input gets one sentence, never a trace."""
    try:
        return app(prog_name="hazardloop", standalone_mode=False) or 0
    except CommandFailed as failed:
        say(f"hazardloop: {failed}")
        return failed.exit_code
    except typer.TyperException as refused:
        say(f"hazardloop: {' '.join(refused.format_message().split())}")
    except Refusal as refusal:
        say(f"hazardloop: {f'{refusal.field}: ' if refusal.field else ''}{refusal.rule.says}")
    except (BadSettings, CannotRun, NoBackup) as bad:
        say(f"hazardloop: {bad}")
    except CannotFold as cannot:
        say(f"hazardloop: {cannot}")
    except Unavailable:
        say("hazardloop: log or views are busy or out of reach just now: try again, or see `hazardloop status`")
    return BAD_INPUT
