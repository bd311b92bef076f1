"""API: `hazardloop checkpoint …`: what an auditor keeps, and what an operator answers for."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError

from api.cli import terminal
from api.cli.opened import opened
from api.cli.terminal import CommandFailed, OfJurisdiction
from application.proof import Checkpoint
from domain.actors import Actor, Role
from domain.event import Act
from domain.transparency.discontinuity import AcknowledgeDiscontinuity

checkpoints = typer.Typer(
    help="Show checkpoints and their key, answer for a break.", invoke_without_command=True, rich_markup_mode=None
)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(checkpoints, name="checkpoint")


@checkpoints.callback()
def _without_command(context: typer.Context) -> None:
    terminal.help_unless_command(context)


@checkpoints.command()
def show(jurisdiction: OfJurisdiction = None) -> None:
    """Print the newest checkpoint, to be kept elsewhere.

    With the cosignatures it has.
    """

    async def command() -> str:
        async with opened(jurisdiction) as (_, place):
            return await place.proofs.note(await place.proofs.checkpoint())

    typer.echo(terminal.run(command()), nl=False)


@checkpoints.command()
def key(jurisdiction: OfJurisdiction = None) -> None:
    """Print the public key checkpoints are signed with."""

    async def command() -> str:
        async with opened(jurisdiction) as (_, place):
            return str(await place.proofs.key())

    typer.echo(terminal.run(command()))


@checkpoints.command()
def acknowledge(
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why nothing follows on what was signed.")],
    actor: Annotated[UUID, typer.Option(metavar="ID", help="Who answers for it: an administrator's actor id.")],
    jurisdiction: OfJurisdiction = None,
) -> None:
    """Answer for a log that does not follow on what was signed.

    Writes an event; the log is signed again from there on, under another name.
    """

    async def command() -> int:
        async with opened(jurisdiction) as (service, place):
            if not (await place.sequencer.look()).broken:
                raise CommandFailed(f"{place.code} has nothing to answer for in this way: see `hazardloop status`")
            lost = await place.sequencer.lost()
            now = service.clock.now()
            act = Act(Actor(actor, Role.ADMINISTRATOR), now, now, service.chance.id(), place.commands.rules)
            return (await place.proofs.origins.acknowledge(_command(reason, lost), act)).position

    typer.echo(f"written at position {terminal.run(command())}")


def _command(reason: str, lost: Checkpoint | None) -> AcknowledgeDiscontinuity:
    try:
        said = {} if lost is None else {"lost_size": lost.size, "lost_root": lost.root.hex()}
        return AcknowledgeDiscontinuity.model_validate({"reason": reason, **said})
    except ValidationError as error:
        raise CommandFailed(f"--reason: {error.errors(include_input=False)[0]['msg']}") from None
