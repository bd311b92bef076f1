"""API: `hazardloop token …`: who may come in."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer
from pydantic import TypeAdapter, ValidationError
from rich.table import Table

from api.cli import terminal
from api.cli.opened import opened
from api.cli.terminal import CommandFailed, Json, OfJurisdiction
from application.tokens import TokenRecord
from domain.actors import Actor, Role
from domain.uscc import EnterpriseCode

tokens = typer.Typer(help="Make, list and revoke bearer tokens.", invoke_without_command=True, rich_markup_mode=None)

_ENTERPRISE: TypeAdapter[str] = TypeAdapter(EnterpriseCode)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(tokens, name="token")


@tokens.callback()
def _without_command(context: typer.Context) -> None:
    terminal.help_unless_command(context)


@tokens.command()
def create(
    role: Annotated[Role, typer.Option(help="What the token's holder acts as.")],
    enterprise: Annotated[
        str | None, typer.Option(metavar="USCC", help="The enterprise, for its own people.", show_default=False)
    ] = None,
    actor: Annotated[
        UUID | None,
        typer.Option(metavar="ID", help="An actor who has a token already; without it a new one.", show_default=False),
    ] = None,
    jurisdiction: OfJurisdiction = None,
) -> None:
    """Print a new token, alone."""

    async def command() -> None:
        own = None if enterprise is None else _enterprise(enterprise)
        async with opened(jurisdiction) as (service, place):
            token = await place.tokens.create(Actor(actor or service.chance.id(), role, own))
        typer.echo(token)

    terminal.run(command())


@tokens.command("list")
def list_tokens(jurisdiction: OfJurisdiction = None, json: Json = False) -> None:
    """List the tokens ever made, newest first.

    What is listed are their ids and whose they are; the tokens themselves are not kept.
    """

    async def command() -> None:
        async with opened(jurisdiction) as (_, place):
            rows = [_row(record) for record in await place.tokens.all()]
        if json:
            terminal.print_json(rows)
            return
        drawn = Table("id", "role", "enterprise", "actor", "created", "revoked", box=None)
        for row in rows:
            drawn.add_row(*(str(value or "") for value in row.values()))
        terminal.tables().print(drawn)

    terminal.run(command())


@tokens.command()
def revoke(
    id: Annotated[UUID, typer.Argument(metavar="ID", help="The token's id, as `token list` shows it.")],
    jurisdiction: OfJurisdiction = None,
) -> None:
    """Revoke a token.

    Every process refuses it within a second.
    """

    async def command() -> None:
        async with opened(jurisdiction) as (_, place):
            if not await place.tokens.revoke(id):
                raise CommandFailed(f"jurisdiction {place.code} has no token {id} that could be revoked")
        terminal.say(f"revoked {id}")

    terminal.run(command())


def _row(record: TokenRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "role": record.actor.role,
        "enterprise": record.actor.enterprise,
        "actor": record.actor.id,
        "created_at": record.created_at,
        "revoked_at": record.revoked_at,
    }


def _enterprise(given: str) -> str:
    try:
        return _ENTERPRISE.validate_python(given)
    except ValidationError as error:
        raise CommandFailed(f"--enterprise: {error.errors(include_input=False)[0]['msg']}") from None
