"""docs/commands.md says of every command what the command says of itself, and speaks of no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from api.cli.commands import app

DOCS = Path(__file__).parents[3] / "docs" / "commands.md"


def commands(command: Any, path: str = "hazardloop") -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its whole name."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path, command
    else:
        for name in below:
            yield from commands(below[name], f"{path} {name}")


def described(path: str, command: Any) -> str:
    """What the docs should say of a command: heading, sentences, arguments and options."""
    sentences = re.sub(r"\s+", " ", command.help).strip()
    rows = "".join(
        f"| `{_name(parameter)}` | {parameter.help.rstrip('.')} |\n"
        for parameter in command.params
        if getattr(parameter, "help", None)
    )
    table = f"\n| argument or option | what it says |\n|---|---|\n{rows}" if rows else ""
    return f"## {path}\n\n{sentences}\n{table}"


def _name(parameter: Any) -> str:
    metavar = parameter.metavar or ""
    if parameter.param_type_name == "argument":
        return str(metavar)
    flag = getattr(parameter, "is_flag", False)
    return parameter.opts[0] if flag else f"{parameter.opts[0]} {metavar or parameter.name.upper()}"


ALL = list(commands(get_command(app)))


@pytest.mark.parametrize(("path", "command"), ALL, ids=[path for path, _ in ALL])
def test_given_a_command_then_the_docs_say_what_it_says_of_itself(path: str, command: Any) -> None:
    assert described(path, command) in DOCS.read_text(encoding="utf-8"), described(path, command)


def test_given_the_docs_then_they_speak_of_no_other_command() -> None:
    headings = re.findall(r"^## (hazardloop .*)$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [path for path, _ in ALL]


def test_given_the_contract_then_each_of_its_commands_is_there() -> None:
    looking = {"board", "duties", "history", "diff", "events", "findings", "causes", "status"}
    working = {"serve", "work", "import", "rebuild", "migrate", "export", "verify", "checkpoint", "token", "settings"}
    keeping = {"backup", "restore", "erasures"}
    assert {path.split()[1] for path, _ in ALL} == looking | working | keeping
